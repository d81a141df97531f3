"""The first lesson as a reader moves through it."""

import functools
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.experiments import why_order as lesson
from core.experiments.recording import find
from core.experiments.why_order.results import (
    DEFAULT_BACK,
    DEFAULT_MODEL,
    DEFAULT_SHUFFLE,
    HALF_A_YEAR,
    LEARNED,
    NEW,
    ORDERS,
    PAIRS,
    TESTED,
)
from pages.kit.course import find as entry
from pages.kit.words import percent
from tests.pages import helpers
from tests.pages.helpers import charts, choose, main, said, sound, widget

fresh = functools.partial(helpers.fresh, "why_order")
FOUND = find(lesson.accuracies, DEFAULT_SHUFFLE)


def visit(**link: Any) -> AppTest:
    return sound(fresh(**link).run())


def plain(text: Any) -> str:
    return str(text).replace("\u00a0", " ")


@pytest.mark.parametrize("pair", list(PAIRS))
def test_the_bag_sees_no_difference_and_the_order_does(pair: str) -> None:
    at = visit(pair=pair)
    assert said(at).startswith("The bag sees no difference: 0.")
    found = find(lesson.guess, DEFAULT_MODEL, *PAIRS[pair])
    up = found.told_apart[0]
    assert plain(percent(float(found.in_order[0, up]))) in said(at)
    assert found.words[up] in said(at)


def test_the_finding_is_what_was_measured() -> None:
    finding = plain(entry("why_order").finding)
    for count in (FOUND.of("row by row"), FOUND.of(NEW), int(FOUND.bag[0])):
        assert plain(percent(count / TESTED)) in finding


@pytest.mark.parametrize("order", list(ORDERS))
def test_each_order_has_its_share(order: str) -> None:
    at = visit(view="Pixels", order=order)
    assert plain(percent(FOUND.of(order) / TESTED)) in said(at)


def test_the_bet_goes_to_another_pair() -> None:
    at = visit()
    bet = widget(at, "_answer")
    at = sound(bet.set_value(bet.options[0]).run())
    assert widget(at, "pair").value != next(iter(PAIRS))
    assert any("You were" in each.value or "It came out" in each.value for each in at.markdown)


def test_the_sketch_fills_with_the_steps() -> None:
    at = visit(view="Pixels")
    first = charts(at)
    assert charts(sound(choose(at, steps=3))) != first


DRAWN = "A" * 60 + "_" * 40 + "A" * 162  # a few lines of full ink


@pytest.mark.parametrize(("order", "asked"), [("row by row", NEW), (NEW, LEARNED)])
def test_the_picture_does_not_answer_the_bet(order: str, asked: str) -> None:
    at = visit(view="Pixels", order=order)
    (bars,) = [trace for trace in main(at)["data"] if trace["type"] == "bar"]
    shown = [round(10 * value) for value in bars["x"]]
    assert shown == [FOUND.of(name) for name in ORDERS if name == order or name not in (LEARNED, NEW)]
    assert FOUND.of(asked) not in shown
    at = sound(choose(at, _answer="30 to 80 %"))
    (bars,) = [trace for trace in main(at)["data"] if trace["type"] == "bar"]
    assert FOUND.of(asked) in [round(10 * value) for value in bars["x"]]


@pytest.mark.real_weights
def test_a_drawing_in_the_link_is_read_in_place_of_the_digit() -> None:
    at = visit(view="Pixels", drawn=DRAWN)
    own = lesson.read_drawing("rows", "rows", 0, DRAWN)
    assert f"Your drawing is read as a {own.says}" in said(at).replace(" an ", " a ")
    title = main(at)["layout"]["title"]["text"]
    assert title.startswith("Your drawing")
    assert "Your drawing" not in said(visit(view="Pixels"))


@pytest.mark.parametrize("drawn", ["A" * 262, "A" * 10, "%%%", "é" * 262])
def test_what_is_no_drawing_is_left_out(drawn: str) -> None:
    at = visit(view="Pixels", drawn=drawn)
    assert any("drawn could not be read" in each.value for each in at.caption)
    assert "Your drawing" not in said(at)


def test_an_empty_sentence_has_no_order() -> None:
    at = sound(fresh(pair="Your own", one="...", other="a").run())
    assert "has no order" in at.info[0].value


@pytest.mark.parametrize("steps", [1, DEFAULT_BACK, HALF_A_YEAR, 400])
def test_three_kinds_say_what_was_counted(steps: int) -> None:
    at = visit(view="Kinds", back=steps)
    found = find(lesson.look_back)
    for share, line in zip(found.known[:, steps - 1], main(at)["data"][::2], strict=True):
        assert line["x"][-1] == steps
        assert line["y"][-1] == pytest.approx(max(0.0, 100 * float(share)), abs=1e-4)
        assert plain(percent(max(0.0, float(share)))) in said(at)


def test_shuffled_kinds_say_nothing() -> None:
    at = sound(choose(visit(view="Kinds"), mixed=True))
    assert said(at).startswith("Shuffled, an item says next to nothing")
    assert max(max(line["y"]) for line in main(at)["data"]) < 2


@pytest.mark.parametrize(("steps", "right"), [(DEFAULT_BACK, "the day"), (HALF_A_YEAR, "the sound")])
def test_the_bet_on_three_kinds(steps: int, right: str) -> None:
    for answer in ("the letter", "the day", "the sound"):
        at = sound(choose(visit(view="Kinds", back=steps), _answer=answer))
        (outcome,) = [each.value for each in at.markdown if "Moved for you" in each.value]
        assert ("You were right" in outcome) == (answer == right)
        assert widget(at, "back").value != steps
    at = sound(widget(at, "_undo").click().run())
    assert widget(at, "back").value == steps
