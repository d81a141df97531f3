"""The lesson on order as a reader moves through it."""

import functools

import pytest

from core.experiments import why_order as lesson
from core.experiments.recording import find
from core.experiments.why_order.results import DEFAULT_SHUFFLE, NEW, ORDERS, TESTED
from pages.kit.words import percent
from tests.pages import helpers
from tests.pages.helpers import choose, sound, widget

fresh = functools.partial(helpers.fresh, "why_order")


def test_the_default_proves_the_title() -> None:
    at = sound(fresh().run())
    assert "sees no difference: 0" in at.header[0].value


@pytest.mark.parametrize("order", ORDERS)
def test_each_order_says_its_accuracy(order: str) -> None:
    at = sound(fresh(view="784 pixels", order=order).run())
    share = percent(find(lesson.accuracies, DEFAULT_SHUFFLE).of(order) / TESTED)
    assert share in at.header[0].value.replace("\u00a0", " ")


def test_the_bet_on_pixels_moves_the_order_and_undo_brings_it_back() -> None:
    at = sound(fresh(view="784 pixels").run())
    at = sound(choose(at, _answer="under 30 %"))
    assert any("You were right" in m.value for m in at.markdown)
    assert NEW in str(widget(at, "order").value)
    at = sound(at.button(key="_undo").click().run())
    assert "row by row" in at.header[0].value


def test_empty_sentences_are_asked_for() -> None:
    at = sound(fresh(pair="Your own", one="", other="...").run())
    assert at.info
