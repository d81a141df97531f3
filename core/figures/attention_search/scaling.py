"""Why a dot product is divided: variance, entropy and slope against the width, and what it is in the heads of a model."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.experiments.attention_search.scaling import Scaling, Trained
from core.figures.palette import ACCENT, CATEGORY, MUTED, TEXT
from core.figures.style import HOVER, Figure, layout

ROWS = (("variance", (0.72, 1.0)), ("entropy (bits)", (0.37, 0.63)), ("slope", (0.0, 0.28)))
QUANTITIES = ("variance", "entropy", "slope")
WAYS = (("as it is", CATEGORY[1], "solid"), ("divided by √d", ACCENT, "dash"))
BELOW = {"orientation": "h", "x": 0, "y": -0.14, "xanchor": "left", "yanchor": "top"}


def against_width(scaling: Scaling, width: int, trained: Trained, layer: int, head: int) -> Figure:
    """Return the three against the width, for random vectors with both ways, and for a real head (counted from 1)."""
    traces: list[dict[str, Any]] = []
    for row, quantity in enumerate(QUANTITIES):
        axis = "y" if row == 0 else f"y{row + 1}"
        for way, (name, colour, dash) in enumerate(WAYS):
            values = [float(v) for v in getattr(scaling, quantity)[way]]
            said = [
                f"random vectors of {w}, {name}: {quantity} {v:.3g}"
                for w, v in zip(scaling.widths, values, strict=True)
            ]
            line = {"color": colour, "dash": dash, "width": 3}
            traces.append(_line(scaling.widths, values, f"random, {name}", said, axis, row == 0) | {"line": line})
    one = f"layer {layer}, head {head}"
    variance = [float(v) for v in trained.variance[layer - 1, head - 1]]
    said = [f"{one}, over {part} of its numbers, as it is: variance {v:.3g}" for part, v in zip(trained.parts, variance,
                                                                                               strict=True)]  # fmt: skip
    real = {"line": {"color": CATEGORY[2], "width": 2, "dash": "dot"}, "mode": "lines+markers",
            "marker": {"symbol": "diamond", "size": 9}}  # fmt: skip
    traces.append(_line(trained.parts, variance, f"a real head: {one}", said, "y", True) | real)
    for row, quantity in enumerate(QUANTITIES[1:], 2):
        for way, (name, colour, _) in enumerate(WAYS):
            value = float(getattr(trained, quantity)[layer - 1, head - 1, way])
            said = [f"{one}, {name}: {quantity} {value:.3g}"]
            mark = {"symbol": "diamond", "size": 13, "color": colour, "line": {"width": 2, "color": CATEGORY[2]}}
            point = _line(trained.parts[-1:], [value], one, said, f"y{row}", False)
            traces.append(point | {"mode": "markers", "marker": mark})
    x_axis = {"type": "log", "range": [-0.05, 3.06], "fixedrange": True, "tickvals": list(scaling_ticks(scaling))}
    axes: dict[str, Any] = {
        f"yaxis{'' if row == 0 else row + 1}": {
            "domain": list(domain),
            "title": {"text": name},
            "fixedrange": True,
            "automargin": True,
            "rangemode": "tozero",
        }
        for row, (name, domain) in enumerate(ROWS)
    }
    axes["yaxis"] |= {"type": "log", "rangemode": "normal", "exponentformat": "power", "dtick": 1}
    here = {"type": "line", "xref": "x", "yref": "paper", "x0": width, "x1": width, "y0": 0, "y1": 1}
    return {
        "data": traces,
        "layout": layout(
            "What the width does to a match",
            f"random vectors, {scaling.keys} keys; upright: your width {width:,}",
            height=640,
            margin={"l": 8, "r": 8, "t": 84, "b": 130},
            legend=BELOW,
            shapes=[{**here, "line": {"color": TEXT, "width": 1.5, "dash": "dot"}}],
            xaxis={**x_axis, "title": {"text": "width d (numbers in a vector)"}, "anchor": "y3"},
            **axes,
        ),
    }


def scaling_ticks(scaling: Scaling) -> Sequence[int]:
    """Return the widths that the axis names: every second power of two."""
    return [4**n for n in range(6) if 4**n <= max(scaling.widths)]


def describe_width(scaling: Scaling, width: int) -> str:
    """Return the figure in one sentence, from its numbers."""
    at = scaling.at(width)
    return (
        f"Line charts against the width: at {width:,} numbers the products of random vectors have variance "
        f"{at['variance'][0]:.3g}, divided {at['variance'][1]:.3g}; the mask over {scaling.keys} keys has "
        f"{at['entropy'][0]:.2f} bits of entropy, divided {at['entropy'][1]:.2f}."
    )


def trained_heads(trained: Trained, layer: int, head: int) -> Figure:
    """Return every head of the model: the variance of its products, and its masks' entropy with and without the division."""
    layers, heads = np.indices(trained.entropy.shape[:2]) + 1
    variance = trained.variance[..., -1].ravel()
    chosen = int(np.flatnonzero((layers.ravel() == layer) & (heads.ravel() == head))[0])
    traces = []
    for way, (name, colour, _) in enumerate(WAYS):
        entropy = trained.entropy[..., way].ravel()
        said = [
            f"layer {la}, head {h}, {name}: {e:.2f} bits; its products have variance {v:.3g}"
            for la, h, e, v in zip(layers.ravel(), heads.ravel(), entropy, variance, strict=True)
        ]
        sizes = [15 if n == chosen else 8 for n in range(len(said))]
        traces.append(
            _line([float(v) for v in variance], [float(e) for e in entropy], name, said, "y", True)
            | {"mode": "markers", "marker": {"color": colour, "size": sizes, "symbol": "circle" if way else "diamond",
                                             "opacity": [1.0 if n == chosen else 0.65 for n in range(len(said))]}}
        )  # fmt: skip
    expected = trained.parts[-1]
    line = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": expected, "x1": expected}
    note = {"xref": "x", "x": np.log10(expected), "yref": "paper", "y": 1, "yanchor": "bottom", "showarrow": False,
            "text": f"random: {expected}", "font": {"size": 13}}  # fmt: skip
    return {
        "data": traces,
        "layout": layout(
            "The 72 heads of a trained model",
            f"{trained.pieces:,} query pieces; larger: layer {layer}, head {head}",
            height=400,
            margin={"l": 8, "r": 8, "t": 92, "b": 92},
            legend={**BELOW, "y": -0.27},
            shapes=[{**line, "line": {"color": MUTED, "width": 1.5, "dash": "dot"}}],
            annotations=[note],
            xaxis={"type": "log", "title": {"text": "variance of q · k, as it is"}, "fixedrange": True, "dtick": 1,
                   "exponentformat": "power"},
            yaxis={"title": {"text": "entropy of the mask (bits)"}, "rangemode": "tozero", "fixedrange": True,
                   "automargin": True},
        ),
    }  # fmt: skip


def describe_heads(trained: Trained) -> str:
    """Return the heads in one sentence, from their numbers."""
    without, divided = trained.entropy.mean((0, 1))
    return (
        f"Scatter chart of {trained.entropy[..., 0].size} heads: their masks have {divided:.2f} bits of entropy on average, "
        f"and would have {without:.2f} without the division; the median variance of their products is "
        f"{np.median(trained.variance[..., -1]):.0f}."
    )


def _line(
    x: Sequence[float], y: Sequence[float], name: str, said: list[str], axis: str, legend: bool
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [float(v) for v in x],
        "y": [float(v) for v in y],
        "yaxis": axis,
        "customdata": said,
        "hovertemplate": HOVER,
        "showlegend": legend,
    }
