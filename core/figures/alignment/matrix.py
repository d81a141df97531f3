"""The alignment as a matrix, and beside each row what the word loses while one source word is hidden."""

from typing import Any

import numpy as np

from core.experiments.alignment.results import Alignment
from core.figures.alignment.ticks import numbered, short, spoken, word_axis
from core.figures.palette import CATEGORY, GROUND, MUTED, SEQUENTIAL, TEXT
from core.figures.parts import scale
from core.figures.picture import Picture
from core.figures.style import HOVER, layout, percent, plain, swatch

LEFT, RIGHT = (0, 0.68), (0.72, 1)  # shares of the width: matrix, bars


def matrix(alignment: Alignment, position: int) -> Picture:
    """Draw the weights, source across, target down (Bahdanau et al. 2014, figure 3), with source word `position` framed.

    Beside each row stands the probability of its word, as it was and with that source word hidden.
    """
    table = alignment.words
    name, after = plain(short(table.source[position])), table.after(position)
    rows = numbered(table.target)
    # One sentence a cell would be a lot of text: the template puts it together from row, column and value.
    heat = {
        "type": "heatmap",
        "z": np.round(100 * table.weights, 1).tolist(),
        "x": numbered(table.source),
        "y": rows,
        "zmin": 0,
        "zmax": 100,
        "colorscale": scale(SEQUENTIAL),
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "hovertemplate": "writing %{y}, the decoder gave %{x} %{z:.1f} % of its attention<extra></extra>",
    }
    hover = [
        f"{plain(word)} had a probability of {percent(float(one))}, with {name} hidden {percent(float(two))}"
        for word, one, two in zip(table.target, table.before, after, strict=True)
    ]
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "x": [round(100 * float(value), 3) for value in values],
            "y": rows,
            "xaxis": "x2",
            "width": width,
            "marker": {"color": colour},
            "customdata": hover,
            "hovertemplate": HOVER,
        }
        for values, colour, width in ((table.before, MUTED, 0.78), (after, CATEGORY[1], 0.44))
    ]
    most = int(table.weights[:, position].argmax())
    deep = 14
    above = 6 + 10 * max(map(len, map(short, table.source)), default=1)
    said = f"probability (%): {swatch(MUTED)} as it was, {swatch(CATEGORY[1])} “{name}” hidden"
    note = {"xref": "paper", "yref": "paper", "xanchor": "right", "yanchor": "top", "showarrow": False}
    note |= {"x": 1, "y": 0, "yshift": -18, "text": said, "font": {"size": 15, "color": TEXT}}
    frames = [
        {"type": "rect", "x0": position - 0.5, "x1": position + 0.5, "y0": -0.5, "y1": len(rows) - 0.5, "line": line}
        for line in ({"color": GROUND, "width": 5}, {"color": CATEGORY[1], "width": 3})
    ]
    spec = {
        "data": [heat, *bars],
        "layout": layout(
            "Where each word looked, what it lost",
            height=30 + above + deep * max(len(rows), 3) + 42,
            margin={"l": 8, "r": 18, "t": 30 + above, "b": 42},
            barmode="overlay",
            showlegend=False,
            shapes=frames,
            annotations=[note],
            xaxis=word_axis(table.source, bold=position) | {"side": "top", "tickangle": -90, "domain": LEFT},
            xaxis2={
                "domain": RIGHT,
                "range": [0, 101],
                "tickvals": [0, 50, 100],
                "tickfont": {"size": 14},
                "fixedrange": True,
            },
            yaxis=word_axis(table.target, down=True, bold=most),
        ),
    }
    columns = ("written", "probability (%)", f"with {spoken(table.source[position])} hidden (%)", *(
        f"{number}. {spoken(word)}: weight (%)" for number, word in enumerate(table.source, 1)))  # fmt: skip
    cells: list[tuple[Any, ...]] = [
        (word, *(round(100 * float(value), 3) for value in (one, two)), *np.round(100 * row.astype(float), 2).tolist())
        for word, one, two, row in zip(table.target, table.before, after, table.weights, strict=True)
    ]
    return Picture(spec, _describe(alignment, position, most), columns, cells)


def _describe(alignment: Alignment, position: int, most: int) -> str:
    table = alignment.words
    return (
        f"Heat map of {len(table.target)} words of the translation over {len(table.source)} source columns: the word looked at "
        f"most has {percent(float(table.weights.max(1).mean()))} of a row on average. Bars beside it: with "
        f"{spoken(table.source[position])} hidden, the probability of {spoken(table.target[most])} goes from "
        f"{percent(float(table.before[most]))} to {percent(float(table.after(position)[most]))}."
    )
