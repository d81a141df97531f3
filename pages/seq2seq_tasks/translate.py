"""Translate: there and back by Marian, round after round, fifty sentences and one's own."""

from functools import partial

import streamlit as st

from core.data.short_texts import SENTENCES
from core.experiments import seq2seq_tasks as lesson
from core.experiments.seq2seq_tasks.results import DEFAULT_SENTENCE, MAX_PASSED_ON, MAX_SENTENCE, MODEL, ROUNDS, Drift
from core.figures import seq2seq_tasks as figures
from pages.kit import controls, language_models, tokens
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import code
from pages.seq2seq_tasks.shared import script_values, strip_of


def show(stage: Stage) -> Shown | Nothing:
    """Show how much is left of fifty sentences after each round, and what becomes of one."""
    with stage.decide:
        rounds = int(controls.slider("Times there and back", 1, ROUNDS, 1, 1, key="rounds"))
    with stage.more:
        typed = controls.text_area("Your sentence", DEFAULT_SENTENCE, key="sentence", height=68, max_chars=MAX_SENTENCE)
    sentence = " ".join(typed.split())
    if not sentence:
        return Nothing("Type a sentence under “More”: there is nothing to translate yet.")
    own, found = ask(lesson.rounds, sentence), ask(lesson.drift)
    chat = language_models.ask(MODEL, lesson.chat_drift)
    there, back = own.portuguese[rounds - 1], own.english[rounds - 1]
    if own.unknown:
        stage.note(f"Marian has no piece for {code(own.unknown)}: what it writes in their place is a guess.")
    if max(map(len, own.portuguese[:rounds] + own.english[:rounds])) > MAX_PASSED_ON:
        stage.note(f"A translation ran away: its first {MAX_PASSED_ON} characters are translated on.")
    with stage.under:
        st.caption("One sentence in Portuguese, as Marian wrote it:")
        tokens.strip([tokens.Token(there or "(nothing)")], key="portuguese", label="the sentence in Portuguese")
    strip_of(stage, back, sentence, key="english", label=f"and in English again, after round {rounds}")
    before = own.english[rounds - 2] if rounds > 1 else sentence
    return Shown(
        verdict=judge(found, chat, rounds),
        picture=draw(figures.drift, found, chat, own, rounds),
        mechanism=draw(
            figures.mechanism,
            (("English", before), ("Portuguese", there), ("English", back)),
            ("encoder, decoder", "encoder, decoder"),
            2,
            f"agreement: {own.chrf[rounds - 1]:.0f} of 100",
        ),
        bet=bet(found, rounds),
        numbers=[
            ("come back changed", f"{found.changed(rounds)} of {len(SENTENCES)}"),
            ("there by Marian (chrF)", f"{found.chrf[:, 0].mean():.0f}"),
            ("there by SmolLM2 (chrF)", f"{chat.chrf[:, 0].mean():.0f}"),
        ],
        caption="chrF counts how many runs of one to six characters two texts share: 100 for equal ones. It does not see "
        "meaning: a good paraphrase loses points too. Below, a dot a sentence: the same fifty sentences, one round, to "
        "Portuguese by Marian, which was made for it, or by SmolLM2, which was not; Marian translates back.",
        further=[draw(figures.translators, found, chat)],
        values=script_values(BACK=list(found.english[rounds - 1])),
    )


def judge(found: Drift, chat: Drift, rounds: int) -> str:
    """Say how far sentences agree with their originals, by the translator and by the chat model."""
    times = "once" if rounds == 1 else f"{rounds} times"
    return (
        f"To Portuguese and back {times} by Marian, sentences agree with themselves to {found.mean()[0][rounds - 1]:.0f} of 100; "
        f"with SmolLM2 on the way there, to {chat.chrf.mean():.0f}. Two unrelated sentences: {found.unrelated:.0f}."
    )


LITTLE, SAME, MORE = "under 7 points", "7 to 20 points", "over 20 points"


def bet(found: Drift, rounds: int) -> Bet:
    """Ask what the rounds after the first take."""
    if rounds == 1:
        lost = 100 - found.mean()[0][0]
        return Bet(
            question=f"The first round took {lost:.0f} points. How much will five more rounds take, all together?",
            answers=(LITTLE, SAME, MORE),
            change={"rounds": ROUNDS},
            moved=f"{ROUNDS} times there and back",
            judge=partial(_outcome, ROUNDS),
        )
    return Bet(
        question="Go back to a single round. How much of all that is lost did that one take?",
        answers=("under a half", "over a half"),
        change={"rounds": 1},
        moved="once there and back",
        judge=partial(_first, rounds),
    )


def _outcome(rounds: int) -> tuple[str, str]:
    mean = ask(lesson.drift).mean()[0]
    first, later = 100 - mean[0], mean[0] - mean[rounds - 1]
    right = LITTLE if later < 7 else SAME if later <= 20 else MORE
    return right, f"The first round took {first:.1f} points, the next five {later:.1f}."


def _first(rounds: int) -> tuple[str, str]:
    mean = ask(lesson.drift).mean()[0]
    first, total = 100 - mean[0], 100 - mean[rounds - 1]
    return "over a half" if first > total / 2 else "under a half", f"It took {first:.1f} of the {total:.1f} points."


VIEW = View("Translate", show)
