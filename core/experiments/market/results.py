"""What a walk through the days found: how often each forecaster was right, month by month, and how sure that is."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from core.experiments.intervals import middle, redrawn

MAJORITY, MOMENTUM, SEASON, LOGISTIC, GRU = "Majority", "As lately", "Season", "Logistic regression", "GRU"
DAYS, DAYS_DEFAULT = ("5", "10", "20", "40"), "20"
LEAKS = ("none", "random split", "smoothed prices", "scaled with tomorrow")
TRAININGS = {"short": 300, "long": 1500}
QUESTIONS = ("warmer", "rain")
WEATHER_DAYS = 14
DRAWS = 2000  # of the bootstrap


@dataclass(frozen=True)
class Share:
    """How often a forecaster was right, from 0 to 1, and the interval that 95 % of the resampled months give."""

    name: str
    right: int
    asked: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Return the share of forecasts that were right."""
        return self.right / self.asked


@dataclass(frozen=True)
class Example:
    """One forecast of the network: the days that it read, its probability of "up", and what happened.

    values: the change of each day that was read in per cent, or each day's highest temperature in degrees Celsius.
    """

    name: str
    day: str
    values: Float[np.ndarray, "days"]
    probability: float
    up: bool


@dataclass(frozen=True)
class Walk:
    """Forecasts of days that no model had learned from: right[model, group, month] of asked[group, month].

    A group is a share, or the one place whose weather is forecast. `trained` is the number of examples in the last fold.
    """

    names: tuple[str, ...]
    groups: tuple[str, ...]
    months: tuple[str, ...]
    right: Int[np.ndarray, "models groups months"]
    asked: Int[np.ndarray, "groups months"]
    trained: int
    example: Example

    @property
    def years(self) -> tuple[str, str]:
        """Return the first and the last year that were forecast."""
        return self.months[0][:4], self.months[-1][:4]


def shares(walk: Walk) -> tuple[Share, ...]:
    """Return how often each forecaster was right over all groups."""
    right, asked = walk.right.sum(1), walk.asked.sum(0)
    drawn = redrawn(len(walk.months), DRAWS)
    found = []
    for name, row in zip(walk.names, right, strict=True):
        low, high = map(float, middle((drawn @ row) / (drawn @ asked)))
        found.append(Share(name, int(row.sum()), int(asked.sum()), low, high))
    return tuple(found)


def ahead(walk: Walk, name: str, of: str, group: int | None = None) -> tuple[float, float, float]:
    """Return by how much of 1 `name` is right more often than `of`, on the same days, and the ends of its 95 % interval.

    Whole months are drawn with replacement, each with all shares and days that belong to it, because shares of one day
    move together: a bootstrap of blocks (Künsch 1989), 2,000 draws, seed 0.
    """
    first, second = walk.names.index(name), walk.names.index(of)
    more = walk.right[first].astype(np.int64) - walk.right[second]
    gained, asked = (more.sum(0), walk.asked.sum(0)) if group is None else (more[group], walk.asked[group])
    drawn = redrawn(len(walk.months), DRAWS)
    low, high = map(float, middle((drawn @ gained) / (drawn @ asked)))
    return float(gained.sum() / asked.sum()), low, high


def naive(walk: Walk) -> Share:
    """Return the best of the forecasters that learn nothing from a sequence of days: all but logistic regression and GRU."""
    return max((s for s in shares(walk) if s.name not in (LOGISTIC, GRU)), key=lambda s: s.right)


def by_year(walk: Walk, name: str) -> list[tuple[str, int, int]]:
    """Return for each year how many forecasts were right, of how many."""
    row = walk.right[walk.names.index(name)].sum(0)
    found: dict[str, tuple[int, int]] = {}
    for month, right, asked in zip(walk.months, row, walk.asked.sum(0), strict=True):
        before = found.get(month[:4], (0, 0))
        found[month[:4]] = (before[0] + int(right), before[1] + int(asked))
    return [(year, *counts) for year, counts in found.items()]
