"""How far a share that was counted may be from the true one: no torch, for results and figures alike."""

import math
from dataclasses import dataclass


def wilson(right: int, asked: int, z: float = 1.96) -> tuple[float, float]:
    """Return the interval of Wilson (1927) for a share: 95 % of such intervals hold the true share."""
    share, spread = right / asked, z * z / asked
    middle = (share + spread / 2) / (1 + spread)
    reach = z / (1 + spread) * math.sqrt(share * (1 - share) / asked + spread / (4 * asked))
    return max(0.0, middle - reach), min(1.0, middle + reach)


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
