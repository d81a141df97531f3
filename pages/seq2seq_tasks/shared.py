"""What the views share: strips of what was written and of the prompt as the model reads it, and what fills the script."""

from typing import Any

import streamlit as st

from core.data.short_texts import QUESTIONS, SENTENCES, TEXTS
from core.experiments import seq2seq_tasks as lesson
from core.experiments.seq2seq_tasks import results
from core.experiments.seq2seq_tasks.results import MODEL, Written
from pages.kit import language_models, tokens
from pages.kit.ask import ask
from pages.kit.lesson import Stage

COPIED, NEW, TEMPLATE = 0, 1, 2
BANDS = {"": -1, "copied": COPIED, "new": NEW}
LEGEND = (
    (COPIED, f"stands so in the text, {results.SPAN} words or more in a row"),
    (NEW, "a content word that the text has not"),
)


def strip_of(stage: Stage, text: str, source: str, *, key: str, label: str) -> None:
    """Show a text with its copied spans and new words marked."""
    with stage.under:
        st.caption(f"{label[0].upper()}{label[1:]}:")
        row = [tokens.Token(piece, band=BANDS[mark]) for piece, mark in results.marked(text, source)]
        tokens.strip(row or [tokens.Token("(nothing)")], key=key, label=label, legend=LEGEND if row else ())


def prompt_of(stage: Stage, written: Written, limit: int) -> None:
    """Show the prompt as the model read it, and how long its text may be."""
    end = "it ended by itself" if written.ended else "it was cut there"
    with stage.under:
        st.caption(
            f"At most {limit} tokens are written, always the likeliest next; here {written.tokens}: {end}. The prompt:"
        )
        row = [tokens.Token(text, band=TEMPLATE if n in written.marks else -1) for n, text in enumerate(written.prompt)]
        legend = ((TEMPLATE, "marks of the chat template"),)
        tokens.strip(row, key="prompt", label="the prompt, token by token, as the model reads it", legend=legend)


def script_values(**own: Any) -> dict[str, Any]:
    """Return the value of every name in `take_away.py.txt`: the open view's own, and what the others show first."""
    found = language_models.ask(MODEL, lesson.answers, True)
    summaries = language_models.ask(MODEL, lesson.summaries, "plain")
    asked = [(asked.answer, one.text) for one, (_, asked) in zip(found, QUESTIONS, strict=True)]
    number, first = QUESTIONS[0]
    return {
        "ORIGINALS": list(SENTENCES),
        "BACK": list(ask(lesson.drift).english[0]),
        "SUMMARIES": [(text.text, one.text) for text, one in zip(TEXTS, summaries, strict=True)],
        "ANSWERS": asked,
        "REQUEST": results.answer_request(TEXTS[number].text, first.question),
        "TOKENS": results.ANSWER_TOKENS,
        "SYSTEM": results.SYSTEM,
    } | own
