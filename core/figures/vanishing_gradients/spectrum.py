"""What one step can do to a gradient: the singular values of every step's Jacobian, as a band."""

from typing import Any

import numpy as np

from core.experiments.vanishing_gradients import NAMES, Spectrum
from core.figures.palette import ACCENT, CATEGORY, MUTED, SEQUENTIAL
from core.figures.style import Figure, layout
from core.figures.vanishing_gradients.numbers import BELOW, amount


def jacobian_spectrum(spectrum: Spectrum) -> Figure:
    """Return the singular values of d(state)/d(state before) against steps back, and what the gradient really met."""
    x = [int(back) for back in spectrum.back]

    def line(name: str, values: np.ndarray, says: str, **more: Any) -> dict[str, Any]:
        return {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": x,
            "y": [float(value) for value in values],
            "hovertemplate": "%{x} steps back: " + says + " %{y:.2f}<extra></extra>",
            **more,
        }

    edge: dict[str, Any] = {"line": {"width": 0}, "showlegend": False}
    data = [
        line("smallest", spectrum.smallest, "the smallest singular value is", **edge),
        line(
            "all singular values",
            spectrum.largest,
            "the largest singular value is",
            line={"color": ACCENT, "width": 2},
            fill="tonexty",
            fillcolor=SEQUENTIAL[1],
        ),
        line("lower quarter", spectrum.lower, "a quarter of the singular values is below", **edge),
        line(
            "their middle half",
            spectrum.upper,
            "a quarter of the singular values is above",
            line={"width": 0},
            fill="tonexty",
            fillcolor=SEQUENTIAL[3],
        ),
        line(
            "median",
            spectrum.median,
            "half of the singular values are below",
            line={"color": SEQUENTIAL[8], "width": 1.5},
        ),
        line(
            "what the gradient was multiplied by",
            spectrum.factor,
            "the gradient was multiplied by",
            line={"color": CATEGORY[1], "width": 2.5},
        ),
        {
            "type": "scatter",
            "mode": "markers",
            "name": "spectral radius",
            "x": [int(back) for back in spectrum.radius_back],
            "y": [float(value) for value in spectrum.radius],
            "marker": {"color": CATEGORY[2], "size": 8, "symbol": "diamond"},
            "hovertemplate": "%{x} steps back: the Jacobian's spectral radius is %{y:.2f}<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "lines",
            "name": "1: neither grows nor shrinks",
            "x": [x[0] - 0.5, x[-1] + 0.5],
            "y": [1.0, 1.0],
            "line": {"color": MUTED, "width": 1},
            "hoverinfo": "skip",
        },
    ]
    top = max(1.15, 1.08 * float(spectrum.largest.max()), 1.08 * float(spectrum.factor.max()))
    return {
        "data": data,
        "layout": layout(
            "What one step does to a gradient",
            f"{NAMES[spectrum.kind]}: the {spectrum.size} singular values of each Jacobian",
            height=480,
            legend=BELOW | {"y": -0.27},
            xaxis={"title": {"text": "steps back from the last one"}, "fixedrange": True, "zeroline": False},
            yaxis={"title": {"text": "factor a step"}, "range": [0, top], "fixedrange": True},
        ),
    }


def describe_spectrum(spectrum: Spectrum) -> str:
    """Return the figure in one sentence, from its numbers."""
    return (
        f"Band of the {spectrum.size} singular values of each step's Jacobian: the largest is "
        f"{amount(float(np.median(spectrum.largest)))} at a typical step, the median "
        f"{amount(float(np.median(spectrum.median)))}, the smallest {amount(float(np.median(spectrum.smallest)))}."
    )
