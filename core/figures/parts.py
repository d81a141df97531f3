"""The picture that lessons on recurrent models share: what units did at every character, as a heat map."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from core.figures.palette import DIVERGING, GROUND, MUTED, SEQUENTIAL, TEXT
from core.figures.style import MONOSPACE, Figure, layout, plain

LETTERS = 28  # up to so many characters each has its own tick, beyond it words have
WORDS, LONGEST = 5, 6  # ticks that are words, so few and short that they don't touch on a phone
BREAKS = ("␣", "⏎", "⇥", " ", "\n", "\t")


def scale(colours: Sequence[str]) -> list[list[Any]]:
    """Return a Plotly colour scale that runs evenly through these colours."""
    return [[place / (len(colours) - 1), colour] for place, colour in enumerate(colours)]


def outline(low: Float[np.ndarray, "pieces"], high: Float[np.ndarray, "pieces"], seconds: float) -> dict[str, Any]:
    """Return a sound's outline over time: there and back, from its highest samples to its lowest; a piece is so long."""
    times = (np.arange(len(low)) + 0.5) * seconds
    across = np.concatenate([times, times[::-1]]).round(3).tolist()
    up = np.concatenate([high, low[::-1]]).astype(float).round(4).tolist()
    return {
        "type": "scatter", "mode": "lines", "x": across, "y": up, "fill": "toself", "fillcolor": MUTED,
        "line": {"width": 0.5, "color": MUTED}, "hoverinfo": "skip",
    }  # fmt: skip


def text_axis(characters: Sequence[str], title: str = "character") -> dict[str, Any]:
    """Return the axis under a text whose n-th character stands at n: its letters, or a few of its words if it is long.

    The ticks stand a hair beside the columns, so that what is pointed at is named by its own number and letter.
    """
    ticks = dict(enumerate(characters)) if len(characters) <= LETTERS else _words(characters)
    return {
        "title": {"text": title},
        "tickmode": "array",
        "tickvals": [place + 0.01 for place in ticks],
        "ticktext": [plain(text) for text in ticks.values()],
        "tickangle": 0,
        "ticklabeloverflow": "allow",  # were the only one hidden, Plotly would lose the axis title
        "tickfont": {**MONOSPACE, "size": 14},
        "range": [-0.5, max(len(characters), 1) - 0.5],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }


def _words(characters: Sequence[str]) -> dict[int, str]:
    """Return a few words by the place where they begin, evenly spread."""
    starts = [0] + [i for i in range(1, len(characters)) if characters[i - 1] in BREAKS and characters[i] not in BREAKS]
    apart = len(characters) / WORDS
    found: dict[int, str] = {}
    for start in starts:
        if start > len(characters) - apart / 2 or (found and start < max(found) + apart):
            continue
        word = ""
        for character in characters[start:]:
            if character in BREAKS:
                break
            word += character
        found[start] = word if len(word) <= LONGEST else word[: LONGEST - 1] + "…"
    return found


def heat_map(
    title: str,
    values: Float[np.ndarray, "unit time"],
    characters: Sequence[str],
    units: Sequence[str],
    *,
    subtitle: str = "",
    signed: bool,
    limit: float = 1.0,
    what: str = "value",
    height: int = 420,
    mark: int | None = None,
    first: int = 1,
    groups: Sequence[str] = (),
    chosen: int | None = None,
) -> Figure:
    """Return units (rows, the first at the top) over characters (columns).

    signed: from -limit to limit on the diverging scale, else from 0 to limit on the sequential one. `characters`
    and `units` name the columns and rows; `first` is the number of the first character, `mark` a column to point
    out, `chosen` a row. `groups` are names for equally many rows each, in order, written in place of the units'.
    """
    low = -limit if signed else 0.0
    # One sentence a cell would be megabytes of text: the template puts it together from row, column and value.
    names = [f"{first + place} {plain(character)}" for place, character in enumerate(characters)]
    alone = len(set(units)) == len(units)
    heat = {
        "type": "heatmap",
        "z": np.round(values, 3).tolist(),
        "x": names,
        "y": [plain(unit) if alone else f"{plain(unit)}, row {row + 1}" for row, unit in enumerate(units)],
        "zmin": low,
        "zmax": limit,
        "colorscale": scale(DIVERGING if signed else SEQUENTIAL),
        "hovertemplate": "%{y}, character %{x}: " + what + " %{z:.2f}<extra></extra>",
        "colorbar": {
            "thickness": 8,
            "outlinewidth": 0,
            "tickvals": [low, (low + limit) / 2, limit],
            "len": 1,
            "xpad": 4,
            "tickfont": {"size": 14, "color": TEXT},
        },
    }
    rows = max(1, len(units) // 24)
    each = len(units) / len(groups) if groups else 0
    ticks = {row: units[row] for row in range(0, len(units), rows)}
    if groups:
        ticks = {number * each + (each - 1) / 2: group for number, group in enumerate(groups)}  # type: ignore[misc]
    borders = [number * each - 0.5 for number in range(1, len(groups))]
    shapes = [_line(GROUND, 2, x0=0, x1=1, xref="paper", y0=border, y1=border) for border in borders]
    if mark is not None and 0 <= mark < len(names):
        ends: dict[str, Any] = {"x0": mark, "x1": mark, "y0": 0, "y1": 1, "yref": "paper"}
        shapes += [_line(GROUND, 3.5, **ends), _line(TEXT, 1.5, dash="dot", **ends)]
    if chosen is not None and 0 <= chosen < len(units):
        edges: dict[str, Any] = {"x0": -0.5, "x1": len(names) - 0.5, "y0": chosen - 0.75, "y1": chosen + 0.75}
        shapes += [{**_line(colour, width, **edges), "type": "rect"} for colour, width in ((GROUND, 4), (TEXT, 2))]
    return {
        "data": [heat],
        "layout": layout(
            title,
            subtitle,
            height=height,
            shapes=shapes,
            xaxis={**text_axis(characters), "type": "category"},
            yaxis={
                "type": "category",
                "title": {"text": "unit"},
                "tickmode": "array",
                "tickvals": [row + 0.01 for row in ticks],
                "ticktext": [plain(unit) for unit in ticks.values()],
                "autorange": "reversed",
                "showgrid": False,
                "fixedrange": True,
                "automargin": True,
            },
        ),
    }


def _line(colour: str, width: float, dash: str = "solid", **ends: Any) -> dict[str, Any]:
    return {"type": "line", "line": {"color": colour, "width": width, "dash": dash}, **ends}
