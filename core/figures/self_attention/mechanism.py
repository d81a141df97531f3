"""The machine as a sketch: one token asks, the others give, each as much as its weight says."""

from collections.abc import Sequence
from typing import Any

from core.figures.palette import ACCENT, CATEGORY, GROUND, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import label, percent, plain, shorten, sketch

Fan = tuple[str, tuple[float, ...]]  # what is drawn, such as "… tired", and the weight of each key


def mechanism(query: str, keys: Sequence[str], fans: Sequence[Fan], cut: int = -1) -> Picture:
    """Draw a token and what it takes from the keys, once or twice side by side; the edge to key `cut` is severed."""
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    each = 10 / len(fans)
    for n, (name, weights) in enumerate(fans):
        left = n * each
        middle, colour = left + each / 2, (ACCENT, CATEGORY[1])[n]
        notes += [
            label(middle, 3.62, plain(shorten(name, 40 if len(fans) == 1 else 18)), colour),
            label(middle, 2.95, f"<b>{plain(query)}</b>", TEXT, size=17),
        ]
        for key, (word, weight) in enumerate(zip(keys, weights, strict=True)):
            x = left + each * (key + 0.5) / len(keys)
            line = {"color": MUTED if key == cut else colour, "width": 1.5 if key == cut else 1 + 11 * weight}
            if key == cut:
                line["dash"] = "dot"
            shapes.append({"type": "line", "x0": middle, "y0": 2.65, "x1": x, "y1": 1.1, "line": line, "opacity": 0.7})
            if key == cut:
                notes.append(label((middle + x) / 2, 1.87, "<b>✕</b>", CATEGORY[3], size=22, bgcolor=GROUND))
            limit = 8 if len(fans) == 1 else 7
            notes.append(
                label(
                    x,
                    0.5,
                    f"{plain(shorten(word, limit))}<br><b>{100 * weight:.0f} %</b>",
                    colour if key != cut else MUTED,
                )
            )
    if len(fans) > 1:
        shapes.append({"type": "line", "x0": 5, "x1": 5, "y0": 0, "y1": 3.9, "line": {"color": MUTED, "width": 1}})
    said = "; ".join(
        f"{name}: " + ", ".join(f"{percent(weight)} from {key}" for key, weight in zip(keys, weights, strict=True))
        for name, weights in fans
    )
    severed = f" The edge to {keys[cut]} is cut." if cut >= 0 else ""
    return Picture(
        sketch(notes, shapes, (0.0, 10.0), (-0.1, 4.0)), f"Sketch: what {query} takes from others. {said}.{severed}"
    )
