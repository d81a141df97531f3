"""The pictures of the lesson on vanishing gradients. Plotly figures as plain dictionaries: building them costs nothing."""

import math
from typing import Any

from core.experiments.vanishing_gradients import NAMES, SHARE, Comparison, Curve, Wrt, word_at
from core.figures.palette import MUTED, TEXT
from core.figures.style import Figure, layout, plain
from core.figures.vanishing_gradients.cliff import describe_trainings as describe_trainings
from core.figures.vanishing_gradients.cliff import describe_walk as describe_walk
from core.figures.vanishing_gradients.cliff import is_cliff as is_cliff
from core.figures.vanishing_gradients.cliff import trainings as trainings
from core.figures.vanishing_gradients.cliff import walk as walk
from core.figures.vanishing_gradients.map import describe_map as describe_map
from core.figures.vanishing_gradients.map import where_it_can_learn as where_it_can_learn
from core.figures.vanishing_gradients.numbers import BELOW, LINES
from core.figures.vanishing_gradients.numbers import amount as amount
from core.figures.vanishing_gradients.spectrum import describe_spectrum as describe_spectrum
from core.figures.vanishing_gradients.spectrum import jacobian_spectrum as jacobian_spectrum

HEADROOM = 1.5  # powers of ten above the highest line: a bound further up is not worth squeezing the lines for


def gradient_lines(comparison: Comparison, kind: str, wrt: Wrt = "input") -> Figure:
    """Return what is left of the last step's gradient against steps back, a line a model, with one model's bound.

    A logarithmic axis has no zero: where a gradient is exactly zero its line ends.
    """
    steps = comparison.steps
    places = _places(comparison, steps)
    traces: list[dict[str, Any]] = []
    shown = [curve for curve in comparison.curves if wrt == "input" or curve.state_norms is not None]
    for curve in comparison.before:
        colour, _ = LINES[curve.kind]
        line = {"color": colour, "width": 1.2, "dash": "dot"}
        traces.append(_line(curve, wrt, places, f"{NAMES[curve.kind]} before training", line, legend=False))
    for curve in shown:
        colour, dash = LINES[curve.kind]
        line = {"color": colour, "width": 3.5 if curve.kind == kind else 2, "dash": dash}
        traces.append(_line(curve, wrt, places, NAMES[curve.kind], line))
    values = [value for trace in traces for value in trace["y"] if value]
    low, high = min([*values, SHARE / 10]), max([*values, 1.0])
    top = math.log10(high) + HEADROOM
    chosen = comparison.curve(kind)
    bound = chosen.allowed(wrt) if chosen else None
    if bound is not None:
        name = f"most it could be, {NAMES[kind]}"
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x": list(range(steps)),
                "y": [float(value) if 0 < value < math.inf else None for value in bound],
                "line": {"color": MUTED, "width": 2, "dash": "dot"},
                "hovertemplate": "%{x} steps back: the chain rule allows the "
                + NAMES[kind]
                + " %{y:.1e}<extra></extra>",
            }
        )
    side = "top right" if comparison.reach < steps / 2 else "top left"
    traces += [
        _mark([0, steps - 1], [SHARE, SHARE], "1 %", "bottom left"),
        _mark([comparison.reach] * 2, [high * 2, low / 2], f" {comparison.reach} steps back ", side),
    ]
    about = "state" if wrt == "state" else "input"
    return {
        "data": traces,
        "layout": layout(
            "How much gradient is left",
            f"of the {_objective(comparison)}, by the {about} at each step",
            height=470,
            legend=BELOW,
            xaxis={"title": {"text": "steps back from the last one"}, "range": [-0.5, steps - 0.5], "fixedrange": True},
            yaxis={
                "title": {"text": "share of the last step's gradient"},
                "type": "log",
                "exponentformat": "power",
                "range": [math.log10(low) - 0.6, top],
                "fixedrange": True,
                "zeroline": False,
            },
        ),
    }


def bound_leaves(comparison: Comparison, kind: str, wrt: Wrt = "input") -> bool:
    """Return whether the chosen model's bound goes on above the picture."""
    chosen = comparison.curve(kind)
    bound = chosen.allowed(wrt) if chosen else None
    highest = max(float(curve.left(wrt).max()) for curve in (*comparison.curves, *comparison.before))
    return bound is not None and float(bound.max()) > max(highest, 1.0) * 10**HEADROOM


def describe_gradient(comparison: Comparison, wrt: Wrt = "input") -> str:
    """Return the figure in one sentence, from its numbers."""
    reach = comparison.reach
    parts = [
        f"{amount(float(curve.left(wrt)[reach]))} in the {NAMES[curve.kind]}"
        for curve in comparison.curves
        if wrt == "input" or curve.state_norms is not None
    ]
    return f"Line chart of what is left of the last step's gradient at each step back; {reach} steps back: {', '.join(parts)}."


def _objective(comparison: Comparison) -> str:
    return "last character's loss" if comparison.target else "last hidden state"


def _places(comparison: Comparison, steps: int) -> list[str]:
    """Return for each step back what was read there, as a part of a sentence; nothing for noise."""
    if not comparison.read:
        return [""] * steps
    found = []
    for back in range(steps):
        character, word = word_at(comparison.read, back)
        inside = f" of “{word}”" if word and word != character and not character.isspace() else ""
        found.append(plain(f", at “{character}”{inside}"))
    return found


def _line(
    curve: Curve, wrt: Wrt, places: list[str], name: str, line: dict[str, Any], *, legend: bool = True
) -> dict[str, Any]:
    left = curve.left(wrt)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": list(range(len(left))),
        "y": [float(value) if 0 < value < math.inf else None for value in left],
        "line": line,
        "showlegend": legend,
        "customdata": places,
        "hovertemplate": "%{x} steps back%{customdata}: the " + name + " keeps %{y:.1e}<extra></extra>",
    }


def _mark(x: list[float], y: list[float], words: str, place: str) -> dict[str, Any]:
    """Return a thin line with words at its end."""
    return {
        "type": "scatter",
        "mode": "lines+text",
        "x": x,
        "y": y,
        "text": ["", words],
        "textposition": place,
        "textfont": {"color": TEXT, "size": 12},
        "line": {"color": MUTED, "width": 1},
        "hoverinfo": "skip",
        "showlegend": False,
    }
