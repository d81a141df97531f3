"""The lesson on listening as a reader moves through it."""

import functools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.data.sound import STARTS, WORDS, Sound, load_clip
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
    for name, right in zip(("forwards", "reversed", "retrained"), scores.right, strict=True):
        assert f"{right} of 600" in said(visit(view="Digits", order=name))


def test_layers_clips_and_noise_change_what_is_written() -> None:
    written, words = find(lesson.write, "young_man", 0.0), {"He": 0, "was": 1, "not": 2, "an": 3, "young": 5, "man.": 6}
    true = dict(zip(WORDS["young_man"].split(), STARTS["young_man"], strict=True))
    for row, layer in ((0, "all"), (1, "1"), (4, "4")):
        error = np.mean([abs(written.starts[row, n] - true[word] / 100) for word, n in words.items()])
        assert f"6 of 7 words are right; attention places them {error:.2f} s off" in said(
            visit(view="Words", layer=layer)
        )
    assert "22 of 22 words" in said(visit(view="Words", clip="john dashwood"))
    assert "9 words, none of the 7 that were said" in said(visit(view="Words", loud=2.0))


def test_a_tapped_word_is_played() -> None:
    at = visit(view="Words")
    assert len(at.get("audio")) == 1
    assert helpers.token_texts(at, "text")[4].strip() == "old-sposed"
    at = sound(helpers.click_token(at, "text", 4))
    assert len(at.get("audio")) == 2
    assert widget(at, "word").value == 5


def test_whisper_is_fetched_only_when_the_reader_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.kit.fetching.status", lambda asset: "not here")
    at = visit(view="Words", loud=0.5)
    assert said(at) == said(visit(view="Words"))
    assert any("71 MB" in caption.value for caption in at.caption)
    at = sound(widget(at, "_fetch_whisper-tiny-en").click().run())
    assert said(at) != said(visit(view="Words"))
    assert not any("71 MB" in caption.value for caption in at.caption)


def test_a_sound_without_words(monkeypatch: pytest.MonkeyPatch) -> None:
    own, written = Sound("theirs", load_clip("go_forward")), find(lesson.write, "young_man", 0.0)
    monkeypatch.setattr("pages.listening.writing.own_sound", lambda stage: own)
    at = visit(view="Words")
    assert said(at) == "Whisper writes 4 words; its attention says when each is said."
    assert not [key for key in cache.results()._held if "theirs" in repr(key)]
    monkeypatch.setattr("pages.listening.writing.listen", lambda *_: replace(written, nobody=0.9))
    assert said(visit(view="Words")).startswith("Whisper writes 7 words, yet says with 90.0\u00a0% that nobody speaks")
    nothing = replace(written, words=(), attention=written.attention[:, :0], starts=written.starts[:, :1], nobody=0.97)
    monkeypatch.setattr("pages.listening.writing.listen", lambda *_: nothing)
    assert "nobody speaks" in visit(view="Words").info[0].value


@pytest.mark.parametrize(("link", "moved"), [({}, "erase"), ({"view": "Digits"}, "order"), ({"view": "Words"}, "loud")])
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
