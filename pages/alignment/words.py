"""The verdicts of the lesson on alignment: sentences computed from the numbers on the screen."""

import numpy as np

from core.experiments import alignment as lesson
from core.experiments.alignment import FELT, Look, Table
from pages.kit.words import code, percent, shorten, signed

Verdict = tuple[str, list[tuple[str, str]]]


def judge_alignment(look: Look) -> Verdict:
    """Say whether the words that were looked at are those that mattered, and how the crossing came out."""
    table = look.words
    hits, size, lot = int(table.agree.sum()), len(table.target), 1 / len(table.source)
    numbers = [("looked at = mattered most", f"{hits} of {size}"), ("expected by lot", f"{size * lot:.1f} of {size}")]
    trio = lesson.crossed(table)
    runs = lesson.turned(table)
    if trio:
        numbers.append(("crossed words right", f"{sum(one.right for one in trio)} of {len(trio)}"))
    else:
        numbers.append(("words in another order", str(sum(map(len, runs)))))
    text = f"{_crossing(table, trio) if trio else _turned(table, runs)} {matters(table)}"
    return text, numbers


def matters(table: Table) -> str:
    """Say for how many target words looked at most is mattered most, with the clearest exception."""
    hits, size = int(table.agree.sum()), len(table.target)
    share, lot = hits / size, 1 / len(table.source)
    said = (
        f"{hits} of {size} words looked most at the very word whose hiding costs them most; by lot it would be "
        f"{size * lot:.1f}."
    )
    if share < max(0.5, 2 * lot):
        said = f"Not here: only {said}"
    gaps = np.where(table.agree, -np.inf, table.losses.max(1) - table.losses[np.arange(size), table.looked])
    worst = int(gaps.argmax())
    if gaps[worst] < FELT:
        return said
    return f"{said} {exception(table, worst)}"


def exception(table: Table, row: int) -> str:
    """Say what a target word looked at, and what mattered to it instead."""
    one, other = int(table.looked[row]), int(table.mattered[row])
    return (
        f"Attention is not alignment everywhere: {named(table.target[row])} looked most at {named(table.source[one])} "
        f"({percent(float(table.weights[row, one]))}), and hiding that costs it {nats(table.losses[row, one])}, but hiding "
        f"{named(table.source[other])} costs it {nats(table.losses[row, other])}."
    )


def named(word: str) -> str:
    """Return a word of a sentence as code, cut where it is endless."""
    return code(shorten(word, 24))


def nats(value: float) -> str:
    """Return a loss in words."""
    return f"{signed(float(value), 2)} nats"


def _crossing(table: Table, trio: tuple[lesson.Crossed, ...]) -> str:
    read = code(" ".join(table.source[one.source] for one in sorted(trio, key=lambda one: one.source)))
    if missing := [one for one in trio if one.target is None]:
        lost = ", ".join(named(table.source[one.source]) for one in missing)
        return f"No crossing here: of {read}, this translation has no word that we know for {lost}."
    order = sorted(trio, key=lambda one: one.target or 0)
    written = code(" ".join(table.target[one.target or 0] for one in order))
    if wrong := [one for one in order if not one.right]:
        odd = "; ".join(
            f"{named(table.target[one.target or 0])} looked most at {named(table.source[one.looked or 0])}"
            for one in wrong
        )
        return f"Not here: the crossing of {read} and {written} is not aligned. {odd}."
    if [one.source for one in order] == sorted(one.source for one in trio):
        return f"{read} became {written}, in the same order: each looked at its own word, but nothing crosses here."
    return f"{read} became {written}, in another order, and each of the three looked most at its own word."


def _turned(table: Table, runs: list[range]) -> str:
    if not runs:
        return "The translation keeps the order of the source."
    run = runs[0]
    if len(run) > 6:
        return f"From {named(table.target[run[0]])} on, {len(run)} words look back in another order than they were read in."
    read = " ".join(table.source[place] for place in sorted({int(table.looked[row]) for row in run}))
    return f"{code(read)} became {code(' '.join(table.target[row] for row in run))}: there the lines cross."
