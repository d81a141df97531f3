"""The lesson on positions as a reader moves through it: the real encoder, and the numbers of `core` as the oracle."""

import functools
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.experiments import positional_encoding as lesson
from core.experiments.positional_encoding.results import (
    DEFAULT_TEXT,
    DEFAULT_WORDS,
    KINDS,
    LONGEST,
    OTHER_TEXT,
    OTHER_WORDS,
    TRAINED,
    exchange,
)
from core.experiments.recording import find
from core.figures.positional_encoding.longer import NAMES
from core.figures.style import percent
from core.progress import finish
from pages.kit.course import find as entry
from tests.pages import helpers
from tests.pages.helpers import choose, main, metrics, said, sound, widget

pytestmark = pytest.mark.real_weights

fresh = functools.partial(helpers.fresh, "positional_encoding")


def visit(**link: Any) -> AppTest:
    return sound(fresh(**link).run())


# Shuffle


@pytest.mark.parametrize("case", ["none", "words", "positions"])
def test_exchanged_words(case: str) -> None:
    found = find(lesson.compare_orders, DEFAULT_TEXT, *DEFAULT_WORDS)
    at = sound(choose(visit(), positions=case))
    row = {"none": 0, "words": 0, "positions": 1}[case]
    with_positions, without = main(at)["data"][:2]
    assert with_positions["y"] == pytest.approx(100 * found.moved[row], abs=1e-3)
    assert without["y"] == pytest.approx([0] * len(found.tokens), abs=1e-3)
    assert metrics(at)["alike, without"] == "1.0000"
    assert metrics(at)["alike, with positions"] == f"{found.alike[0]:.4f}"
    assert ("are the same sentence" in said(at)) == (case == "none")
    assert ("No word has moved" in said(at)) == (case == "positions")
    assert percent(found.mean[0]) in said(at) or case == "positions"
    assert exchange(DEFAULT_TEXT, *DEFAULT_WORDS) in said(at)


def test_an_own_sentence() -> None:
    at = visit(text=OTHER_TEXT, first=OTHER_WORDS[0] + 1, second=OTHER_WORDS[1] + 1, positions="on")
    found = find(lesson.compare_orders, OTHER_TEXT, *OTHER_WORDS)
    assert "The man bit the dog." in said(at)
    assert percent(found.mean[0]) in said(at)
    own = "<b>Never</b> mind the `gap` and 🦜"
    at = sound(choose(at, text=own))
    computed = finish(lesson.compare_orders(own, 1, 4))
    assert main(at)["data"][0]["y"] == pytest.approx(100 * computed.moved[0], abs=1e-3)
    assert any("does not know 1 piece" in caption.value for caption in at.caption)


def test_texts_with_nothing_to_exchange() -> None:
    assert "at least two words" in visit(text="alone").info[0].value
    assert "at least two words" in visit(text="   ").info[0].value
    assert "two different words" in visit(first=2, second=2).info[0].value
    assert "the same to the encoder" in said(visit(text="well well", first=1, second=2, positions="on"))
    long = " ".join(f"word{n}" for n in range(30))
    assert any("longer than 20 words: the last 10 words" in c.value for c in visit(text=long).caption)


def test_the_finding_is_what_was_measured() -> None:
    found = find(lesson.compare_orders, DEFAULT_TEXT, *DEFAULT_WORDS)
    assert percent(found.mean[0]) in entry("positional_encoding").finding


# The code


@pytest.mark.parametrize("position", [1, 20, 64])
def test_waves_and_rotary(position: int) -> None:
    codes = find(lesson.position_codes)
    at = visit(view="The code", position=position)
    heat, curve = main(at)["data"][:2]
    assert curve["y"][position - 1] == pytest.approx(100)
    assert f"{percent(float(codes.products[0, 3] / codes.products[0, 0]))} alike" in said(at)
    assert len(heat["z"]) == 32
    at = sound(choose(at, code="rotary"))
    waves = codes.waves(position)
    assert f"turned {waves[0]:.1f} times" in said(at)
    assert metrics(at)["pairs once round or more"] == f"{int((waves >= 1).sum())} of 32"


def test_fourier() -> None:
    at = visit(view="The code", code="Fourier?")
    found = find(lesson.undo_head, DEFAULT_TEXT, 4, 2)
    assert said(at).startswith("Not lossless")
    assert percent(found.lost) in said(at)
    assert main(at)["data"][2]["y"] == pytest.approx(found.head, abs=1e-3)
    at = sound(choose(at, layer=1, head=3))
    other = finish(lesson.undo_head(DEFAULT_TEXT, 1, 3))
    assert f"{100 * other.errors[1]:.0f} %" in said(at)
    assert metrics(at)["rank of the head’s map"] == f"{other.rank} of {len(other.tokens)}"
    assert "Type a sentence" in visit(view="The code", code="Fourier?", text=" ").info[0].value


# Longer


@pytest.mark.parametrize(("length", "last"), [(64, False), (128, False), (256, False), (256, True)])
def test_longer(length: int, last: bool) -> None:
    found = find(lesson.longer_losses)
    at = visit(view="Longer", length=length, last=str(last).lower())
    now = found.window if last and length > TRAINED else found.at(length)
    for kind, bits in zip(KINDS, now, strict=True):
        assert f"{bits:.1f} ({NAMES[kind]})" in said(at)
    marks = [trace["y"][0] for trace in main(at)["data"] if trace.get("mode") == "markers"]
    assert marks == pytest.approx(now, abs=1e-3)
    assert ("times the trained length" in said(at)) == (length > TRAINED and not last)


# Bets


@pytest.mark.parametrize("view", ["Shuffle", "Waves", "Rotary", "Fourier?", "Longer"])
def test_bets_are_judged_by_what_is_measured(view: str) -> None:
    codes, longer = find(lesson.position_codes), find(lesson.longer_losses)
    orders = find(lesson.compare_orders, DEFAULT_TEXT, *DEFAULT_WORDS)
    good = int((longer.window <= longer.at(TRAINED) + 0.15).sum())
    right = {
        "Shuffle": "one of the two words"
        if orders.tokens[orders.moved[0].argmax()] in ("hot", "dog")
        else "another piece",
        "Waves": "less" if codes.products[19, 63] < codes.products[19, 22] else "more",
        "Rotary": "more" if (codes.waves(40) >= 1).sum() > (codes.waves(20) >= 1).sum() else "as many",
        "Fourier?": "more than now",
        "Longer": {0: "none", 4: "all"}.get(good, "some"),
    }[view]
    link = {"view": "The code", "code": view} if view in ("Waves", "Rotary", "Fourier?") else {"view": view}
    at = visit(**link)
    for answer in (right, next(option for option in widget(at, "_answer").options if option != right)):
        done = sound(choose(visit(**link), _answer=answer))
        (outcome,) = [m.value for m in done.markdown if "Moved for you" in m.value]
        assert ("You were right" in outcome) == (answer == right)
    sound(widget(done, "_undo").click().run())
    assert said(done) == said(at)
    assert LONGEST == 256
