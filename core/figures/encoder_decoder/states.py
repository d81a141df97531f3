"""What the encoder leaves at each place, and the one vector of it that goes on: as a heat map over a strip."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from core.figures.palette import ACCENT, DIVERGING, GROUND, MUTED, TEXT
from core.figures.parts import scale
from core.figures.style import HOVER, MONOSPACE, Figure, layout, percent, plain

ROWS = 20  # units of each reader that are shown
STRIPS = 2  # rows of the strip that a reader has
LONGEST = 9  # letters of a tick
WIDEST = 34  # ticks that find room


def states(
    places: Float[np.ndarray, "source wide"],
    tokens: Sequence[str],
    readers: Sequence[str],
    title: str,
    *,
    what: str,
) -> Figure:
    """Return the states that change most over the text (columns), framed where they go on, above all that goes on.

    readers: ("forward", "backward") for two halves, of which the second ends at the first token; one name for one reader.
    what: "subword" or "letter".
    """
    half = places.shape[1] // len(readers)
    chosen = [reader * half + unit for reader in range(len(readers)) for unit in _liveliest(places, reader, half)]
    each = len(chosen) // len(readers)
    vector = summary(places, len(readers))
    heat = {
        **_heat(places[:, chosen].T),
        "x": list(range(len(tokens))),
        "y": list(range(len(chosen))),
        "customdata": [
            [
                f"unit {unit % half + 1} of the {readers[unit // half]} reader at {plain(token)}: {places[n, unit]:+.2f}"
                for n, token in enumerate(tokens)
            ]
            for unit in chosen
        ],
    }
    strip = {**vector_strip(vector, readers), "xaxis": "x2", "yaxis": "y2", "showscale": False}
    ends = [(len(tokens) - 1 if reader == 0 else 0, reader) for reader in range(len(readers))]
    frames = [
        {
            "type": "rect",
            "x0": column - 0.5,
            "x1": column + 0.5,
            "y0": reader * each - 0.5,
            "y1": (reader + 1) * each - 0.5,
            "line": {"color": colour, "width": width},
        }
        for column, reader in ends
        for colour, width in ((GROUND, 5), (TEXT, 2.5))
    ]
    step = -(-len(tokens) // WIDEST)
    ticks = list(range(0, len(tokens), step))
    short = [token if len(token) <= LONGEST else token[: LONGEST - 1] + "…" for token in tokens]
    return {
        "data": [heat, strip],
        "layout": layout(
            title,
            f"framed: all that goes on, {len(vector)} numbers, shown below",
            height=470,
            shapes=frames,
            xaxis={
                "tickmode": "array",
                "tickvals": [tick + 0.01 for tick in ticks],
                "ticktext": [plain(short[tick]) for tick in ticks],
                "tickfont": {**MONOSPACE, "size": 11},
                "tickangle": 0 if max(map(len, short)) < 4 else -55,
                "anchor": "y",
                "title": {"text": what, "standoff": 4},
                "range": [-0.5, len(tokens) - 0.5],
                **_STILL,
            },
            yaxis={
                "domain": [0.54, 1.0],
                "tickmode": "array",
                "tickvals": [reader * each + (each - 1) / 2 + 0.01 for reader in range(len(readers))],
                "ticktext": list(readers),
                "tickangle": -90,
                "autorange": "reversed",
                "title": {"text": f"{each} units each" if len(readers) > 1 else f"{each} units"},
                **_STILL,
            },
            xaxis2={"anchor": "y2", "title": {"text": "number"}, **_STILL},
            yaxis2={
                "domain": [0.0, 0.18],
                "anchor": "x2",
                "autorange": "reversed",
                "title": {"text": "vector"},
                "showticklabels": False,
                **_STILL,
            },
        ),
    }


_STILL: dict[str, Any] = {"showgrid": False, "zeroline": False, "fixedrange": True, "automargin": True}


def summary(places: Float[np.ndarray, "source wide"], readers: int) -> Float[np.ndarray, "wide"]:
    """Return all that goes on: the forward reader's state at the end, and the backward one's at the beginning."""
    half = places.shape[1] // readers
    return np.concatenate([places[-1, :half], places[0, half:]])


def _liveliest(places: Float[np.ndarray, "source wide"], reader: int, half: int) -> list[int]:
    """Return the units of a reader that change most, in the order of where they are furthest from their mean."""
    own = places[:, reader * half : (reader + 1) * half]
    found = np.argsort(-own.std(0), kind="stable")[:ROWS]
    peaks = np.abs(own - own.mean(0))[:, found].argmax(0)
    return [int(unit) for unit in found[np.argsort(peaks, kind="stable")]]


def vector_strip(vector: Float[np.ndarray, "wide"], readers: Sequence[str]) -> dict[str, Any]:
    """Return a vector's numbers as a trace: `STRIPS` rows for each reader."""
    half = len(vector) // len(readers)
    long = -(-half // STRIPS)
    rows = np.full((len(readers), STRIPS * long), np.nan)
    rows[:, :half] = vector.reshape(len(readers), half)
    return {
        **_heat(rows.reshape(-1, long)),
        "x0": 1,
        "dx": 1,
        "customdata": [
            [
                f"unit {unit + 1} of the {reader} reader: {vector[n * half + unit]:+.2f}" if unit < half else ""
                for unit in range(row * long, (row + 1) * long)
            ]
            for n, reader in enumerate(readers)
            for row in range(STRIPS)
        ],
    }


def _heat(values: Float[np.ndarray, "rows columns"]) -> dict[str, Any]:
    return {
        "type": "heatmap",
        "z": [[None if np.isnan(value) else round(float(value), 3) for value in row] for row in values],
        "zmin": -1.0,
        "zmax": 1.0,
        "colorscale": scale(DIVERGING),
        "hovertemplate": HOVER,
        "colorbar": {"thickness": 8, "outlinewidth": 0, "tickvals": [-1, 0, 1], "len": 1, "xpad": 4},
    }


def describe_states(places: Float[np.ndarray, "source wide"], readers: Sequence[str], what: str) -> str:
    """Return the heat map in one sentence, from its numbers."""
    vector = summary(places, len(readers))
    return (
        f"Heat map of the encoder's states at {len(places)} {what}s, {places.size:,} numbers of which some are shown, over a "
        f"strip of the {len(vector)} that go on to the decoder; they lie between {vector.min():+.2f} and {vector.max():+.2f}."
    )


def next_chances(
    chances: Sequence[tuple[str, float]], written: str, title: str, *, what: str, right: str | None = None
) -> Figure:
    """Return the likeliest pieces at one step as bars, the written one in the accent's colour; `right` is named."""
    names = [plain(piece) + (" (right)" if piece == right else "") for piece, _ in chances]
    shares = [100 * chance for _, chance in chances]
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(names))),
        "x": shares,
        "marker": {"color": [ACCENT if piece == written else MUTED for piece, _ in chances]},
        "text": [percent(chance) for _, chance in chances],
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": [
            f"{name}: a chance of {percent(chance)}" for name, (_, chance) in zip(names, chances, strict=True)
        ],
        "hovertemplate": HOVER,
    }
    return {
        "data": [bars],
        "layout": layout(
            title,
            height=300,
            showlegend=False,
            bargap=0.25,
            xaxis={
                "title": {"text": "chance (%)"},
                "range": [0, 118],
                "tickvals": [0, 25, 50, 75, 100],
                "fixedrange": True,
            },
            yaxis={
                "title": {"text": what, "standoff": 4},
                "tickmode": "array",
                "tickvals": list(range(len(names))),
                "ticktext": names,
                "tickfont": MONOSPACE,
                "autorange": "reversed",
                "automargin": True,
                "fixedrange": True,
            },
        ),
    }


def describe_chances(chances: Sequence[tuple[str, float]], what: str) -> str:
    """Return the bars in one sentence, from their numbers."""
    first = ", ".join(f"{piece} {percent(chance)}" for piece, chance in chances[:3])
    return f"Bar chart of the {len(chances)} likeliest {what}s at this step: {first}."
