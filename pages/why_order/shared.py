"""What the views of this lesson share: what fills the script that the reader takes along."""

from typing import Any

from core.data.written_digits import TESTED
from core.experiments.why_order.results import DEFAULT_DIGIT, DEFAULT_SHUFFLE, PAIRS


def script_values(**own: Any) -> dict[str, Any]:
    """Return the value of every name in `take_away.py.txt`: the open view's own, and what the other shows first."""
    one, other, _ = next(iter(PAIRS.values()))
    usual = {"ONE": one, "OTHER": other, "SHUFFLE": DEFAULT_SHUFFLE, "DIGIT": DEFAULT_DIGIT + 1, "TESTED": TESTED}
    return usual | own
