"""One block as a sketch: the stream runs through, and what attention and the feed-forward network find is added to it."""

from typing import Any

from core.figures import style
from core.figures.palette import ACCENT, CATEGORY, MUTED, TEXT
from core.figures.style import arrow, label

ATTENTION, FEED_FORWARD, EMBEDDING = CATEGORY[0], CATEGORY[1], CATEGORY[2]
Y, UP = 2.6, 6.9  # the stream, and the middle of the boxes


def canvas(
    words: list[dict[str, Any]], arrows: list[dict[str, Any]], shapes: list[dict[str, Any]], height: int = 190
) -> dict[str, Any]:
    """Return a sketch, 190 px high unless told otherwise, on a plane of 100 by 10."""
    return style.sketch([*arrows, *words], shapes, (0, 100), (0, 10), height=height)


def block(
    name: str,
    ends: tuple[str, str],
    parts: tuple[tuple[str, str], tuple[str, str]],
    *,
    before: str = "",
    after: str = "",
    runs: int = 1,
) -> dict[str, Any]:
    """Return the sketch of a block: the stream's two `ends`, and for attention and feed-forward a name and what it adds.

    With `runs` 0 the block is left out: the stream passes it by; with 2 it runs twice.
    """
    lit = runs > 0
    words = [
        label(50, 9.6, name, ACCENT if runs != 1 else TEXT),
        label(0, Y - 1.2, ends[0], TEXT, xanchor="left"),
        label(100, Y - 1.2, ends[1], TEXT, xanchor="right"),
        label(0, Y + 1.0, before, MUTED, xanchor="left", size=14),
        label(100, Y + 1.0, after, MUTED, xanchor="right", size=14),
    ]
    arrows, shapes = [], []
    stops = [17.0, 32.0, 50.0, 65.0]  # where each part leaves the stream and comes back
    for number, ((title, adds), colour) in enumerate(zip(parts, (ATTENTION, FEED_FORWARD), strict=True)):
        shown = colour if lit else MUTED
        out, back = stops[2 * number], stops[2 * number + 1]
        middle = (out + back) / 2
        box = {"type": "rect", "x0": middle - 14.5, "x1": middle + 14.5, "y0": UP - 1.7, "y1": UP + 1.7}
        shapes.append({**box, "line": {"color": shown, "width": 2, "dash": "solid" if lit else "dot"}})
        words.append(label(middle, UP, f"{title}<br>{adds}" if lit else f"{title}<br>left out", shown, size=14))
        if lit:
            arrows.append(arrow((out - 4, Y), (out - 4, UP - 1.75), shown, 2))
            arrows.append(arrow((back + 4, UP - 1.75), (back + 4, Y + 0.25), shown, 2))
            words.append(label(back + 4, Y - 1.2, "<b>+</b>", shown, size=20))
    arrows.append(arrow((0, Y), (100, Y), TEXT, 4))
    return canvas([word for word in words if word["text"]], arrows, shapes)
