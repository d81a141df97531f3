"""The lesson on the Transformer's anatomy as a reader moves through it: the real model, and `core` as the oracle."""

import functools
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.experiments import transformer_anatomy as lesson
from core.experiments.recording import find
from core.experiments.transformer_anatomy.machine import Machine, doubled
from core.experiments.transformer_anatomy.results import (
    BET_BLOCK,
    DEFAULT_LAYER,
    DEFAULT_TEXT,
    MODEL,
    OFFERED_IDS,
    written_out,
)
from core.figures.style import percent
from core.progress import finish
from core.serving.engine import Engine
from tests.pages import helpers
from tests.pages.conftest import engine
from tests.pages.helpers import choose, main, metrics, said, sound, widget

__all__ = ["engine"]

pytestmark = pytest.mark.real_weights
fresh = functools.partial(helpers.fresh, "transformer_anatomy")
USUAL = find(lesson.stream, MODEL, DEFAULT_TEXT, 0, False, ())
ODD = '<b>%{x}</b> & `$x$` 🦜 "don\'t"\n\n# 東京'


def visit(**link: Any) -> AppTest:
    return sound(fresh(**link).run())


def test_the_default_proves_the_title() -> None:
    at = visit()
    assert "The embedding and 60 additions sum to 19.2, the score of `·Paris`" in said(at)
    bars = [trace for trace in main(at)["data"] if trace["type"] == "bar"]
    assert sum(sum(trace["y"]) for trace in bars) == pytest.approx(float(USUAL.scores[0]), abs=1e-3)
    assert float(metrics(at)["the sum misses the model’s score by"]) < 1e-4


def test_a_block_left_out_and_the_bet() -> None:
    at = visit()
    bet = widget(at, "_answer")
    at = sound(bet.set_value(bet.options[1]).run())
    without = find(lesson.stream, MODEL, DEFAULT_TEXT, BET_BLOCK, False, OFFERED_IDS)
    assert f"Without block {BET_BLOCK}, `·Paris` has {percent(float(without.probabilities[0]))}" in said(at)
    assert any("You were right" in each.value for each in at.markdown)
    assert widget(at, "block").value == BET_BLOCK
    at = sound(widget(at, "_undo").click().run())
    assert widget(at, "block").value == 0
    assert "60 additions" in said(at)


def test_controls_of_the_stream(engine: Engine) -> None:
    assert engine.model is not None
    at = visit(block=18, twice="true", rank=2)
    found = finish(lesson.stream(engine.model, DEFAULT_TEXT, 18, True, OFFERED_IDS))
    assert f"With block 18 run twice, `·the` has {percent(float(found.probabilities[1]))}" in said(at)
    at = sound(choose(at, text=ODD, block=0))
    found = finish(lesson.stream(engine.model, ODD, 0, False, ()))
    assert f"{float(found.scores[1]):.1f}" in said(at)
    at = sound(choose(at, text="word " * 100))
    assert any("reads the last 64" in caption.value for caption in at.caption)
    at = sound(choose(at, text=""))
    assert any("Type something" in info.value for info in at.info)


def test_one_number(engine: Engine) -> None:
    assert engine.model is not None
    at = visit(view="One number")
    layer = find(lesson.layer, MODEL, DEFAULT_TEXT, DEFAULT_LAYER)
    assert f"{written_out(layer, 4, 4, 3).model_weight:.6f}, as the model does" in said(at)
    at = sound(choose(at, key=2))
    assert metrics(at)["weight"] == f"{written_out(layer, 4, 4, 1).weight:.6f}"
    at = sound(choose(at, head=7, query=3))
    assert metrics(at)["score"] == f"{written_out(layer, 6, 2, 1).score:.6f}"
    at = sound(choose(at, layer=1))
    other = finish(lesson.layer(engine.model, DEFAULT_TEXT, 1))
    assert float(metrics(at)["weight"]) == pytest.approx(written_out(other, 6, 2, 1).weight, abs=2e-6)
    at = visit(view="One number", text=ODD, query=1, key=1)
    assert "a weight of 100.0 %" in said(at)


def test_the_whole() -> None:
    at = visit(view="The whole")
    made = Machine()
    assert f"{doubled(made, 'length'):.2f} times" in said(at)
    assert metrics(at)["parameters"] == "63.1 M"
    lengths = {tuple(trace["x"]) for trace in main(at)["data"] if trace.get("name")}
    assert len(lengths) == 1
    at = sound(choose(at, grows="width", machine="encoder"))
    assert f"{doubled(Machine('encoder'), 'width'):.2f} times" in said(at)
    assert metrics(at)["parameters"] == "37.9 M"
    assert all(trace["name"] != "output" for trace in main(at)["data"] if trace.get("name"))
    bet = widget(at, "_answer")
    at = sound(bet.set_value(bet.options[0]).run())
    assert widget(at, "grows").value == "length"
    assert any("You were right" in each.value for each in at.markdown)
