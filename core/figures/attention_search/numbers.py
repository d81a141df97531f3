"""How the lesson on attention as search writes numbers and vectors."""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from core.figures.palette import CATEGORY

COLOURS = CATEGORY[1:5]  # of items, the best or the first of them first; the query and the mixture have the accent


def short(value: float) -> str:
    """Return a number with at most two decimals and a real minus sign: "1", "0.5", "−0.53"."""
    shown = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if shown == "-0" else shown.replace("-", "\u2212")


def vector(numbers: Sequence[float] | Float[np.ndarray, "size"]) -> str:
    """Return a vector as people write it: "(1, −0.5)"."""
    return f"({', '.join(short(float(v)) for v in numbers)})"


def large(value: float) -> str:
    """Return a positive number that may be huge or tiny, in Plotly's text: "2.89", "1.6 × 10^9"."""
    if not math.isfinite(value):
        return "more than can be written"
    if value == 0 or 0.01 <= value < 10_000:
        return f"{value:.2f}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa} × 10<sup>{short(int(exponent))}</sup>"
