"""Recurrent networks: what a step makes of its state, what single units follow, and how long a damaged state shows.

The public names of the lesson. Functions import what computes (torch) when they are called; what they return is in
`results` and `features`, plain numpy.
"""

from core.experiments.rnn.features import Tracking
from core.experiments.rnn.results import Averages, Damage, Erased, Kind, Read, Speed
from core.progress import Steps, doing


@doing("Reading your text", "character")
def read(model: str, text: str) -> Steps[Read]:
    """Read `text` with one of `results.KINDS`, from an empty state on.

    Yields (characters read, characters). Raises `ValueError` for an empty text, `KeyError` for another model.
    """
    from core.experiments.rnn import reading

    return reading.read(model, text)


def erased(model: str, text: str, position: int, since: int) -> Erased:
    """Read the last `since` characters up to `position` (0 is the first) from a state of zeros on."""
    from core.experiments.rnn import reading

    return reading.erased(model, text, position, since)


def damaged(model: str, text: str, position: int, kind: Kind, other: str) -> Damage:
    """Read on after the state at `position` was set to zeros ("erase") or to that after `other` ("swap").

    Raises `ValueError` for a swap with an empty text.
    """
    from core.experiments.rnn import reading

    return reading.damaged(model, text, position, kind, other)


@doing("Measuring on held-out text", "part")
def tracking(model: str) -> Tracking:
    """Measure how well every unit follows every feature of `features.FEATURES`, on held-out text."""
    from core.experiments.rnn import held_out

    return held_out.tracking(model)


@doing("Measuring on held-out text", "part")
def averages(model: str) -> Averages:
    """Measure how long the state lasts and what can be read from it, on average over held-out text."""
    from core.experiments.rnn import held_out

    return held_out.averages(model)


@doing("Measuring", "reading")
def speed(model: str) -> Steps[Speed]:
    """Measure how long reading takes on this machine, one text alone and many side by side."""
    from core.experiments.rnn import timing

    return timing.speed(model)
