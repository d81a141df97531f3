"""The words of the lesson on vanishing gradients, computed from what is on the screen."""

import math
from typing import Any

import streamlit as st

from core.experiments.characters import LIMIT
from core.experiments.vanishing_gradients import (
    DRAWN,
    NAMES,
    TASK_STEPS,
    UPDATES,
    Comparison,
    Settings,
    Wrt,
    other_bias,
    word_at,
)
from core.figures.vanishing_gradients import amount, bound_leaves
from pages.kit.words import code, count, percent

RECORDED = "Recorded while the computing part starts; yours takes over in a moment."
SHADES = 6  # powers of ten between the darkest and no shade


def tidy(text: str) -> str:
    """Return a text with one kind of line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def say_what_was_read(found: Comparison, typed: int, *, recorded: bool) -> None:
    """Say what is recorded, which text was cut, which characters are unknown."""
    if recorded:
        st.caption(RECORDED)
    notes = []
    read = len(found.read) + len(found.target)
    if found.read and typed > LIMIT:
        notes.append(f"Your text has {typed:,} characters: its last {LIMIT:,} are kept, the last {read} read.")
    elif found.read and typed > read:
        notes.append(f"Your text has {count(typed, 'character')}: the last {read} are read, as the length says.")
    if found.unknown:
        shown = " ".join(code(character) for character in found.unknown[:12])
        notes.append(f"The models do not know {shown}: they read one sign for all such characters.")
    if notes:
        st.caption(" ".join(notes))


def say_what_is_missing(found: Comparison, kind: str, wrt: Wrt) -> None:
    """Say which lines are missing, and which go on outside the picture."""
    notes = []
    if found.target:
        notes.append("There is no trained attention layer here, so its line is missing; dotted: before training.")
    elif wrt == "state":
        notes.append("An attention layer carries no state from step to step, so its line is missing.")
    if bound_leaves(found, kind, wrt):
        notes.append(f"What the chain rule allows the {NAMES[kind]} goes on above the picture: here it says little.")
    if notes:
        st.caption(" ".join(notes))


def shades(found: Comparison, kind: str, wrt: Wrt) -> list[tuple[str, str, float]]:
    """Return each character that was read with a note and a shade from 0 to 1, six powers of ten from no shade to full."""
    curve = found.curve(kind)
    if curve is None:
        raise ValueError(f"{kind} is not among the curves")
    shown = []
    for place, (character, value) in enumerate(zip(found.read, curve.left(wrt)[::-1], strict=True)):
        shade = 1 + math.log10(min(float(value), 1.0)) / SHADES if value > 0 else 0.0
        back = found.steps - 1 - place
        shown.append((character, f"{count(back, 'step')} back: {amount(float(value))}", max(0.0, shade)))
    return shown


def shading(found: Comparison, kind: str) -> str:
    """Say what the shades mean, and what the objective is."""
    said = (
        f"Shaded: how much gradient of the {NAMES[kind]} reaches each character, from all (dark) to a millionth (none)."
    )
    curve = found.curve(kind)
    if found.target and curve and curve.chance is not None:
        said += f" It predicts {code(found.target)} next, and gave it {percent(curve.chance)}."
    return said


def task() -> str:
    """Say what is trained."""
    return (
        f"A small task, really trained, {UPDATES} updates: after {TASK_STEPS} steps, say whether the first number of the "
        "first input was above zero. All later inputs are 0. The distance is that between the weights before and after."
    )


def moved(shown: float) -> str:
    """Say that another scale is shown than the slider's, and why."""
    return f"As drawn (scale {DRAWN}) the weights do not explode: {shown:g} is shown until you move the slider."


def prediction(found: Comparison) -> dict[str, Any]:
    """Return the page's question: the LSTM's forget-gate bias goes up or down, and what becomes of the gradient."""
    lstm = found.curve("lstm")
    now = float(lstm.left()[found.reach]) if lstm else 0.0
    then, settings = found.opened, found.settings
    bias = other_bias(settings.forget_bias)
    if settings.trained:
        asked, change = f"the LSTM’s weights are random again, its forget-gate bias {bias:g}", {"weights": "random"}
    else:
        verb = "rises" if bias > settings.forget_bias else "falls"
        asked, change = f"the LSTM’s forget-gate bias {verb} to {bias:g}", {}
    ratio = then / now if now > 0 else math.inf
    right = "less" if ratio < 0.1 else "same" if ratio <= 10 else "more" if ratio <= 1000 else "far more"
    return {
        "question": f"**Predict:** when {asked}, how much gradient is left {count(found.reach, 'step')} back?",
        "answers": {
            "less": "less",
            "same": "about the same",
            "more": "10 to 1,000 times",
            "far more": "over 1,000 times",
        },
        "right": right,
        "outcome": f"It went from {amount(now)} to {amount(then)} of the last step’s gradient.",
        "change": {
            "view": "Gradient",
            "kind": "lstm",
            "wrt": "input",
            "forget": bias,
            **({"input": "text"} if settings.text else {}),
            **change,
        },
    }


def where(sentence: str, back: int) -> str:
    """Return which character of a sentence lies so far back, "" where the sentence is too short."""
    if back >= len(sentence):
        return ""
    character, word = word_at(sentence, back)
    shown = "the blank" if character.isspace() else code(character)
    return f"{shown} {'after' if character.isspace() else 'of'} {code(word)}" if word and word != character else shown


def script_values(settings: Settings, wrt: Wrt) -> dict[str, Any]:
    """Return what the script that is taken away needs to know."""
    return {
        "LENGTH": settings.length,
        "UNITS": settings.hidden_size,
        "SEED": settings.seed,
        "SCALE": settings.scale,
        "FORGET_BIAS": float(settings.forget_bias),
        "WINDOW": settings.window,
        "TEXT": settings.text,
        "WITH_RESPECT_TO": wrt,
    }


def footing(*, trained: bool, live: bool) -> str:
    """Say where the numbers come from."""
    if not live:
        return "Recorded numbers: the computing part is still starting."
    if trained:
        return "Computed here in float64, from character models that were trained on film reviews and editorials."
    return "Computed here in float64, from weights drawn as torch.nn draws them."
