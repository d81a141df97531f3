"""The machine as a sketch: a query is compared with keys, the scores become weights, the weights mix the values."""

from collections.abc import Sequence
from typing import Any

from core.experiments.attention_search.results import Scaling
from core.figures.attention_search.numbers import COLOURS, short
from core.figures.palette import ACCENT, GROUND, MUTED
from core.figures.picture import Picture
from core.figures.style import arrow, label, percent, plain, shorten, sketch

BOX = {"type": "rect", "line": {"color": ACCENT, "width": 2}, "fillcolor": GROUND, "layer": "below"}


def mechanism(
    query: str, names: Sequence[str], scores: Sequence[float], weights: Sequence[float], dial: str, comes_out: str
) -> Picture:
    """Draw three keys with their scores and weights, and what comes out.

    dial: what turns scores into weights, such as "temperature 0.1": it is lit, because the control moves it.
    """
    left: dict[str, Any] = {"xanchor": "left"}
    notes = [label(0.05, 3.45, "query", ACCENT, **left), label(2.3, 3.45, "keys", MUTED, **left)]
    notes += [label(4.6, 3.45, "scores", MUTED), label(6.2, 3.45, "weights", MUTED, **left)]
    notes += [label(10, 3.45, "mixture", ACCENT, xanchor="right"), label(9.35, 1.6, "\u25c6", ACCENT, size=26)]
    notes += [label(0.05, 1.6, f"<b>{plain(shorten(query, 8))}</b>", ACCENT, **left)]
    notes += [label(5.6, -0.2, f"<b>{plain(dial)}</b>", ACCENT)]
    shapes = [{**BOX, "x0": 5.15, "x1": 6.1, "y0": 0.25, "y1": 3.0}]
    for name, score, weight, y, colour in zip(names, scores, weights, (2.55, 1.6, 0.65), COLOURS, strict=False):
        notes += [arrow((1.8, 1.6), (2.25, y), MUTED, 1.5), arrow((5.25, y), (6.05, y), ACCENT)]
        notes += [label(2.3, y, plain(shorten(name, 6)), colour, **left), label(4.45, y, short(score))]
        notes += [label(6.2, y + 0.36, percent(weight), colour, **left)]
        bar = {"type": "rect", "y0": y - 0.28, "y1": y, "line": {"width": 0}, "fillcolor": colour}
        pull = {"type": "line", "x0": 7.95, "y0": y, "x1": 9.1, "y1": 1.6, "opacity": 0.5}
        shapes.append({**bar, "x0": 6.2, "x1": 6.2 + 1.5 * weight})
        shapes.append({**pull, "line": {"color": colour, "width": 1 + 8 * weight}})
    listed = ", ".join(f"{name} {percent(weight)}" for name, weight in zip(names, weights, strict=True))
    alt = (
        f"Sketch: the query {query} is compared with keys; {dial} makes weights of the scores ({listed}); {comes_out}."
    )
    return Picture(sketch(notes, shapes, (0.0, 10.0), (-0.5, 3.8)), alt)


def division(scaling: Scaling, width: int) -> Picture:
    """Draw what becomes of a product of so many numbers on its way to the weights, divided and not."""
    raw, divided = (float(v) for v in scaling.variance[:, width - 1])
    few, many = (float(v) for v in scaling.shared[:, width - 1])
    notes = [label(0.1, 1.6, f"<b>q · k</b><br>{width:,} numbers", ACCENT, xanchor="left")]
    for y, words, colour, variance, count in (
        (2.6, "as it is", COLOURS[0], raw, few), (0.6, f"<b>÷ √{width:,}</b>", ACCENT, divided, many)
    ):  # fmt: skip
        notes += [arrow((2.8, 1.6), (3.4, y), colour), label(4.4, y, words, colour), arrow((5.4, y), (6.2, y), colour)]
        notes.append(label(8.1, y, f"variance {short(variance)}<br><b>{count:.1f} keys share</b>", colour))
    alt = (
        f"Sketch: a product of {width:,} numbers has variance {raw:.3g} and {few:.1f} keys share the weights; divided by "
        f"the root of {width:,} it has variance {divided:.3g} and {many:.1f} do."
    )
    return Picture(sketch(notes, [{**BOX, "x0": 3.45, "x1": 5.4, "y0": 0.1, "y1": 1.1}], (0.0, 10.0), (-0.5, 3.8)), alt)
