"""The state erased or swapped in the middle: for how many characters the predictions stay wrong."""

from typing import Any

import streamlit as st

from core.experiments import rnn as lesson
from core.experiments.characters import visible
from core.experiments.rnn import recorded
from core.figures import rnn as figures
from pages.kit.lesson import Picture, show, verdict
from pages.kit.words import count
from pages.rnn import state, work

VERBS = {"erase": "erased", "swap": "swapped with that of another text"}
TITLES = {"erase": "Predictions from an erased state", "swap": "Predictions from a swapped state"}


def show_memory(read: lesson.Read, place: int, kind: lesson.Kind, other: str, *, live: bool) -> Picture:
    """Show how far the damaged predictions are from the undamaged ones, step by step, for all four models."""
    damages = work.damages(tuple(lesson.KINDS), read.text, place, kind, other, live=live)
    chosen = next(one for one in damages if one.model == read.model)
    notes = ["read before the damage"] * len(read.text)
    weights: list[float | None] = [None] * len(read.text)
    notes[place] = f"the state after it is {VERBS[kind]}"
    for n, kl in enumerate(chosen.divergence, place + 1):
        notes[n] = f"what it says comes next is off by {kl:.3g} nats"
        weights[n] = round(min(float(kl), 1.0), 3)
    state.strip(read, place, notes, weights, label="your text, coloured by the damage")
    st.caption(
        f"After character {place + 1} the state is {VERBS[kind]}. The stronger a character is coloured, the further off is "
        "what the network then says comes next: 0 nats is no difference, at 0.1 what the undamaged one expects gets a "
        "tenth less chance, at 0.7 half."
    )
    average = getattr(recorded.habits(read.model), "erased" if kind == "erase" else "swapped")
    after = read.text[place + 1 :]
    figure = figures.damage_curves(damages, read.model, after, average, TITLES[kind])
    rows = [
        (n + 1, visible(after[n]), *(round(float(one.divergence[n]), 5) for one in damages))
        for n in range(len(chosen.divergence))
    ]
    columns = ("characters since then", "character", *(f"{lesson.KINDS[one.model]} (nats)" for one in damages))
    picture = Picture(figure, figures.describe_damage(damages, read.model), columns, rows)
    show(picture, key="curves")
    verdict(*judge(chosen, kind, average))
    return picture


def judge(hurt: lesson.Damage, kind: lesson.Kind, average: Any) -> tuple[str, list[tuple[str, str]]]:
    """Say for how long the damage is seen, from the numbers shown."""
    usual = lesson.falls_under(average)
    numbers = [
        ("damaged for", _long(hurt)),
        ("half of it in the first", count(hurt.half, "character")),
        ("mean, held-out text", count(usual, "character") if usual else "longer than measured"),
    ]
    if not len(hurt.divergence):
        return "Not here: no character follows. Choose an earlier one.", numbers
    first, most = float(hurt.divergence[0]), float(hurt.divergence.max())
    if most < lesson.HEALED:
        text = (
            f"Not here: without its state the network says nearly the same, {most:.2f} nats off at most. What it held at "
            "this place, the next character alone gives back."
        )
    else:
        text = (
            f"With the state {VERBS[kind]}, what it says after the next character is off by {first:.2f} nats. "
            f"{_end(hurt)} Nothing but the state was touched, so the state was its memory."
        )
    return text, numbers


def _long(hurt: lesson.Damage) -> str:
    if not len(hurt.divergence):
        return "no character left"
    return count(hurt.lasts, "character") if hurt.lasts else f"over {len(hurt.divergence)} characters"


def _end(hurt: lesson.Damage) -> str:
    if hurt.lasts is None:
        return (
            f"At the end of your text it is still above {lesson.HEALED:g} nats now and then: it has not made up for it."
        )
    return (
        f"After {count(hurt.lasts, 'character')} it is under {lesson.HEALED:g} nats for good: what it had read before no "
        "longer shows."
    )


ANSWERS = {"few": "1 to 3", "some": "4 to 10", "many": "over 10", "end": "to the end"}


def prediction(hurt: lesson.Damage, kind: lesson.Kind, place: int, label: str) -> dict[str, Any]:
    """Return the page's question about this very damage, its answers, the right one and how it comes out."""
    lasts = hurt.lasts
    right = "end" if lasts is None else "few" if lasts <= 3 else "some" if lasts <= 10 else "many"
    return {
        "question": (
            f"**Predict:** the state after character {place} is {VERBS[kind]}. For how many characters do the predictions "
            f"stay clearly off ({lesson.HEALED:g} nats or more)?"
        ),
        "answers": ANSWERS,
        "right": right,
        "outcome": f"It was damaged for {_long(hurt)}." if len(hurt.divergence) else "No character follows that place.",
        "change": {"view": "Memory", "damage": label},
    }
