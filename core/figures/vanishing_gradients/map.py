"""Where a plain RNN can learn at all: a map over the scale of its weights and the length of its sequences."""

import math
from typing import Any

import numpy as np

from core.experiments.vanishing_gradients import NAMES, SHARE, Landscape
from core.figures.palette import DIVERGING, TEXT
from core.figures.style import HOVER, Figure, layout
from core.figures.vanishing_gradients.numbers import amount

REACH = 8  # powers of ten to each side of 1 that the colours tell apart


def where_it_can_learn(landscape: Landscape, scale: float, length: int) -> Figure:
    """Return the map, the band in which between 1 % and 100 times is left, and the reader's own place."""
    with np.errstate(divide="ignore"):
        powers = np.log10(landscape.left)
    shown = [[max(float(p), -400.0) for p in row] for row in powers]
    said = [
        [
            f"scale {s:.1f}, {n} steps: the first step has {amount(float(value))} of the last one's gradient"
            for n, value in zip(landscape.lengths, row, strict=True)
        ]
        for s, row in zip(landscape.scales, landscape.left, strict=True)
    ]
    columns, rows = list(range(len(landscape.lengths))), list(range(len(landscape.scales)))
    ticks = list(range(-REACH, REACH + 1, 4))
    data: list[dict[str, Any]] = [
        {
            "type": "heatmap",
            "x": columns,
            "y": rows,
            "z": shown,
            "zmin": -REACH,
            "zmax": REACH,
            "colorscale": [[place / (len(DIVERGING) - 1), colour] for place, colour in enumerate(DIVERGING)],
            "customdata": said,
            "hovertemplate": HOVER,
            "colorbar": {
                "title": {"text": "left", "side": "top"},
                "thickness": 10,
                "outlinewidth": 0,
                "tickvals": ticks,
                "ticktext": [_power(tick) for tick in ticks],
            },
        },
        {
            "type": "contour",
            "x": columns,
            "y": rows,
            "z": shown,
            "contours": {"coloring": "none", "start": math.log10(SHARE), "end": -math.log10(SHARE), "size": 4},
            "line": {"color": TEXT, "width": 2},
            "showscale": False,
            "showlegend": False,
            "hoverinfo": "skip",
            "name": "between 1 % and 100 times",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "name": "you are here",
            "x": [float(np.interp(length, landscape.lengths, columns))],
            "y": [float(np.interp(scale, landscape.scales, rows))],
            "marker": {"color": TEXT, "size": 12, "symbol": "diamond-open", "line": {"width": 3}},
            "hovertemplate": f"your setting: scale {scale:.2f}, {length} steps<extra></extra>",
            "showlegend": False,
        },
    ]
    return {
        "data": data,
        "layout": layout(
            f"Where a {NAMES[landscape.kind]} can learn",
            "between the lines 1 % to 100 times is left",
            height=470,
            xaxis={
                "title": {"text": "length (steps)"},
                "tickvals": columns,
                "ticktext": [str(int(n)) for n in landscape.lengths],
                "fixedrange": True,
                "showgrid": False,
            },
            yaxis={
                "title": {"text": "scale (spectral radius)"},
                "tickvals": rows[::2] if len(rows) > 8 else rows,
                "ticktext": [f"{s:.1f}" for s in (landscape.scales[::2] if len(rows) > 8 else landscape.scales)],
                "fixedrange": True,
                "showgrid": False,
                "zeroline": False,
            },
        ),
    }


def _power(exponent: int) -> str:
    return "1" if exponent == 0 else f"10<sup>{exponent}</sup>".replace("-", "\u2212")


def describe_map(landscape: Landscape) -> str:
    """Return the figure in one sentence, from its numbers."""
    inside = (landscape.left >= SHARE) & (landscape.left <= 1 / SHARE)
    longest = int(landscape.lengths[-1])
    scales = [f"{s:.1f}" for s, row in zip(landscape.scales, inside, strict=True) if row[-1]]
    where = f"at scale {', '.join(scales)}" if scales else "at none of the scales"
    return (
        f"Heat map of {landscape.left.size} pairs of scale and length: in {int(inside.sum())} of them the first step has "
        f"1 % to 100 times the last one's gradient; over {longest} steps {where} only."
    )
