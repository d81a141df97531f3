"""How the lesson on vanishing gradients writes numbers that span eighty powers of ten, and which line is whose."""

import math
from collections.abc import Iterable
from typing import Any

from core.figures.palette import CATEGORY
from core.figures.style import percent

LINES = {
    "rnn_tanh": (CATEGORY[0], "solid"),
    "rnn_relu": (CATEGORY[4], "dash"),
    "lstm": (CATEGORY[1], "solid"),
    "gru": (CATEGORY[2], "dashdot"),
    "attention": (CATEGORY[3], "longdash"),
}
TICKS = {"tickfont": {"size": 15}, "fixedrange": True, "zeroline": False, "automargin": True}
_LARGE = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_POWERS = {0: "all", 1: "1 in 10", 2: "1 in 100", 3: "1 in a thousand"}
_POWERS |= {6: "1 in a million", 9: "1 in a billion", 12: "1 in a trillion"}
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


def part(share: float) -> str:
    """Return a share in words, with two digits that matter: "47 %", "1 part in 330 billion", "3.2 times as much", "nothing"."""
    if share == 0:
        return "nothing"
    if share >= 1.995:
        return f"{amount(share)} times as much"
    if share >= 0.01:
        return percent(share)
    if share > 1e-15:
        count = float(f"{1 / share:.1e}")
        size, word = next(((size, word) for size, word in _LARGE if count >= size), (1.0, ""))
        return f"1 part in {count / size:,.{1 if count / size < 10 and word else 0}f} {word}".rstrip()
    return f"1 part in 10{str(round(-math.log10(share))).translate(_RAISED)}"


def share_axis(values: Iterable[float], title: str) -> dict[str, Any]:
    """Return a logarithmic axis of shares whose ticks are words, for values of which some may be 0."""
    powers = [math.log10(value) for value in values if 0 < value < math.inf] or [0.0]
    low, high = min(*powers, -2.0), max(*powers, 0.0)
    step = max(1, 3 * math.ceil((high - low) / 18)) if high - low > 4 else 1
    ticks = range(step * math.floor(high / step), math.floor(low) - 1, -step)
    return {
        "title": {"text": title},
        "type": "log",
        "tickvals": [10.0**tick for tick in ticks],
        "ticktext": [_power(-tick) for tick in ticks],
        "range": [low - 0.04 * (high - low), high + 0.06 * (high - low)],
        **TICKS,
    }


def powers_axis(values: Iterable[float], title: str) -> dict[str, Any]:
    """Return a logarithmic axis with three or four ticks at powers of ten, for values that may be 0 or infinite."""
    found = [math.log10(value) for value in values if 0 < value < math.inf] or [0.0]
    step = max(1, math.ceil((max(found) - min(found)) / 3))
    ticks = range(step * math.floor(min(found) / step), math.ceil(max(found)) + 1, step)
    text = [f"{10.0**tick:g}" if abs(tick) < 5 else f"10{str(tick).translate(_RAISED)}" for tick in ticks]
    return {
        "title": {"text": title},
        "type": "log",
        "tickvals": [10.0**tick for tick in ticks],
        "ticktext": text,
        **TICKS,
    }


def _power(digits: int) -> str:
    if digits < 0:
        return f"{10**-digits:,} times" if digits > -5 else f"10{str(-digits).translate(_RAISED)} times"
    return _POWERS.get(digits, f"1 in 10{str(digits).translate(_RAISED)}")
