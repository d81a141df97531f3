"""What the views of this lesson share: names on the screen, and how a lead is judged."""

from core.experiments.market.results import GRU, Walk, ahead
from pages.kit.words import signed

ALWAYS = "always “up”"
NAMES = (ALWAYS, "momentum", "logistic regression", GRU)
CLEAR, LEANS, BEHIND = "yes, clearly", "yes, maybe by luck", "no"
NO_ADVICE = "This page measures forecasts, not profit, and is no advice to buy or sell anything."
SURVIVORS = (
    "The twenty shares are **survivors**: all of them still belonged to the S&P 500 in 2022, so “up” was right more often than "
    "it was for shares in general. Days on which a price did not move are left out."
)
INTERVAL = (
    "The bars are 95 % intervals: whole months are drawn again and again, each with all of its days and shares, because shares "
    "of one day move together and are not independent (a block bootstrap, 2,000 draws)."
)


def lead(walk: Walk, of: str) -> str:
    """Return whether the network is ahead of another forecaster: one of CLEAR, LEANS and BEHIND."""
    middle, low, _ = ahead(walk, GRU, of)
    return CLEAR if low > 0 else LEANS if middle > 0 else BEHIND


def points(walk: Walk, of: str) -> str:
    """Return the network's lead in points of a hundred, and its interval."""
    middle, low, high = (100 * part for part in ahead(walk, GRU, of))
    return f"{signed(middle)} ({signed(low)} to {signed(high)})"
