"""What the pictures of this lesson share: the frame of a sketch, its boxes, and how pieces stand on an axis."""

from collections.abc import Sequence
from typing import Any

from core.figures import style
from core.figures.palette import ACCENT, GROUND, MUTED
from core.figures.picture import Picture

CASES = ("words", "positions", "none")  # exchanged: the words, only their positions, the words without positions


def sketch(shapes: list[dict[str, Any]], notes: list[dict[str, Any]], alt: str, traces: Sequence[Any] = ()) -> Picture:
    """Return a sketch of the machine, 10 wide and 4 high."""
    return Picture(style.sketch(notes, shapes, (0.0, 10.0), (0.0, 4.0), traces=traces), alt)


def box(x0: float, x1: float, y0: float, y1: float, *, lit: bool = False, **more: Any) -> dict[str, Any]:
    """Return a box of a sketch; one that the control moves is lit."""
    line = {"color": ACCENT if lit else MUTED, "width": 2.5 if lit else 1.5}
    shape = {"type": "rect", "x0": x0, "x1": x1, "y0": y0, "y1": y1, "line": line}
    return {**shape, "fillcolor": GROUND, "layer": "below", **more}


def piece_axis(tokens: Sequence[str]) -> dict[str, Any]:
    """Return the axis under a sentence whose n-th piece stands at n."""
    ticks = [style.plain(style.shorten(token, 9)) for token in tokens]
    return {
        "tickmode": "array", "tickvals": list(range(len(tokens))), "ticktext": ticks,
        "tickangle": 0 if len(tokens) <= 9 else -45, "tickfont": {**style.MONOSPACE, "size": 14},
        "range": [-0.6, len(tokens) - 0.4],
        "fixedrange": True, "showgrid": False, "title": {"text": "piece of the sentence"},
    }  # fmt: skip


def tiny(share: float) -> str:
    """Return a share as per cent; 0 where a computer's rounding is all that is left of it."""
    return "0 %" if share < 1e-5 else f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.2g} %"
