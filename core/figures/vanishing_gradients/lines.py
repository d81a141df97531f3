"""What is left of a gradient, as lines, against steps back."""

from collections.abc import Sequence
from typing import Any

from core.experiments.characters import visible
from core.experiments.vanishing_gradients.results import NAMES, Curve, Reading
from core.figures.palette import MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, key, layout, plain
from core.figures.vanishing_gradients.numbers import LINES, TICKS, part, share_axis

Look = dict[str, Any]


def gradient(curves: Sequence[Curve]) -> Picture:
    """Draw what is left of the last step's gradient at every step back, a line a model, with a dot at 40."""
    looks = [(curve, NAMES[curve.kind], {"width": 3}) for curve in curves]
    return _picture(looks, "of the gradient at the last step", "Gradient left, going back in time")


def reading(found: Reading, kind: str) -> Picture:
    """Draw the same for the trained character models on a text, the chosen one strong, and dotted before its training."""
    looks: list[tuple[Curve, str, Look]] = [
        (curve, NAMES[curve.kind], {"width": 4 if curve.kind == kind else 1.5}) for curve in found.curves
    ]
    _, before = found.pair(kind)
    looks.append((before, "untrained", {"width": 2.5, "dash": "dot", "color": TEXT}))
    places = [f" (at {plain(visible(character))})" for character in reversed(found.read)]
    return _picture(looks, "of the gradient at the last character", "Gradient that each character gets", places)


def _picture(
    looks: Sequence[tuple[Curve, str, Look]], whole: str, title: str, places: Sequence[str] | None = None
) -> Picture:
    curves = [curve for curve, _, _ in looks]
    steps, reach = len(curves[0].norms), curves[0].reach
    unit = "character" if places else "step"
    traces = [_line(curve, name, look, places or [""] * steps, unit) for curve, name, look in looks]
    back = f"{reach} {unit}{'' if reach == 1 else 's'} back"
    dots = {"size": 11, "color": [trace["line"]["color"] for trace in traces]}
    far: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers",
        "x": [reach] * len(curves),
        "y": [one.far or None for one in curves],
    }
    far |= {"marker": dots, "hoverinfo": "skip", "showlegend": False}
    line = {"color": MUTED, "width": 2, "dash": "dot"}
    upright = {"type": "line", "x0": reach, "x1": reach, "y0": 0, "y1": 1, "yref": "paper", "line": line}
    along = {"title": {"text": f"{unit}s back from the last one"}, "showgrid": False, **TICKS}
    spec = {
        "data": [*traces, far],
        "layout": layout(
            title,
            key(traces),
            height=350,
            shapes=[upright],
            xaxis={**along, "range": [steps - 0.5, -0.5]},  # time runs to the right, as in the sketch
            yaxis=share_axis((float(v) for curve in curves for v in curve.left()), "gradient left"),
        ),
    }
    alt = ", ".join(f"{part(curve.far)} in the {name}" for curve, name, _ in looks)
    columns = (f"{unit}s back", *(name for _, name, _ in looks))
    left = [curve.left() for curve in curves]
    rows = [(n, *(f"{float(values[n]):.4e}" for values in left)) for n in range(steps)]
    return Picture(spec, f"Line chart of what is left {whole}; {back}: {alt}.", columns, rows)


def _line(curve: Curve, name: str, look: Look, places: Sequence[str], unit: str) -> dict[str, Any]:
    colour, dash = LINES[curve.kind]
    left = [float(value) for value in curve.left()]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": list(range(len(left))),
        "y": [value or None for value in left],  # a logarithmic axis has no zero: there the line ends
        "line": {"color": colour, "dash": dash, **look},
        "customdata": [
            f"{n} {unit}{'' if n == 1 else 's'} back{place}: {part(value)} is left in the {name}"
            for n, (value, place) in enumerate(zip(left, places, strict=True))
        ],
        "hovertemplate": HOVER,
    }
