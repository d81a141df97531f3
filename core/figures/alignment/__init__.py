"""The pictures of the lesson on alignment."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.experiments.alignment import Table
from core.figures.alignment.hidden import describe_hidden as describe_hidden
from core.figures.alignment.hidden import hidden_bars as hidden_bars
from core.figures.alignment.step import NUMBERS as NUMBERS
from core.figures.alignment.step import describe_mixture as describe_mixture
from core.figures.alignment.step import describe_scores as describe_scores
from core.figures.alignment.step import mixture_map as mixture_map
from core.figures.alignment.step import score_bars as score_bars
from core.figures.alignment.study import NAMES as NAMES
from core.figures.alignment.study import curve as curve
from core.figures.alignment.study import describe_shares as describe_shares
from core.figures.alignment.study import describe_weights as describe_weights
from core.figures.alignment.study import shares as shares
from core.figures.alignment.study import weight_curve as weight_curve
from core.figures.alignment.ticks import numbered, short, spoken, word_axis
from core.figures.palette import CATEGORY, GROUND, SEQUENTIAL, TEXT
from core.figures.parts import scale
from core.figures.style import HOVER, Figure, layout, percent, plain


def alignment_map(table: Table, row: int, title: str, subtitle: str) -> Figure:
    """Return the alignment as a heat map: source across, target down (Bahdanau et al. 2014, figure 3), a row framed."""
    # One sentence a cell would be a lot of text: the template puts it together from row, column and value.
    heat = {
        "type": "heatmap",
        "z": np.round(100 * table.weights, 1).tolist(),
        "x": numbered(table.source),
        "y": numbered(table.target),
        "zmin": 0,
        "zmax": 100,
        "colorscale": scale(SEQUENTIAL),
        "xgap": 1,
        "ygap": 1,
        "hovertemplate": "writing %{y}, it looked at %{x} with %{z:.1f} % of its attention<extra></extra>",
        "colorbar": {
            "thickness": 8,
            "outlinewidth": 0,
            "tickvals": [0, 50, 100],
            "ticktext": ["0 %", "50 %", "100 %"],
            "xpad": 4,
        },
    }
    edges: dict[str, Any] = {"x0": -0.5, "x1": len(table.source) - 0.5, "y0": row - 0.5, "y1": row + 0.5}
    frames = [
        {"type": "rect", "line": {"color": colour, "width": width}, **edges}
        for colour, width in ((GROUND, 4), (TEXT, 2))
    ]
    deep = 27 if len(table.target) <= 20 else 19
    reach = max(map(len, map(short, table.source)), default=1)
    return {
        "data": [heat],
        "layout": layout(
            title,
            subtitle,
            height=130 + 8 * reach + deep * max(len(table.target), 3),
            margin={"l": 8, "r": 8, "t": 80 + 8 * reach, "b": 12},
            shapes=frames,
            xaxis=word_axis(table.source, "") | {"side": "top", "tickangle": -90},
            yaxis=word_axis(table.target, "", down=True),
        ),
    }


def describe_map(table: Table) -> str:
    """Return the heat map in one sentence, from its numbers."""
    if not len(table.target):
        return "Heat map without a row: nothing was written."
    tops = table.weights.max(1)
    return (
        f"Heat map of {len(table.target)} target rows over {len(table.source)} source columns: the place looked at most has "
        f"{percent(float(np.mean(tops)))} of a row on average, {percent(float(np.min(tops)))} at least."
    )


def row_bars(table: Table, row: int) -> Figure:
    """Return where one target looked, a bar a source word, and, where that is known, what hiding each word costs it."""
    source, target = numbered(table.source), plain(short(table.target[row], 20))
    weights = [100 * float(weight) for weight in table.weights[row]]
    bars = [
        _bars(
            source, weights, CATEGORY[0], [f"{plain(w)}: {v:.1f} % of the attention" for w, v in _pairs(table, weights)]
        )
    ]
    top: dict[str, Any] = {"title": {"text": "weight (%)"}, "range": [0, 105], "fixedrange": True, "automargin": True}
    more: dict[str, Any] = {"yaxis": top}
    height, title = 250, f"“{target}”: where it looked"
    if table.costs is not None:
        losses = [float(loss) for loss in table.costs[row]]
        hover = [f"hiding {plain(w)} costs “{target}” {v:.2f} nats" for w, v in _pairs(table, losses)]
        bars.append(_bars(source, losses, CATEGORY[1], hover) | {"yaxis": "y2"})
        low, high = min([0.0, *losses]), max([0.5, *losses])
        below = {"title": {"text": "loss (nats)"}, "range": [1.1 * low, 1.1 * high], "fixedrange": True}
        more = {
            "yaxis": top | {"domain": [0.56, 1]},
            "yaxis2": below | {"domain": [0, 0.44], "automargin": True, "zeroline": True},
        }
        height, title = 400, f"“{target}”: looked at, mattered"
    named = "source piece" if table.costs is None else "source word"
    axis = word_axis(table.source, named) | {"tickangle": -90, "anchor": "y2" if len(bars) > 1 else "y"}
    note = "above: attention; below: loss when it is hidden" if len(bars) > 1 else ""
    return {"data": bars, "layout": layout(title, note, height=height, showlegend=False, xaxis=axis, **more)}


def _pairs(table: Table, values: Sequence[float]) -> list[tuple[str, float]]:
    return list(zip(table.source, values, strict=True))


def _bars(places: list[str], values: list[float], colour: str, hover: list[str]) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": places,
        "y": values,
        "marker": {"color": colour},
        "customdata": hover,
        "hovertemplate": HOVER,
    }


def describe_row(table: Table, row: int) -> str:
    """Return the bars in one sentence, from their numbers."""
    best = int(table.looked[row])
    said = (
        f"Bar chart: writing {spoken(table.target[row])} it looked most at {spoken(table.source[best])}, with "
        f"{percent(float(table.weights[row, best]))}"
    )
    if table.costs is None:
        return said + "."
    worst = int(table.mattered[row])
    return said + f"; hiding {spoken(table.source[worst])} costs it most, {table.costs[row, worst]:.2f} nats."
