"""The lesson on language models as a reader moves through it, with the numbers of `core` as the oracle."""

import functools
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.experiments import language_model as lesson
from core.experiments.language_model import small
from core.experiments.language_model.results import (
    COLD,
    DEFAULT_TEXT,
    DEFAULT_WORDS,
    KEPT,
    LAST,
    MODEL,
    MODELS,
    SEED,
    TEMPERATURE,
    WRITERS,
    joined,
    units_in,
)
from core.experiments.recording import find
from core.figures.style import percent
from core.serving.engine import Engine
from pages.kit.course import find as entry
from tests.pages import helpers
from tests.pages.conftest import engine
from tests.pages.helpers import charts, main, said, sound, widget

__all__ = ["engine"]

fresh = functools.partial(helpers.fresh, "language_model")
UNITS = units_in(DEFAULT_TEXT)
DEPTH = joined(find(lesson.depth), find(lesson.depth_large, MODEL))


def visit(**link: Any) -> AppTest:
    return sound(fresh(**link).run())


def plain(element: Any) -> str:
    return str(element.value).replace("\u00a0", " ")


def guesses(kept: int) -> np.ndarray:
    parts = (
        find(lesson.guess, DEFAULT_TEXT, kept, DEFAULT_WORDS),
        find(lesson.guess_large, MODEL, DEFAULT_TEXT, kept, DEFAULT_WORDS),
    )
    return np.concatenate([part.probabilities for part in parts])


@pytest.mark.parametrize("kept", [len(UNITS), LAST, 1])
def test_the_blank(kept: int) -> None:
    at = visit(kept=kept)
    found = guesses(kept)
    table = main(at)["data"][0]["z"]
    assert np.square(np.array(table).T) * 0.36 == pytest.approx(np.minimum(found, 0.36), abs=1e-3)
    first = int(found[-1].argmax())
    assert f"“{DEFAULT_WORDS[first]}”" in said(at)
    assert percent(float(found[-1].max())) in said(at)
    assert percent(float(found[MODELS.index("LSTM"), first])) in said(at)
    sketch = next(chart for chart in charts(at) if not chart["layout"]["title"].get("text"))
    lit = [trace for trace in sketch["data"] if trace.get("marker", {}).get("symbol") != "circle-open"][1:]
    assert [len([x for x in trace["x"] if x is not None]) for trace in lit] == [min(kept, LAST), kept, kept]


def test_the_finding_is_what_was_measured() -> None:
    few, many = (DEPTH.perplexity[:, KEPT.index(kept)] for kept in (LAST, KEPT[-1]))
    gram, lstm, smol = (DEPTH.models.index(name) for name in ("5-gram", "LSTM", "SmolLM2"))
    for numbers in (
        f"from {few[smol]:.0f} to {many[smol]:.0f}", f"from {few[lstm]:.0f} to {many[lstm]:.0f}", f"at {many[gram]:.0f}"
    ):  # fmt: skip
        assert numbers in entry("language_model").finding


def test_the_bet_and_undo() -> None:
    at = visit()
    bet = widget(at, "_answer")
    beer = DEFAULT_WORDS.index("beer")
    before, after = (float(guesses(kept)[-1, beer]) for kept in (len(UNITS), LAST))
    at = sound(bet.set_value(bet.options[1]).run())
    assert widget(at, "kept").value == LAST
    assert any("You were right" in each.value and percent(after) in plain(each) for each in at.markdown) == (
        before / 10 < after < before / 2
    )
    at = sound(widget(at, "_undo").click().run())
    assert widget(at, "kept").value == len(UNITS)
    assert not any(getattr(each, "key", None) == "_answer" for each in visit(kept=1))  # nothing is left to take away


@pytest.mark.real_weights
def test_own_sentences(engine: Engine) -> None:
    at = visit(text="Zyxq, the United States of ___", kept=4)
    words = [label.removesuffix("…") for label in main(at)["layout"]["yaxis"]["ticktext"]]
    assert "america" in words
    row = small.guess("Zyxq, the United States of", 4, tuple(words)).probabilities[3]
    assert percent(float(row[words.index("america")])) in said(at)
    at = visit(text="Zyxq, the United States of")
    assert any("read as “unknown”" in each.value and "zyxq" in each.value for each in at.caption)
    assert "word before it" in visit(text=" ___ ").info[0].value
    at = visit(text="good " * 70, kept=2)
    assert any("the first 6 are left out" in each.value for each in at.caption)
    sound(fresh(text="<b>%{x}</b> & $x$ 🦜 ünder").run())


@pytest.mark.parametrize("kept", [1, 8, 64])
def test_how_far_back(kept: int) -> None:
    at = visit(view="How far back", context=str(kept))
    lines = main(at)["data"]
    for line, row in zip(lines, DEPTH.perplexity, strict=True):
        assert line["y"] == pytest.approx(row.tolist(), abs=0.01)
    assert main(at)["layout"]["shapes"][0]["x0"] == kept
    expected = (
        [f"{value:,.0f}" for value in DEPTH.perplexity[:, KEPT.index(kept)]]
        if kept <= LAST
        else [
            percent(max(0.0, 1 - float(row[KEPT.index(kept)] / row[KEPT.index(LAST)]))) for row in DEPTH.perplexity[1:]
        ]
    )
    assert all(number in said(at) for number in expected)


def test_correct_first_guesses_and_both_bets() -> None:
    at = visit(view="How far back")
    bet = widget(at, "_answer")
    at = sound(bet.set_value(bet.options[0]).run())
    assert widget(at, "measure").value == "correct"
    share = DEPTH.right[-1, -1].sum() / DEPTH.words
    assert percent(float(share)) in said(at)
    assert main(at)["data"][-1]["y"][-1] == pytest.approx(100 * share, abs=0.01)
    assert any(percent(float(share)) in plain(each) for each in at.markdown)


def test_write_on() -> None:
    at = visit(view="Write on")
    written = find(lesson.write, DEFAULT_TEXT, TEMPERATURE, SEED)
    words = main(at)["data"][1]["text"]
    assert words[: len(written[0].words)] == [helpers_short(word) for word in written[0].words]
    assert list(main(at)["layout"]["xaxis"]["ticktext"]) == list(WRITERS)
    assert f"{max(one.longest for one in written)} words" in said(at)
    bet = widget(at, "_answer")
    at = sound(bet.set_value(bet.options[1]).run())
    assert widget(at, "temperature").value == COLD
    cold = find(lesson.write, DEFAULT_TEXT, COLD, SEED)
    assert any(f"{cold[1].longest} words, and {written[1].longest} before" in each.value for each in at.markdown)


def helpers_short(word: str) -> str:
    return word if len(word) <= 11 else word[:10] + "…"


@pytest.mark.real_weights
def test_another_draw(engine: Engine) -> None:
    at = visit(view="Write on", draw=3, text="We must")
    assert main(at)["data"][1]["text"][:3] == [
        helpers_short(word) for word in small.write("We must", TEMPERATURE, 3)[0].words[:3]
    ]
