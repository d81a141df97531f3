"""The script of the lesson on the Transformer's anatomy: run outside the app, by transformers, it prints the page's numbers."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.experiments import transformer_anatomy as lesson
from core.experiments.recording import find
from core.experiments.transformer_anatomy.machine import Machine
from core.experiments.transformer_anatomy.results import BET_BLOCK, DEFAULT_TEXT, MODEL, OFFERED_IDS
from tests.pages.alone import lay_beside, run_alone
from tests.pages.helpers import fresh, metrics, open_drawer, sound

pytestmark = [pytest.mark.real_weights, pytest.mark.timeout(600)]


def test_prints_the_numbers_of_every_view(taken: dict[str, Callable[[], Any]], gguf: Path, tmp_path: Path) -> None:
    at = sound(fresh("transformer_anatomy", block=BET_BLOCK).run())
    sound(open_drawer(at, "Take it with you"))
    (tmp_path / "transformer_anatomy.py").write_text(taken["transformer_anatomy.py"](), "utf-8")
    lay_beside(gguf, tmp_path)
    done = run_alone(tmp_path / "transformer_anatomy.py", tmp_path, gguf=gguf)
    assert done.returncode == 0, done.stderr
    without = find(lesson.stream, MODEL, DEFAULT_TEXT, BET_BLOCK, False, OFFERED_IDS)
    out = done.stdout
    shown = re.search(r"next token ' Paris': probability ([\d.]+)", out)
    assert shown
    assert float(shown[1]) == pytest.approx(float(without.probabilities[0]), abs=1e-4)
    score = re.search(r"score ([\d.]+), sum of 59 parts ([\d.]+)", out)
    assert score
    assert [float(one) for one in score.groups()] == pytest.approx([float(without.scores[0])] * 2, abs=2e-3)
    rows = re.findall(r"block +(\d+): attention adds ([+-][\d.]+), feed-forward ([+-][\d.]+)", out)
    _, effects = without.effects(0)
    assert [int(row[0]) - 1 for row in rows] == list(without.order)
    assert [float(row[1]) for row in rows] == pytest.approx(effects[0].tolist(), abs=2e-3)
    assert [float(row[2]) for row in rows] == pytest.approx(effects[1].tolist(), abs=2e-3)
    number = sound(fresh("transformer_anatomy", view="One number").run())
    weight = re.search(r"layer 24, head 5: score ([\d.]+), weight ([\d.]+), the model ([\d.]+)", out)
    assert weight
    assert float(weight[1]) == pytest.approx(float(metrics(number)["score"]), abs=1e-3)
    assert float(weight[2]) == pytest.approx(float(metrics(number)["weight"]), abs=1e-4)
    assert weight[2][:7] == weight[3][:7]
    made = Machine()
    assert f"both: {sum(made.parameters().values())} parameters" in out
    assert f"{sum(made.multiply_adds().values())} multiply-adds for 64 tokens" in out


def test_says_what_is_missing(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    sound(open_drawer(sound(fresh("transformer_anatomy").run()), "Take it with you"))
    (tmp_path / "transformer_anatomy.py").write_text(taken["transformer_anatomy.py"](), "utf-8")
    done = run_alone(tmp_path / "transformer_anatomy.py", tmp_path)
    assert done.returncode == 1
    assert "is not here" in done.stderr
