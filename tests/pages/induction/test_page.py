"""The lesson on induction as a reader moves through it."""

import functools
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.experiments import induction as lesson
from core.experiments.induction.results import COUNTS, MODEL, SEED, WORDS
from core.experiments.recording import find
from core.figures.induction import fine
from core.figures.style import percent
from core.serving.engine import Engine
from pages.kit.course import find as entry
from tests.pages import helpers
from tests.pages.conftest import engine
from tests.pages.helpers import choose, main, metrics, said, sound, token_texts, widget

__all__ = ["engine"]

pytestmark = pytest.mark.real_weights
fresh = functools.partial(helpers.fresh, "induction")
FOUND = find(lesson.repeated, MODEL, "", WORDS, SEED)


def visit(**link: Any) -> AppTest:
    return sound(fresh(**link).run())


def test_the_default_proves_the_title_and_is_what_the_map_says() -> None:
    at = visit()
    total = WORDS - 1
    assert f"correct for {FOUND.correct()} of {total} words" in said(at)
    assert f"without the upper head for {FOUND.correct('best')}" in said(at)
    finding = entry("induction").finding
    assert f"{FOUND.correct()} of {total} are foreseen" in finding
    assert f"without one of 270 heads, {FOUND.correct('before')}" in finding
    assert token_texts(at, "strip") == list(FOUND.tokens)


@pytest.mark.parametrize("case", ["before", "best", "others"])
def test_heads_off(case: str) -> None:
    at = visit(off=case)
    assert f"correct for {FOUND.correct(case)} of {WORDS - 1} words" in said(at)
    line = next(trace for trace in main(at)["data"] if trace["type"] == "scatter")
    assert line["y"] == pytest.approx((100 * FOUND.again(case).astype(float)).tolist())


def test_the_bet_and_its_outcome() -> None:
    at = visit()
    bet = widget(at, "_answer")
    at = sound(bet.set_value(bet.options[2]).run())
    assert any(f"{FOUND.correct('others')} of {FOUND.correct()} are left." in each.value for each in at.markdown)
    assert widget(at, "off").value == "others"


@pytest.mark.parametrize("count", [0, 1, 16])
def test_many_heads(count: int) -> None:
    at = visit(view="Heads", count=count)
    switched = find(lesson.switched, MODEL, "", WORDS, SEED)
    assert fine(float(switched.induction[COUNTS.index(count)])) in said(at)
    assert metrics(at)["the first time"] == fine(switched.first)


def test_the_moment() -> None:
    at = visit(view="Training")
    two, one = (find(lesson.trained, layers, SEED) for layers in (2, 1))
    assert percent(float(two.second[-1])) in said(at)
    assert percent(float(one.second[-1])) in said(at)
    at = sound(choose(at, step=0))
    assert percent(float(two.second[0])) in said(at)
    assert main(at)["layout"]["shapes"][0]["x0"] == 0


def test_a_list_of_ones_own(engine: Engine) -> None:
    at = visit(text="Zorblat Quimby Fendrel Aszok")
    assert "".join(token_texts(at, "strip")) == "·Zorblat·Quimby·Fendrel·Aszok"
    at = sound(fresh(text="a").run())
    assert "at least two words" in at.info[0].value


def test_other_random_words(engine: Engine) -> None:
    at = visit(words=8)
    assert len(token_texts(at, "strip")) == 8
    other = visit(words=8, list=2)
    assert token_texts(at, "strip") != token_texts(other, "strip")
