"""A unit's value coloured over the text that it reads (Karpathy et al. 2015), and how well units follow what can be named."""

from typing import Any

import numpy as np

from core.experiments.char_rnn.features import FEATURES
from core.experiments.char_rnn.results import Coloured
from core.experiments.characters import visible
from core.figures.palette import ACCENT, DIVERGING, MUTED, TEXT
from core.figures.parts import scale
from core.figures.picture import Picture
from core.figures.style import HOVER, MONOSPACE, label, layout, plain

LIGHT = 1.4  # of the scale: its darkest colours would hide the letters
COLUMNS, ROWS = 40, 10  # characters in a row of the picture, rows at most


def rows_of(text: str) -> list[tuple[int, str]]:
    """Return the text in rows, as (where it begins, what it says): by its lines, longer ones cut; empty lines left out."""
    found, start = [], 0
    for line in text.splitlines(keepends=True):
        found += [(start + at, line[at : at + COLUMNS + 1]) for at in range(0, len(line), COLUMNS + 1) if line.strip()]
        start += len(line)
    return found[:ROWS]


def coloured(read: Coloured, feature: int) -> Picture:
    """Draw the passage, each character on the colour of the unit's value after it."""
    rows = rows_of(read.text)
    values, truth = read.values[feature], read.truth[feature]
    name, words = read.labels[feature], FEATURES[feature].words
    z: list[list[float | None]] = []
    said: list[list[str]] = []
    letters: list[tuple[int, int, str]] = []
    for number, (start, row) in enumerate(rows):
        there, rest = range(start, start + len(row)), COLUMNS + 1 - len(row)
        z.append([round(float(values[at]), 3) for at in there] + [None] * rest)
        said.append([f"after “{plain(visible(read.text[at]))}” {name} is at {values[at]:.2f}; {words}: {truth[at]:.0f}"
                     for at in there] + [""] * rest)  # fmt: skip
        letters += [(at - start, number, plain(read.text[at])) for at in there if not read.text[at].isspace()]
    heat = {
        "type": "heatmap", "z": z, "customdata": said, "hovertemplate": HOVER, "hoverongaps": False, "showscale": False,
        "zmin": -LIGHT, "zmax": LIGHT, "colorscale": scale(DIVERGING), "xgap": 0, "ygap": 3,
    }  # fmt: skip
    columns, lines, shown = (list(each) for each in zip(*letters, strict=True)) if letters else ([], [], [])
    written = {
        "type": "scatter", "mode": "text", "x": columns, "y": lines, "text": shown, "hoverinfo": "skip", "showlegend": False,
        "textfont": {**MONOSPACE, "size": 16, "color": TEXT},
    }  # fmt: skip
    axis = {"visible": False, "fixedrange": True}
    drawn = layout(
        f"{name.capitalize()}, over the text it reads", "orange: low, green: high, after each character", height=330,
        margin={"l": 4, "r": 4, "t": 66, "b": 8}, xaxis={**axis, "range": [-0.5, COLUMNS + 0.5]},
        yaxis={**axis, "autorange": "reversed"},
    )  # fmt: skip
    alt = (
        f"A text in {len(rows)} rows, coloured by {name}, whose value goes from {float(values.min()):.2f} to "
        f"{float(values.max()):.2f}; its correlation with “{words}” is {float(read.held_out[feature]):.2f}."
    )
    table = [(at + 1, visible(c), round(float(values[at]), 3), float(truth[at])) for at, c in enumerate(read.text)]
    return Picture({"data": [heat, written], "layout": drawn}, alt, ("position", "character", name, words), table)


def followed(read: Coloured, feature: int) -> Picture:
    """Draw how closely the best unit for each feature follows it, on text that it was not chosen by."""
    order = [int(row) for row in np.argsort(np.abs(read.held_out))]
    shares = [abs(float(read.held_out[row])) for row in order]
    bars: dict[str, Any] = {
        "type": "bar", "orientation": "h", "x": shares, "y": list(range(len(order))), "showlegend": False, "hovertemplate": HOVER,
        "marker": {"color": [ACCENT if row == feature else MUTED for row in order]},
        "customdata": [f"{read.labels[row]} follows “{FEATURES[row].words}” with a correlation of {share:.2f}"
                       for row, share in zip(order, shares, strict=True)],
    }  # fmt: skip
    notes = [label(share, n, f" {share:.2f}", xanchor="left") for n, share in enumerate(shares)]
    drawn = layout(
        "The best unit for each, held-out text", height=300, margin={"l": 8, "r": 40, "t": 44, "b": 46}, annotations=notes,
        xaxis={"range": [0, 1.05], "fixedrange": True, "title": {"text": "correlation (1: in full step)"}},
        yaxis={"tickvals": list(range(len(order))), "ticktext": [FEATURES[row].words for row in order], "fixedrange": True,
               "automargin": True},
    )  # fmt: skip
    alt = "Bars of correlations: " + ", ".join(
        f"{FEATURES[row].words} {share:.2f}" for row, share in zip(order[::-1], shares[::-1], strict=True)
    )
    table = [(FEATURES[row].words, read.labels[row], round(float(read.held_out[row]), 3)) for row in order[::-1]]
    return Picture({"data": [bars], "layout": drawn}, f"{alt}.", ("what", "best unit", "correlation"), table)
