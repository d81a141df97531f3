"""The words of the lesson on LSTM gates: the question and the verdicts, computed from what is on the screen."""

import math
from typing import Any

import numpy as np

from core.experiments import lstm_gates as lesson
from core.experiments.lstm_gates import Cell, Gates, Hold, Recalled
from core.figures.lstm_gates import characters
from pages.kit.words import code, count, percent, signed

Verdict = tuple[str, list[tuple[str, str]]]
ANSWERS = {"kept": "all of it", "less": "part of it", "gone": "nothing"}
NOTHING = 0.02  # bits a character: less is said to be no change


def what(hold: Hold) -> str:
    """Return a hold in words: "the forget gate at 0"."""
    gate = hold.gate if hold.gate == "candidate" else f"{hold.gate} gate"
    return f"the {gate} at {signed(hold.value, 2).rstrip('0').rstrip('.')}"


def prediction(hold: Hold, other: Hold, free: Recalled, found: Recalled, length: int) -> dict[str, Any]:
    """Return the page's question: what the same hold does to the recall when it is as long as `other` is."""
    if other.stop is None:
        span, change = "over the whole text", {"from": 1, "to": max(2, length)}
    else:
        span, change = "for one character only", {"from": other.start + 1, "to": other.stop}
    effect = lesson.effect(free, found)
    return {
        "question": f"**Predict:** hold {what(hold)} {span}: what is left of the memory?",
        "answers": ANSWERS,
        "right": "gone" if effect == "never" else effect,
        "outcome": f"It recalls {percent(found.share)}; with nothing held {percent(free.share)}, by guessing 12.5 %.",
        "change": {**change, "view": "Hold a gate"},
    }


def task(kind: str, distance: int) -> str:
    """Return what the recall task is, in a sentence."""
    return (
        f"A small {kind.upper()} reads one of eight symbols, then {distance - 1} others as noise, then the question which it "
        f"was: {lesson.RECALLS} times, with 95 % intervals. Surprise: how little your text was expected."
    )


def hold_verdict(hold: Hold, free: Recalled, held: Recalled, before: float, after: float) -> Verdict:
    """Say what the hold did to the memory and to the text."""
    effect, change = lesson.effect(free, held), after - before
    numbers = [("recalled, nothing held", percent(free.share)), ("recalled with the hold", percent(held.share))]
    if math.isfinite(change):
        numbers.append(("surprise (bits a character)", f"{before:.2f} → {after:.2f}"))
    named = what(hold)
    if effect == "gone":
        text = (
            f"Holding {named} takes the memory: after {free.distance} steps {percent(held.share)} of the symbols are recalled, "
            f"which can't be told from guessing (12.5 %). With nothing held it is {percent(free.share)}."
        )
    elif effect == "less":
        text = f"Holding {named} takes part of the memory: {percent(held.share)} are recalled in place of {percent(free.share)}."
    elif effect == "never":
        text = f"Not here: with nothing held, too, this network only guesses after {free.distance} steps. Take another distance."
    else:
        text = f"Not here: with {named} the network recalls {percent(held.share)}, as before ({percent(free.share)})."
    if effect in ("less", "kept") and hold.gate in lesson.KEEPER.values() and not hold.value:
        text += " What this gate lets go, the loop through the hidden state can write anew at every step."
    if not math.isfinite(change):
        return text, numbers
    if abs(change) < NOTHING:
        return text + " On your text it changes next to nothing.", numbers
    verb = "rises" if change > 0 else "falls"
    return text + f" On your text the surprise {verb} by {abs(change):.2f} bits a character.", numbers


def about_texts(hold: Hold, texts: list[str]) -> str:
    """Return what is to be known about the two texts that were written."""
    said = []
    if hold.stop is not None:
        said.append(
            "The hold ends before the text does, so nothing is held while the network writes: its memory may differ."
        )
        if texts[0] == texts[1]:
            said.append("Here it does not: what the hold took no longer matters.")
    else:
        said.append("The hold stays on while the network writes.")
    if any("<s>" in text for text in texts):
        said.append("“<s>” is this network's sign for the beginning and the end of a text.")
    if any("□" in text for text in texts):
        said.append("“□” stands for a rare sign.")
    return " ".join(said)


def gates_verdict(gates: Gates, name: str, lives: Any) -> Verdict:
    """Say how long the cells remember."""
    longest, median = float(lives.max()), float(np.median(lives))
    values = gates.of(name)
    numbers = [
        ("longest half-life", f"{characters(longest).split()[0]} chars"),
        ("median half-life", f"{characters(median).split()[0]} chars"),
        (f"mean {name}" + ("" if name in lesson.SIGNED else " gate"), signed(float(values.mean()), 2)),
    ]
    keeper = lesson.KEEPER[gates.kind]
    if longest < 3:
        text = (
            f"Not here: over this text no cell's {keeper} gate stays open. Half of what the longest-lived holds is gone after "
            f"{characters(longest)}."
        )
    else:
        text = (
            f"The {keeper} gates decide how long each cell keeps: half of what the longest-lived holds is left after "
            f"{characters(longest)}, of the median one after {characters(median)}. "
        )
        far = int((lives > 5).sum())
        text += (
            f"{far} of {count(gates.hidden, 'cell')} keep{'s' if far == 1 else ''} half for more than five characters."
        )
    return text, numbers


def cell_verdict(cell: Cell, at: int) -> Verdict:
    """Say what this step kept and what it wrote."""
    step = lesson.sum_at(cell, at - cell.first)
    numbers = [
        ("kept", signed(step.kept, 3)),
        ("written", signed(step.written, 3)),
        ("the cell now holds", signed(step.memory, 3)),
    ]
    letter = code(cell.text[at - cell.first])
    if not step.before:
        text = f"Before {letter} the cell held nothing: all that it holds now was written here."
    elif abs(step.written) > abs(step.kept):
        text = f"Not here: at {letter} more was written than kept, {percent(step.keep)} of what was there stayed."
    else:
        text = f"At {letter} the cell kept {percent(step.keep)} of what it held and added {signed(step.written, 3)}."
    return text, numbers
