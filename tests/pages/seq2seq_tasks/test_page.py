"""The lesson on three jobs as a reader moves through it."""

import functools
import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.data.short_texts import QUESTIONS, SENTENCES, TEXTS
from core.experiments import seq2seq_tasks as lesson
from core.experiments.recording import find
from core.experiments.seq2seq_tasks import results
from core.experiments.seq2seq_tasks.results import DEFAULT_SENTENCE, MODEL, Written
from core.serving.engine import Engine
from pages.kit.course import find as entry
from tests.pages import helpers
from tests.pages.conftest import engine
from tests.pages.helpers import choose, main, metrics, said, sound, token_data, token_texts, widget

__all__ = ["engine"]

pytestmark = pytest.mark.real_weights
fresh = functools.partial(helpers.fresh, "seq2seq_tasks")


def visit(**link: Any) -> AppTest:
    return sound(fresh(**link).run())


def right(found: tuple[Written, ...]) -> int:
    """How many of the answers stand in what was written, by a plain search."""
    pairs = zip(found, QUESTIONS, strict=True)
    return sum(bool(re.search(rf"\b{re.escape(a.answer)}\b", one.text, re.IGNORECASE)) for one, (_, a) in pairs)


def test_the_default_proves_the_title_and_is_what_the_map_says() -> None:
    at = visit()
    marian, chat = find(lesson.drift), find(lesson.chat_drift, MODEL)
    numbers = [round(float(value)) for value in (marian.chrf[:, 0].mean(), chat.chrf.mean(), marian.unrelated)]
    assert [int(n) for n in re.findall(r"(?:to|sentences:) (\d+)", said(at))] == numbers
    assert numbers[1] < numbers[2] < numbers[0]
    finding = entry("seq2seq_tasks").finding
    assert f"keeps {numbers[0]} of 100, SmolLM2 {numbers[1]}" in finding
    kept = re.findall(r"(\d+) %", said(visit(view="Summarise")))
    assert f"keep {kept[0]} % of the key words, a rule {kept[1]} %" in finding
    answers = right(find(lesson.answers, MODEL, True))
    assert f"answers {answers} of 30 questions, a rule {sum(results.baseline())}" in finding


def test_rounds() -> None:
    at = sound(choose(visit(), rounds=6))
    own, many = find(lesson.rounds, DEFAULT_SENTENCE), find(lesson.drift)
    assert f"{many.chrf[:, 5].mean():.0f} of 100" in said(at)
    assert "".join(token_texts(at, "english")) == own.english[5]
    assert "".join(token_texts(at, "portuguese")) == own.portuguese[5]
    assert len(main(at)["data"][1]["x"]) == 7
    assert (
        metrics(at)["come back changed"]
        == f"{sum(a != b for a, b in zip(SENTENCES, many.english[5], strict=True))} of 50"
    )


@pytest.mark.parametrize(("view", "change"), [("Translate", "rounds"), ("Summarise", "style"), ("Answer", "given")])
def test_the_bet_and_undo(view: str, change: str) -> None:
    at = visit(view=view)
    before, bet = widget(at, change).value, widget(at, "_answer")
    at = sound(bet.set_value(bet.options[0]).run())
    assert widget(at, change).value != before
    texts = " ".join(str(each.value) for each in at.markdown)
    assert "You were right" in texts, "the first answer is the right one in all three"
    at = sound(widget(at, "_undo").click().run())
    assert widget(at, change).value == before


def test_summaries() -> None:
    for style in ("plain", "own"):
        found = find(lesson.summaries, MODEL, style)
        at = visit(view="Summarise", style="own words" if style == "own" else "one sentence", text_number=6)
        text, written = TEXTS[5].text, found[5]
        assert "".join(token_texts(at, "summary")) == written.text
        assert int(metrics(at)["words in its summary"]) == len(re.findall(r"[\w'’-]+", written.text))
        shares = [results.counts(one.text, each.text).kept for one, each in zip(found, TEXTS, strict=True)]
        assert f"keep {sum(shares) * 10:.0f} %" in said(at)
        bands = [row[2] for row in token_data(at, "prompt")["tokens"] if len(row) > 2]
        assert sum(band == 2 for band in bands) == 5
        assert text.split()[0] in "".join(token_texts(at, "prompt"))


def test_answers() -> None:
    for given, with_text in (("with the text", True), ("without the text", False)):
        at = visit(view="Answer", given=given, question_number=8)
        found = find(lesson.answers, MODEL, with_text)
        assert f"gives {right(found)} of 30" in said(at)
        assert main(at)["data"][0]["x"] == [right(found), sum(results.baseline())]
        assert "".join(token_texts(at, "answer")) == found[7].text
        assert ("craters" in "".join(token_texts(at, "prompt"))) is with_text


def test_a_readers_own_texts(engine: Engine) -> None:
    at = visit(
        view="Answer", about="Ada keeps seven goats on a <b>$hill$</b>.", question="How many goats does Ada keep?"
    )
    assert "Ada·keeps·seven·goats" in "".join(token_texts(at, "prompt")).replace("A da", "Ada")
    assert "".join(token_texts(at, "answer")).strip()
    at = visit(view="Answer", about="Ada keeps goats.")
    assert any("needs a question" in caption.value for caption in at.caption)
    at = visit(view="Translate", sentence="The cat 🦜 sleeps.")
    assert any("no piece for" in caption.value for caption in at.caption)
    at = visit(view="Translate", sentence="  ")
    assert "Type a sentence" in at.info[0].value
