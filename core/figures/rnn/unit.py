"""One unit of the state along a text, over what it follows."""

from typing import Any

import numpy as np

from core.experiments.characters import visible
from core.experiments.rnn.features import FEATURES, Followed, Tracking, follow
from core.experiments.rnn.results import Read, window
from core.figures.palette import ACCENT, SEQUENTIAL, TEXT
from core.figures.parts import text_axis
from core.figures.picture import Picture
from core.figures.style import HOVER, key, layout, plain

SPAN = 80  # characters of the text that are drawn


def unit(read: Read, tracking: Tracking, feature: int, rank: int, position: int) -> Picture:
    """Draw a unit's value at every character around `position`, over what it should follow (shaded, scaled to the unit)."""
    part = window(len(read.text), position, SPAN)
    followed = follow(read.states, read.text, tracking, feature, rank, part)
    characters, first = read.text[part], part.start
    words = FEATURES[followed.feature].words
    values = [float(v) for v in followed.values]
    low, high = min([*values, 0.0]), max([*values, 0.0])
    truth, reach = followed.truth, max(float(np.max(followed.truth, initial=0.0)), 1e-9)
    if followed.held_out < 0:  # it falls where the feature rises
        low, high = high, low
    shade = [low + (high - low) * float(t) / reach for t in truth]
    names = [visible(character) for character in characters]
    hover = [
        f"character {first + i + 1}, {plain(name)}: {followed.label} is at {value:.2f}; {words}: {_amount(t)}"
        for i, (name, value, t) in enumerate(zip(names, values, truth, strict=True))
    ]
    places = list(range(len(values)))
    ground = {
        "type": "scatter",
        "mode": "lines",
        "x": places,
        "hoverinfo": "skip",
        "line": {"width": 0, "shape": "hvh"},
    }
    traces: list[dict[str, Any]] = [
        {**ground, "y": [low] * len(places), "showlegend": False},
        {**ground, "y": shade, "name": words, "fill": "tonexty", "fillcolor": SEQUENTIAL[1]},
        {
            "type": "scatter",
            "mode": "lines",
            "name": followed.label,
            "x": places,
            "y": values,
            "line": {"color": ACCENT, "width": 2},
            "customdata": hover,
            "hovertemplate": HOVER,
        },
    ]
    line = {"color": TEXT, "width": 1.5, "dash": "dot"}
    mark = {
        "type": "line",
        "x0": position - first,
        "x1": position - first,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": line,
    }
    spec = {
        "data": traces,
        "layout": layout(
            f"{followed.label.capitalize()} along the text",
            key(traces),
            height=340,
            shapes=[mark],
            xaxis=text_axis(names),
            yaxis={"title": {"text": "value"}, "automargin": True, "fixedrange": True, "zeroline": True},
        ),
    }
    columns = ("character", words, followed.label)
    table = [
        (f"{first + i + 1} {name}", float(t), round(v, 3))
        for i, (name, t, v) in enumerate(zip(names, truth, values, strict=True))
    ]
    return Picture(spec, _describe(followed), columns, table)


def _amount(value: float) -> str:
    return "yes" if value == 1 else "no" if value == 0 else f"{value:.0f}"


def _describe(followed: Followed) -> str:
    return (
        f"Line chart: {followed.label} goes from {float(np.min(followed.values)):.2f} to "
        f"{float(np.max(followed.values)):.2f} along the text; with “{FEATURES[followed.feature].words}” its correlation is "
        f"{followed.held_out:.2f} on held-out text."
    )
