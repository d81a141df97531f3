"""How far a share that was counted may be from the true one: no torch, for results and figures alike."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float


def wilson(right: int, asked: int, z: float = 1.96) -> tuple[float, float]:
    """Return the interval of Wilson (1927) for a share: 95 % of such intervals hold the true share."""
    share, spread = right / asked, z * z / asked
    middle = (share + spread / 2) / (1 + spread)
    reach = z / (1 + spread) * math.sqrt(share * (1 - share) / asked + spread / (4 * asked))
    return max(0.0, middle - reach), min(1.0, middle + reach)


@lru_cache(maxsize=4)  # a fortieth of a second each, for every interval that a page shows
def redrawn(parts: int, draws: int) -> Float[np.ndarray, "draws parts"]:
    """Return how often each part is in each draw, where as many parts are drawn with replacement (Efron 1979), seed 0."""
    times = np.random.default_rng(0).multinomial(parts, np.full(parts, 1 / parts), draws)
    return times.astype(np.float64)  # whole numbers are not multiplied as fast


def middle(values: Float[np.ndarray, "draws *rest"] | Sequence[float]) -> Float[np.ndarray, "ends *rest"]:
    """Return between which two values 95 % of the draws lie."""
    found: np.ndarray = np.quantile(values, (0.025, 0.975), axis=0)
    return found


@dataclass(frozen=True)
class Counted:
    """How many of so many answers were correct."""

    asked: int
    right: int

    @property
    def share(self) -> float:
        """Return the share of correct answers."""
        return self.right / self.asked

    @property
    def interval(self) -> tuple[float, float]:
        """Return between which shares the true one lies with 95 % certainty."""
        return wilson(self.right, self.asked)
