"""The script of the lesson on alignment: with its weights and nothing of ours it prints the page's numbers."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.experiments import alignment
from core.experiments.alignment.results import DEFAULT_MODEL, DEFAULT_TEXT
from core.experiments.recording import run as ask
from tests.pages.alone import run_alone
from tests.pages.helpers import charts, fresh, metrics, open_drawer, sound, token_texts

pytestmark = pytest.mark.real_weights
LINKS: dict[str, dict[str, Any]] = {
    "default": {},
    "Luong's and an odd text": {"model": "Luong", "text": 'The $TEXT ${x} "cat" sleeps </s> now.', "hide": 4},
    "a model of others": {"model": "Marian"},
}


def run(taken: dict[str, Callable[[], Any]], folder: Path, *, weights: bool = True) -> Any:
    for name, make in taken.items():
        if name.endswith(".py") or (weights and name.endswith(".safetensors")):
            content = make()
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return run_alone(folder / "alignment.py", folder)


@pytest.mark.parametrize("name", LINKS)
def test_prints_the_numbers_of_the_page(name: str, taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    link = LINKS[name]
    at = sound(open_drawer(sound(fresh("alignment", **link).run()), "Take it with you"))
    done = run(taken, tmp_path)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    out = done.stdout
    if link.get("model") == "Marian":  # the script follows Bahdanau's network instead
        at = sound(fresh("alignment").run())
    heat, before, after = charts(at)[1]["data"]
    assert out.splitlines()[0].endswith(f"writes: {' '.join(token_texts(at, 'links'))}")
    rows = re.findall(r"\(([\d.]+) %\); its probability is ([\d.]+) %, with .+ hidden ([\d.]+) %$", out, re.MULTILINE)
    assert [float(row[0]) for row in rows] == pytest.approx([max(row) for row in heat["z"]], abs=0.11)
    assert [float(row[1]) for row in rows] == pytest.approx(before["x"], abs=0.02)
    assert [float(row[2]) for row in rows] == pytest.approx(after["x"], abs=0.02)
    said = metrics(at)
    assert f"halved without the word looked at most: {said['halved without the word looked at most']}\n" in out
    assert f"looked at most = needed most: {said['looked at most = needed most']}\n" in out
    assert re.search(rf"^without .+ it writes: {re.escape(' '.join(token_texts(at, 'after')))}$", out, re.MULTILINE)


def test_prints_the_step_of_the_page(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    sound(open_drawer(sound(fresh("alignment", view="One step", step=4).run()), "Take it with you"))
    out = run(taken, tmp_path).stdout
    inside = ask(alignment.inside, DEFAULT_MODEL, DEFAULT_TEXT)
    found = re.search(r"step 4 writes .+\n  a score of ([\d.]+) becomes a weight of ([\d.]+) %\n  .+ begins (.+)", out)
    assert found
    best = int(inside.weights[3].argmax())
    assert float(found[1]) == pytest.approx(inside.scores[3, best], abs=0.01)
    assert float(found[2]) == pytest.approx(100 * inside.weights[3, best], abs=0.06)
    assert [float(n) for n in found[3].split()] == pytest.approx(inside.contexts[3, :5], abs=0.0051)
    assert "-0.00" not in out
    assert np.isfinite(inside.contexts).all()


def test_says_what_is_missing(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    sound(open_drawer(sound(fresh("alignment").run()), "Take it with you"))
    done = run(taken, tmp_path, weights=False)
    assert done.returncode == 1
    assert "additive_en_pt.safetensors is not here" in done.stderr
    assert "Traceback" not in done.stderr
