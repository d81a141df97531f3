"""How the lesson on vanishing gradients writes numbers that span eighty powers of ten, and which line is whose."""

import math
from collections.abc import Iterable
from typing import Any

from core.figures.palette import CATEGORY

LINES = {
    "rnn_tanh": (CATEGORY[0], "solid"),
    "rnn_relu": (CATEGORY[1], "dash"),
    "lstm": (CATEGORY[2], "solid"),
    "gru": (CATEGORY[3], "dashdot"),
    "attention": (CATEGORY[4], "longdash"),
}
BELOW = {"orientation": "h", "x": 0, "y": -0.24, "xanchor": "left", "yanchor": "top", "traceorder": "normal"}
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def amount(number: float) -> str:
    """Return a number with two digits that matter: "0.47", "12", "3.0 × 10⁻¹²", "0" for exactly nothing."""
    if number == 0 or not math.isfinite(number):
        return "0" if number == 0 else "no number"
    if 0.001 <= abs(number) < 10_000:
        digits = max(0, 1 - math.floor(math.log10(abs(number))))
        return f"{number:,.{digits}f}"
    mantissa, exponent = f"{number:.1e}".split("e")
    return f"{mantissa}\u00a0×\u00a010{str(int(exponent)).translate(_RAISED)}"


def log_axis(values: Iterable[float], lines: int = 5) -> dict[str, Any]:
    """Return a logarithmic axis with about so many lines, at whole powers of ten, for values that may be zero or infinite."""
    powers = [math.log10(value) for value in values if 0 < value < math.inf] or [0.0]
    span = max(powers) - min(powers)
    step = max(1, math.ceil(span / lines))
    return {"type": "log", "exponentformat": "power", "dtick": step, "fixedrange": True, "zeroline": False}
