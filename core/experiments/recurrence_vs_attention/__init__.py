"""Recurrence against attention: how long each takes, what each learns in the same time, and a dense network beside them.

The public names of the lesson: functions of plain arguments. What they return is plain numpy, in `results`.
"""

from typing import Literal

from core.experiments.recurrence_vs_attention.results import Moved, Race, Sentence, Timing
from core.progress import Steps, doing


@doing("Training six networks", "second")
def race(
    task: Literal["recall", "copy", "add", "parity"], length: int, seconds: float, seeds: int, tune: bool
) -> Steps[Race]:
    """Train every architecture on a task for so many seconds, with so many seeds; `tune` tries three step sizes first.

    Raises `ValueError` for a length that the task does not have.
    """
    from core.experiments.recurrence_vs_attention import racing

    return racing.race(task, length, seconds, seeds, tune)


@doing("Measuring", "pass")
def timed(width: int) -> Steps[Timing]:
    """Measure one pass forward and backward on this machine, for every length and layer of `width` numbers a step."""
    from core.experiments.recurrence_vs_attention import timing

    return timing.timed(width)


@doing("Moving reviews", "shift")
def moved() -> Steps[Moved]:
    """Read held-out reviews with empty steps before them."""
    from core.experiments.recurrence_vs_attention import moving

    return moving.moved()


@doing("Reading your sentence")
def sentence(text: str) -> Sentence:
    """Read one's own sentence with empty steps before it; it has no words where the text has none."""
    from core.experiments.recurrence_vs_attention import moving

    return moving.sentence(text)
