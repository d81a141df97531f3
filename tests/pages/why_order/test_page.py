"""The first lesson as a reader moves through it."""

import functools
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.experiments import why_order as lesson
from core.experiments.recording import find
from core.experiments.why_order.results import DEFAULT_MODEL, DEFAULT_SHUFFLE, NEW, ORDERS, PAIRS, TESTED
from pages.kit.course import find as entry
from pages.kit.words import percent
from tests.pages import helpers
from tests.pages.helpers import charts, choose, said, sound, widget

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
    at = visit(view="784 pixels", order=order)
    assert plain(percent(FOUND.of(order) / TESTED)) in said(at)


def test_the_bet_goes_to_another_pair() -> None:
    at = visit()
    bet = widget(at, "_answer")
    at = sound(bet.set_value(bet.options[0]).run())
    assert widget(at, "pair").value != next(iter(PAIRS))
    assert any("You were" in each.value or "It came out" in each.value for each in at.markdown)


def test_the_sketch_fills_with_the_steps() -> None:
    at = visit(view="784 pixels")
    first = charts(at)
    assert charts(sound(choose(at, steps=3))) != first


def test_an_empty_sentence_has_no_order() -> None:
    at = sound(fresh(pair="Your own", one="...", other="a").run())
    assert "has no order" in at.info[0].value
