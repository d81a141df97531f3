"""The network as a loop and unrolled: the last few steps of a real reading, every matrix one colour wherever it is used."""

from typing import Any

import numpy as np

from core.experiments.characters import visible
from core.experiments.rnn import Matrix, Read
from core.experiments.rnn.features import Tracking, shares
from core.figures.palette import CATEGORY, DIVERGING, MUTED, SEQUENTIAL, TEXT
from core.figures.parts import scale
from core.figures.style import HOVER, MONOSPACE, Figure, layout, percent, plain

MATRIX_COLOURS = {"W_ih": CATEGORY[1], "W_hh": CATEGORY[0], "W_ho": CATEGORY[2]}
SAYS = {"W_ih": "input to state", "W_hh": "state to state", "W_ho": "state to output"}
EACH = 2  # units a feature in a state's column
HALF = 0.27  # width of a column, to either side
FOLD = -1.75  # where the folded network stands
BOTTOM, TOP = 1.0, 2.6  # of the states


def unrolled(read: Read, tracking: Tracking, place: int, steps: int = 4) -> Figure:
    """Return the loop at the left and, at the right, up to `steps` steps that end with the character at `place`."""
    first = max(0, place - steps + 1)
    places = list(range(first, place + 1))
    units = [unit for _, unit in tracking.rows(EACH)]
    columns = shares(read.states[first : place + 1], tracking, units)
    arrows = [_arrow("W_ih", (FOLD, 0.3), (FOLD, BOTTOM)), _arrow("W_ho", (FOLD, TOP), (FOLD, 3.2))]
    for column in range(len(places)):
        arrows += [_arrow("W_ih", (column, 0.3), (column, BOTTOM)), _arrow("W_ho", (column, TOP), (column, 3.2))]
        middle = (BOTTOM + TOP) / 2
        arrows.append(_arrow("W_hh", (column - 1 + HALF, middle), (column - HALF, middle)))
    loop_end = _arrow("W_hh", (FOLD - HALF - 0.12, 1.5), (FOLD - HALF, 1.5))
    loop = (
        f"M {FOLD + HALF},2.1 C {FOLD + 0.95},2.1 {FOLD + 0.75},3.05 {FOLD},3.0 "
        f"C {FOLD - 0.8},3.05 {FOLD - 0.8},1.5 {FOLD - HALF - 0.1},1.5"
    )
    box = {"type": "rect", "x0": FOLD - HALF, "x1": FOLD + HALF, "y0": BOTTOM, "y1": TOP}
    shapes: list[dict[str, Any]] = [
        {**box, "line": {"color": TEXT, "width": 1.5}},
        {"type": "path", "path": loop, "line": {"color": MATRIX_COLOURS["W_hh"], "width": 2.5}},
    ]
    words: list[dict[str, Any]] = [
        _text(FOLD, (BOTTOM + TOP) / 2, "state"),
        _text(FOLD, 0.1, "in"),
        _text(FOLD, 3.4, "out"),
        _text(FOLD, -0.3, "folded", MUTED),
        _text(0 if len(places) == 1 else (len(places) - 1) / 2, -0.3, "unrolled", MUTED),
    ]
    if not first:
        words.append(_text(-0.62, (BOTTOM + TOP) / 2 - 0.3, "zeros", MUTED))
    return {
        "data": [_states(read, columns, places, units, tracking), *_ends(read, places), *_legend(read.matrices)],
        "layout": layout(
            "The same three matrices at every step",
            f"each used {place + 1:,} times up to here; drawn: {len(units)} of {read.states.shape[1]} units",
            height=450,
            annotations=[*arrows, loop_end, *words],
            shapes=shapes,
            legend={"orientation": "h", "x": 0, "y": 0.0, "xanchor": "left", "yanchor": "top"},
            xaxis={"visible": False, "range": [FOLD - 0.95, max(len(places), steps) - 0.5], "fixedrange": True},
            yaxis={"visible": False, "range": [-0.5, 4.1], "fixedrange": True},
        ),
    }


