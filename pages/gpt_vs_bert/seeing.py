"""Who sees what: one word is changed, and the vectors of all others are compared with what they were."""

from functools import partial

import streamlit as st

from core.experiments import gpt_vs_bert as lesson
from core.experiments.gpt_vs_bert import results
from core.experiments.gpt_vs_bert.results import MAX_WORDS, Moved
from core.figures import gpt_vs_bert as figures
from pages.gpt_vs_bert.shared import script_values
from pages.kit import controls, language_models
from pages.kit.ask import ask, draw
from pages.kit.language_models import DEFAULT
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import count, escape, percent, shorten

NONE, SOME, ALL = "none", "some", "all"


def show(stage: Stage) -> Shown | Nothing:
    """Show how far every word's vector moves in both models when one word is changed."""
    with stage.decide:
        slot = st.container(width="stretch")  # to be filled when it is known how many words there are
    with stage.more:
        typed = controls.text_area("Your sentence", results.DEFAULT_TEXT, key="text", height=80, max_chars=1_000)
        put = controls.text_area("Word that is put in", results.DEFAULT_WORD, key="other", height=68, max_chars=40)
    words, dropped = results.words_of(typed)
    if len(words) < 2:
        return Nothing("Type a sentence of at least two words under “More”.")
    other = (put.split() or [results.DEFAULT_WORD])[0]
    with slot:
        place = controls.position("Changed word", len(words), results.DEFAULT_POSITION + 1, key="place") - 1
    if dropped:
        stage.note(f"Your sentence is longer than {MAX_WORDS} words: the last {count(dropped, 'word')} are left out.")
    text = " ".join(words)
    causal = language_models.ask(DEFAULT, lesson.change_causal, text, place, other)
    both = ask(lesson.change_both, text, place, other)
    if not causal.shares.any() and not both.shares.any():
        stage.note("The word that is put in is the one that was there: nothing changed.")
    (_, before), (_, after) = causal.before, causal.after
    return Shown(
        verdict=judge(causal, both),
        picture=draw(figures.moved, causal, both),
        mechanism=draw(figures.fans, causal, both),
        bet=bet(text, place, other, len(words)),
        numbers=[
            (f"moved of {before} words before, SmolLM2", str(causal.before[0])),
            (f"moved of {before} words before, MiniLM", str(both.before[0])),
            (f"moved of {after} words after, in both", f"{causal.after[0]} and {both.after[0]}"),
        ],
        caption="A word’s vector is the model’s last layer, mean over the word’s tokens; how far it moved is the length of the "
        "difference over the length that it had. Every word is read together with all that its model lets it see, so a "
        "bidirectional vector of “bank” knows how the sentence ends, and a causal one cannot. Below, who attends to whom.",
        further=[draw(figures.maps, causal, both)],
        values=script_values(TEXT=text, PLACE=place + 1, OTHER=other),
    )


def judge(causal: Moved, both: Moved) -> str:
    """Say how many of the words before the change moved in each model, from the numbers shown."""
    (still, before), (stirred, _), (right, after) = causal.before, both.before, causal.after
    if not causal.shares.any() and not both.shares.any():
        return "Nothing was changed, and no vector moves in either model."
    old, new = (f"“{escape(shorten(word, 16))}”" for word in (causal.words[causal.changed], causal.other))
    if not before:
        return (
            f"{old} is the first word: everything stands on its right, and {_of(right, after)} words move in SmolLM2, "
            f"{_of(both.after[0], after)} in MiniLM."
        )
    mean = percent(float(both.shares[: both.changed].mean()))
    return (
        f"{old} becomes {new}: of the {count(before, 'word')} before it, {still or 'none'} moves in SmolLM2, "
        f"{stirred if stirred < before else 'all' if before > 1 else 'one'} in MiniLM, by {mean} on average."
        if not still
        else f"{old} becomes {new}: {_of(still, before)} words before it move in SmolLM2, {_of(stirred, before)} in MiniLM."
    )


def _of(number: int, total: int) -> str:
    return f"all {total}" if number == total and total > 1 else f"{number} of {total}"


def bet(text: str, place: int, other: str, size: int) -> Bet:
    """Ask how many words move in the causal model when the first word is changed, or the last."""
    then = size - 1 if place == 0 else 0
    which = "last" if then else "first"
    return Bet(
        question=f"Change the {which} word instead. How many of the other {count(size - 1, 'word')} will move in SmolLM2, the "
        "causal model?",
        answers=(NONE, SOME, ALL),
        change={"place": then + 1},
        moved=f"changed word {place + 1} to {then + 1}",
        judge=partial(_outcome, text, then, other),
    )


def _outcome(text: str, place: int, other: str) -> tuple[str, str]:
    causal = language_models.ask(DEFAULT, lesson.change_causal, text, place, other)
    both = ask(lesson.change_both, text, place, other)
    (left, n), (right, m) = causal.before, causal.after
    moved, total = left + right, n + m
    right_answer = NONE if moved == 0 else ALL if moved == total else SOME
    return right_answer, f"{moved} of {total} move in SmolLM2, {both.before[0] + both.after[0]} in MiniLM."


VIEW = View("Who sees what", show)
