"""The blank: the probability that each model gives each word of one list, with all the words before it or the last few."""

from functools import partial

import numpy as np
import streamlit as st

from core.experiments import language_model as lesson
from core.experiments.language_model.results import LARGE, LAST, MODEL, MODELS, Guess, one_list, units_in
from core.figures import language_model as figures
from pages.kit import controls, language_models
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import code, percent
from pages.language_model.shared import say_what_was_read, script, sentence

STAYS, SOME, LITTLE = "over half", "10 % to half", "under 10 %"
SKETCHED = (MODELS.index("5-gram"), MODELS.index("LSTM"), MODELS.index(LARGE))


def show(stage: Stage) -> Shown | Nothing:
    """Show what each model puts in the blank, with as many of the words before it as the reader keeps."""
    with stage.decide:
        slot = st.container(width="stretch")  # to be filled when it is known how many words there are
    with stage.more:
        text, dropped = sentence()
    nothing = say_what_was_read(stage, text, dropped)
    if nothing:
        return nothing
    units = units_in(text)
    with slot:
        kept = controls.position("Words kept before the blank", len(units), len(units), key="kept")
    words = one_list(language_models.ask(MODEL, lesson.likely_large, text), ask(lesson.likely, text))
    small = ask(lesson.guess, text, kept, words)
    large = language_models.ask(MODEL, lesson.guess_large, text, kept, words)
    if small.unknown:
        stage.note(
            f"Not among the 8,000 words that the small models know, read as “unknown”: {code(', '.join(small.unknown))}."
        )
    every = [*small.probabilities, large.probabilities[0]]
    found = tuple((MODELS[at], *_first(every[at], words)) for at in SKETCHED)
    first, share = _first(large.probabilities[0], words)
    return Shown(
        verdict=judge(small, large, kept, len(units)),
        picture=draw(figures.blank, small, large),
        mechanism=draw(figures.mechanism, units, kept, found),
        bet=bet(text, words, kept),
        numbers=[
            (f"{LARGE}: {first}", percent(share)),
            *((f"{name}: {word}", percent(p)) for name, word, p in found[:2]),
        ],
        caption="In bold is each model’s likeliest word **of this list**: what SmolLM2 finds likeliest after the whole "
        "sentence and "
        "after its last four words, then what the 5-gram and the LSTM do. Commas and full stops are not listed, but have "
        "their share. "
        "A dash: the small models do not know the word. A word of SmolLM2’s has the probability of all its tokens one after the "
        "other, and that the word then ends, with and without a capital.",
        **script(text, kept, words),
    )


def _first(row: np.ndarray, words: tuple[str, ...]) -> tuple[str, float]:
    at = int(np.nanargmax(row)) if not np.isnan(row).all() else 0
    return words[at], float(np.nan_to_num(row[at]))


def judge(small: Guess, large: Guess, kept: int, units: int) -> str:
    """Say what SmolLM2 puts first with these words, and what the LSTM and the 5-gram give that word."""
    word, share = _first(large.probabilities[0], large.words)
    at = large.words.index(word)
    lstm, gram = (float(small.probabilities[MODELS.index(name), at]) for name in ("LSTM", "5-gram"))
    which = f"all {units} words" if kept == units else f"the last {kept} words" if kept > 1 else "the last word alone"
    others = (
        "the small models do not know that word"
        if np.isnan(lstm)
        else f"the LSTM gives it {percent(lstm)}, the 5-gram, which sees {min(LAST, kept)}, {percent(gram)}"
    )
    return f"After {which} SmolLM2 puts “{word}” first of these ({percent(share)}); {others}."


def bet(text: str, words: tuple[str, ...], kept: int) -> Bet | None:
    """Ask what becomes of SmolLM2's first word when the last four are kept; after that, when only one is."""
    units = units_in(text)
    fewer = LAST if kept > LAST else 1
    if kept <= fewer:
        return None
    large = language_models.ask(MODEL, lesson.guess_large, text, kept, words)
    word, _ = _first(large.probabilities[0], words)
    left = " ".join(units[-fewer:])
    return Bet(
        question=f"Keep only {code(left)}. How much is left of what SmolLM2 gives “{word}”?",
        answers=(STAYS, SOME, LITTLE),
        change={"kept": fewer},
        moved=f"{fewer} kept" if fewer > 1 else "1 word kept",
        judge=partial(_outcome, text, words, word, kept, fewer),
    )


def _outcome(text: str, words: tuple[str, ...], word: str, kept: int, fewer: int) -> tuple[str, str]:
    at = words.index(word)
    before, after = (
        float(language_models.ask(MODEL, lesson.guess_large, text, count, words).probabilities[0, at])
        for count in (kept, fewer)
    )
    right = STAYS if after > before / 2 else SOME if after > before / 10 else LITTLE
    return right, f"“{word}” had {percent(before)} and has {percent(after)}."


VIEW = View("The blank", show)
