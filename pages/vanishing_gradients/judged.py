"""The verdict on the lesson's main picture, from its numbers: who keeps how much, and what that means for a text."""

import numpy as np

from core.experiments.vanishing_gradients import (
    NAMES,
    Comparison,
    Curve,
    Wrt,
    dead_from,
    steps_to,
    verdict_on,
)
from core.figures.vanishing_gradients import amount
from pages.kit.words import count
from pages.vanishing_gradients.words import where

Verdict = tuple[str, list[tuple[str, str]]]
HOPELESS = 1e-6  # of the last step's gradient


def gradient(found: Comparison, sentence: str, kind: str, wrt: Wrt) -> Verdict:
    """Say after how many steps each model is at 1 %, and what lies there in the reader's sentence."""
    numbers = [
        (NAMES[curve.kind], _reach_of(curve.left(wrt)))
        for curve in found.curves
        if wrt == "input" or curve.state_norms is not None
    ]
    curve = found.curve(kind)
    if curve is None:
        raise ValueError(f"{kind} is not among the curves")
    left, name, reach = curve.left(wrt), NAMES[kind], found.reach
    here, back = float(left[reach]), count(reach, "step")
    outcome = verdict_on(left)
    if outcome == "explodes":
        top = int(left.argmax())
        times = amount(float(left[top]))
        said = f"Not here: in the {name} the gradient grows on its way, to {times} times {count(top, 'step')} back."
    elif outcome == "carries":
        said = f"Not here: {back} back the {name} still has {amount(here)} of the last step’s gradient."
    else:
        said = f"{back[0].upper()}{back[1:]} back the {name} keeps {_share(here)} of the last step’s gradient."
    parts = [said, _in_the_sentence(found, sentence, left, name), _gates(found, kind, wrt), _zeros(found, wrt)]
    return " ".join(part for part in parts if part), numbers


def _share(number: float) -> str:
    return amount(number) if number else "nothing"


def _reach_of(left: np.ndarray) -> str:
    steps = steps_to(left)
    if steps is not None:
        return str(steps)
    return "it grows" if verdict_on(left) == "explodes" else "never"


def _in_the_sentence(found: Comparison, sentence: str, left: np.ndarray, name: str) -> str:
    """Say which character of the sentence lies where 1 % is left, and what its beginning gets."""
    read = found.read or sentence
    steps = steps_to(left)
    if steps is None or not read:
        return ""
    place = where(read, steps)
    about = "In your text" if found.read else "If each step were a character of your text"
    if not place:
        return f"{about}, 1 % would be left only {count(steps, 'step')} back, before its first character."
    first = min(len(read), len(left)) - 1
    said = f"{about}, 1 % is left at {place}, {count(steps, 'step')} back"
    if first <= steps:
        return said + "."
    gets = float(left[first])
    judged = f": too little for the {name} to learn from" if gets < HOPELESS else ""
    return f"{said}; {where(read, first)}, {first} back, gets {_share(gets)}{judged}."


def _gates(found: Comparison, kind: str, wrt: Wrt) -> str:
    """Say that it is the open gate that keeps the gradient and not the name, from the gates as they stood."""
    lstm: Curve | None = found.curve("lstm")
    if lstm is None or lstm.kept is None or 0 < found.settings.window <= found.reach:
        return ""
    kept = amount(float(lstm.left(wrt)[found.reach]))
    before = next((curve for curve in found.before if curve.kind == "lstm"), None)
    if before is not None and before.kept is not None:
        was = amount(float(before.left(wrt)[found.reach]))
        then = f"before, it kept {was}" if kind == "lstm" else f"it keeps {kept} there, {was} before"
        return (
            f"Training brought the LSTM’s forget gates from {before.kept:.2f} to {lstm.kept:.2f} on average, and those of "
            f"{lstm.wide} of {count(lstm.units or 0, 'unit')} above 0.9 ({before.wide} before): {then}."
        )
    whose = "Its" if kind == "lstm" else "The LSTM’s"
    rest = "." if kind == "lstm" else f", and it keeps {kept} there."
    return f"{whose} forget gates are open by {lstm.kept:.2f} on average{rest}"


def _zeros(found: Comparison, wrt: Wrt) -> str:
    """Say where gradients are exactly zero: a logarithmic axis can't."""
    window = found.settings.window
    if 0 < window < found.steps:
        return f"From {count(window, 'step')} back on it is exactly 0 for all: the window ends there."
    dead = [(NAMES[curve.kind], dead_from(curve.left(wrt))) for curve in found.curves]
    said = [f"the {name}’s from {count(step, 'step')} back on" for name, step in dead if step is not None]
    return f"Exactly 0, so not drawn: {', '.join(said)}." if said else ""