def _states(read: Read, columns: np.ndarray, places: list[int], units: list[int], tracking: Tracking) -> dict[str, Any]:
    """Return the states as columns of cells with gaps between them."""
    edges: list[float] = []
    cells: list[list[float | None]] = [[] for _ in units]
    hover: list[list[str]] = [[] for _ in units]
    for column, place in enumerate(places):
        edges += [column - HALF, column + HALF]
        for row, unit in enumerate(units):
            if column:
                cells[row].append(None)
                hover[row].append("")
            value = float(columns[row, column])
            cells[row].append(round(value, 3))
            seen = plain(visible(read.text[place]))
            hover[row].append(f"after {seen}, character {place + 1}: {tracking.label(unit)} is at {value:.2f}")
    signed = read.model != "rnn_relu"
    return {
        "type": "heatmap",
        "x": edges,
        "y": [float(y) for y in np.linspace(TOP, BOTTOM, len(units) + 1)],
        "z": cells,
        "zmin": -1.0 if signed else 0.0,
        "zmax": 1.0,
        "colorscale": scale(DIVERGING if signed else SEQUENTIAL),
        "showscale": False,
        "hoverongaps": False,
        "customdata": hover,
        "hovertemplate": HOVER,
    }


def _ends(read: Read, places: list[int]) -> list[dict[str, Any]]:
    """Return the characters that go in, and the likeliest next ones that come out."""
    outs = []
    for place in places:
        chances = read.chances(place)
        best = int(chances.argmax())
        outs.append((visible(read.vocabulary[best - 1]), float(chances[best])))
    ins = [visible(read.text[place]) for place in places]
    columns = list(range(len(places)))
    common = {"type": "scatter", "mode": "text", "x": columns, "showlegend": False, "hovertemplate": HOVER}
    return [
        {
            **common,
            "y": [0.1] * len(places),
            "text": [f"<b>{plain(c)}</b>" for c in ins],
            "textfont": {"size": 20, "color": TEXT, **MONOSPACE},
            "customdata": [f"character {p + 1} goes in: {plain(c)}" for p, c in zip(places, ins, strict=True)],
        },
        {
            **common,
            "y": [3.45] * len(places),
            "text": [f"<b>{plain(c)}</b><br>{percent(chance)}" for c, chance in outs],
            "textfont": {"size": 13 if len(places) < 5 else 10, "color": TEXT, **MONOSPACE},
            "customdata": [
                f"after character {p + 1} the likeliest next one is {plain(c)}, {percent(chance)}"
                for p, (c, chance) in zip(places, outs, strict=True)
            ],
        },
    ]


def _legend(matrices: tuple[Matrix, ...]) -> list[dict[str, Any]]:
    """Return lines without points that put the matrices' names, shapes and sizes into the legend."""
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [None],
            "y": [None],
            "name": f"{m.name} ({SAYS[m.name]}): {m.rows:,} × {m.columns:,}",
            "line": {"color": MATRIX_COLOURS[m.name], "width": 4},
            "hoverinfo": "skip",
        }
        for m in matrices
    ]


def _arrow(matrix: str, start: tuple[float, float], end: tuple[float, float]) -> dict[str, Any]:
    return {
        "x": end[0],
        "y": end[1],
        "ax": start[0],
        "ay": start[1],
        "xref": "x",
        "yref": "y",
        "axref": "x",
        "ayref": "y",
        "text": "",
        "showarrow": True,
        "arrowhead": 2,
        "arrowwidth": 2.5,
        "arrowcolor": MATRIX_COLOURS[matrix],
    }


def _text(x: float, y: float, text: str, colour: str = TEXT) -> dict[str, Any]:
    return {"x": x, "y": y, "text": text, "showarrow": False, "font": {"size": 13, "color": colour}}


def describe_unrolled(read: Read, place: int, steps: int = 4) -> str:
    """Return the picture in one sentence, from its numbers."""
    first = max(0, place - steps + 1)
    sizes = ", ".join(f"{m.name} {m.rows} by {m.columns}" for m in read.matrices)
    return (
        f"The network as a loop, and unrolled over characters {first + 1} to {place + 1}: at each of these steps the same "
        f"three matrices are used, {sizes}; up to here each was used {place + 1} times."
    )
