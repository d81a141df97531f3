"""The lesson on listening as a reader moves through it."""

import functools
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.data.sound import Sound, load_clip
from core.experiments import listening as lesson
from core.experiments.listening.results import voiced
from core.experiments.recording import find
from pages.kit import cache
from pages.listening import shared
from tests.pages import helpers
from tests.pages.helpers import sound, widget

pytestmark = pytest.mark.real_weights
fresh = functools.partial(helpers.fresh, "listening")


def visit(**link: Any) -> AppTest:
    return sound(fresh(**link).run())


def said(at: AppTest) -> str:
    return str(at.header[0].value)


def test_erasing_and_noise_change_what_is_heard() -> None:
    never, fourth = (find(lesson.hear, "young_man", 0.0, each) for each in ("never", "fourth"))
    assert f"{voiced(never.whole)} of 94 frames. Each frame alone: {voiced(never.alone)}." in said(visit())
    assert f"{voiced(fourth.probabilities)} of 94" in said(visit(erase="every 4th frame"))
    assert "No voice" in said(visit(sound="a melody"))
    assert said(visit(noise=2.0)) != said(visit())


def test_the_orders_of_digits() -> None:
    scores = find(lesson.digit_scores)
    for name, right in zip(("forwards", "reversed", "trained reversed"), scores.right, strict=True):
        assert f"{right} of 600" in said(visit(view="Spoken digits", order=name))


@pytest.mark.parametrize(("link", "moved"), [({}, "erase"), ({"view": "Spoken digits"}, "order")])
def test_a_bet_and_its_undo(link: dict[str, str], moved: str) -> None:
    at = visit(**link)
    bet = widget(at, "_answer")
    at = sound(bet.set_value(bet.options[0]).run())
    text = " ".join(each.value for each in at.markdown)
    assert "You were right" in text or "It came out otherwise" in text
    assert said(at) != said(visit(**link))
    at = sound(widget(at, "_undo").click().run())
    assert said(at) == said(visit(**link))


def test_a_readers_sound_stays_in_the_visit(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Sound("theirs", load_clip("go_forward"))
    monkeypatch.setattr("pages.listening.voice.own_sound", lambda stage: own)
    at = visit()
    assert f"{voiced(find_go())} of 88" in said(at) or "of 8" in said(at)
    assert not [key for key in cache.results()._held if "theirs" in repr(key)]
    assert shared.drawing(own) is not shared.drawing(None)


def find_go() -> Any:
    from core.experiments.listening import voice

    return voice.hear(load_clip("go_forward"), 0.0, "never").whole
