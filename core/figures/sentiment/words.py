"""Word by word: what each model believes after each word, as written and changed; the two machines; what each word is worth."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from core.experiments.sentiment.results import BAG, MODELS, Read, Worth, turned
from core.figures.palette import ACCENT, CATEGORY, DIVERGING, GROUND, MUTED, TEXT
from core.figures.parts import scale
from core.figures.picture import Picture
from core.figures.style import SMALL, arrow, label, layout, percent, plain, shorten, sketch

MOST = 16  # words up to which each cell holds its number, and each column its word
LETTERS = 12
STRONG = 0.62  # of the scale: a cell so dark (in dark, so bright) that its number has the ground's colour
NAMES = tuple(MODELS.values())


def beliefs(before: Read, after: Read, said: str, moved: int | None) -> Picture:
    """Draw two tables: every model's probability of "positive" after each word, as written and after the change `said`.

    moved: where the changed word stands in `after` (None: it is gone).
    """
    upper, lower = _table(before, "", "as written"), _table(after, "2", "changed")
    other = turned(before, after)
    notes = [
        _heading("As written", 0.93, TEXT),
        _heading("Changed", 0.305, ACCENT),
        *(_end(before, row, "", ()) for row in range(len(NAMES))),
        *(_end(after, row, "2", other) for row in range(len(NAMES))),
    ]  # fmt: skip
    shapes = []
    if moved is not None:
        edges = {"x0": moved - 0.5, "x1": moved + 0.5, "y0": -0.5, "y1": len(NAMES) - 0.5, "xref": "x2", "yref": "y2"}
        shapes = [
            {"type": "rect", **edges, "fillcolor": "rgba(0,0,0,0)", "line": {"color": colour, "width": width}}
            for colour, width in ((GROUND, 5), (TEXT, 2.5))
        ]
    spec = {
        "data": [
            upper,
            lower,
            *_numbers(before.beliefs - 0.5, 50, ".0f", 0.5, ""),
            *_numbers(after.beliefs - 0.5, 50, ".0f", 0.5, "2"),
        ],
        "layout": layout(
            "How probable “positive” is",
            height=366,
            margin={"l": 8, "r": 80, "t": 34, "b": 58},
            annotations=notes,
            shapes=shapes,
            xaxis=_across(before, [0, 1], "y"),
            xaxis2=_across(after, [0, 1], "y2"),
            yaxis=_down([0.64, 0.925]),
            yaxis2=_down([0.015, 0.3]),
        ),
    }
    columns = ("text", "word", *(f"{name} (%)" for name in NAMES))
    rows = [
        (which, word, *(round(100 * float(p), 1) for p in read.beliefs[:, at]))
        for which, read in (("as written", before), ("changed", after))
        for at, word in enumerate(read.words)
    ]
    ends = ", ".join(
        f"{name} {percent(float(a))} and {percent(float(b))}"
        for name, a, b in zip(NAMES, before.ends, after.ends, strict=True)
    )
    alt = f"Two tables of how probable “positive” is after each word; at the end, as written and with {said}: {ends}."
    return Picture(spec, alt, columns, rows)


def _table(read: Read, axis: str, which: str) -> dict[str, Any]:
    return {
        "type": "heatmap",
        "z": np.round(read.beliefs, 4).tolist(),
        "x": list(range(len(read.words))),
        "y": list(range(len(NAMES))),
        "customdata": [
            [f"{name}, {which}, after “{plain(w)}”: {percent(float(p))} positive" for w, p in zip(read.words, row, strict=True)]
            for name, row in zip(NAMES, read.beliefs, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "zmin": 0.0,
        "zmax": 1.0,
        "colorscale": scale(DIVERGING),
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "xaxis": f"x{axis}",
        "yaxis": f"y{axis}",
    }  # fmt: skip


def _numbers(
    values: Float[np.ndarray, "models time"], zero: float, form: str, most: float, axis: str
) -> list[dict[str, Any]]:
    """Return the numbers in the cells, in per cent and `zero` more; none where there are too many to be read."""
    if values.shape[1] > MOST:
        return []
    cells = [(row, at, float(values[row, at])) for row in range(values.shape[0]) for at in range(values.shape[1])]
    return [
        {
            "type": "scatter",
            "mode": "text",
            "x": [at for _, at, _ in cells],
            "y": [row for row, _, _ in cells],
            "text": [f"{zero + 100 * value:{form}}".replace("-", "\u2212") for _, _, value in cells],
            "textfont": {
                "size": 15,
                "color": [GROUND if abs(value) > STRONG * most else TEXT for _, _, value in cells],
            },
            "xaxis": f"x{axis}",
            "yaxis": f"y{axis}",
            "hoverinfo": "skip",
            "showlegend": False,
        }
    ]


def _across(read: Read, domain: list[float], anchor: str) -> dict[str, Any]:
    every = max(1, -(-len(read.words) // MOST))
    at = list(range(0, len(read.words), every))
    return {
        "domain": domain,
        "anchor": anchor,
        "tickmode": "array",
        "tickvals": at,
        "ticktext": [plain(shorten(read.words[n], LETTERS)) for n in at],
        "autotickangles": [0, 45],
        "tickfont": {"size": 15},
        "range": [-0.5, len(read.words) - 0.5],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "ticks": "",
    }


def _down(domain: list[float]) -> dict[str, Any]:
    return {
        "domain": domain,
        "tickmode": "array",
        "tickvals": list(range(len(NAMES))),
        "ticktext": list(NAMES),
        "tickfont": {"size": 15},
        "range": [len(NAMES) - 0.5, -0.5],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
    }


def _heading(text: str, y: float, colour: str) -> dict[str, Any]:
    at = {
        "x": -0.015,
        "y": y,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "right",
        "yanchor": "bottom",
        "showarrow": False,
    }
    return {**at, "text": f"<b>{text}</b>", "font": {"size": 15, "color": colour}}


def _end(read: Read, row: int, axis: str, other: Sequence[str]) -> dict[str, Any]:
    """Return the verdict behind a row: in bold where it is another one than as written."""
    word = "positive" if read.ends[row] > 0.5 else "negative"
    text = f"<b>{word}</b>" if NAMES[row] in other else word
    colour = ACCENT if NAMES[row] in other else TEXT
    at = {"x": 1.01, "y": row, "xref": "paper", "yref": f"y{axis}", "xanchor": "left", "showarrow": False}
    return {**at, "text": text, "font": {"size": 15, "color": colour}}


def mechanism(read: Read, weights: tuple[float, ...], at: int) -> Picture:
    """Draw both machines at the words around `at`: the network hands its state on, the bag adds up weights.

    weights: the bag's, a word each.
    """
    first = max(0, min(at - 1, len(read.words) - 3))
    shown = list(range(first, min(first + 3, len(read.words))))
    notes = [
        label(0.0, 3.0, "<b>GRU</b>", ACCENT, xanchor="left"),
        label(0.0, 0.9, "<b>Bag</b>", MUTED, xanchor="left"),
    ]
    shapes = []
    for column, place in enumerate(shown):
        x = 2.75 + 2.6 * column
        lit = place == at
        colour = CATEGORY[1] if lit else TEXT
        word = f"<b>{plain(shorten(read.words[place], 12))}</b>"
        notes += [label(x, 1.75, word, colour), arrow((x, 2.05), (x, 2.6), colour, 2.0)]
        notes += [label(x, 3.0, f"{100 * float(read.beliefs[BAG - 1, place]):.0f} %", colour)]
        notes += [label(x, 0.9, f"{weights[place]:+.1f}".replace("-", "\u2212"), colour)]
        box = {"type": "rect", "x0": x - 0.95, "x1": x + 0.95, "y0": 2.65, "y1": 3.35}
        shapes.append(
            {**box, "line": {"color": colour if lit else ACCENT, "width": 2}, "fillcolor": GROUND, "layer": "below"}
        )
        if column:
            notes.append(arrow((x - 1.65, 3.0), (x - 0.97, 3.0), ACCENT))
            notes.append(label(x - 1.3, 0.9, "+"))
    notes.append(label(5.3, 0.05, "a sum: the same in any order", MUTED, size=SMALL))
    notes.append(label(5.3, 3.75, "its state is handed from word to word", ACCENT, size=SMALL))
    words = ", ".join(f"{read.words[p]} {percent(float(read.beliefs[BAG - 1, p]))} ({weights[p]:+.1f})" for p in shown)
    alt = (
        f"Sketch: the GRU hands a state from word to word, the bag of words adds up a weight for each; the probability of "
        f"“positive” after each word, and the word's weight in the bag: {words}."
    )
    return Picture(sketch(notes, shapes, (0.0, 10.0), (-0.3, 4.05)), alt)


def worth(found: Worth) -> Picture:
    """Draw what leaving out each word changes, for every model."""
    most = max(0.05, float(np.abs(found.changes).max()))
    cells = [[f"{100 * float(c):+.0f}".replace("-", "\u2212") for c in row] for row in found.changes]
    heat = {
        "type": "heatmap",
        "z": np.round(found.changes, 4).tolist(),
        "x": list(range(len(found.words))),
        "y": list(range(len(NAMES))),
        "customdata": [
            [f"without “{plain(w)}” the {name}’s “positive” moves {c} points" for w, c in zip(found.words, row, strict=True)]
            for name, row in zip(NAMES, cells, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "zmin": -most,
        "zmax": most,
        "colorscale": scale(DIVERGING),
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
    }  # fmt: skip
    read = Read(found.words, (True,) * len(found.words), found.changes)
    spec = {
        "data": [heat, *_numbers(found.changes, 0, "+.0f", most, "")],
        "layout": layout(
            "Each word left out in turn",
            "points of probability that “positive” gains",
            height=270,
            xaxis=_across(read, [0, 1], "y"),
            yaxis=_down([0, 1]),
        ),
    }
    row, column = np.unravel_index(np.abs(found.changes).argmax(), found.changes.shape)
    alt = (
        f"Table of what leaving out each word does to “positive”: most for the {NAMES[row]} without "
        f"“{found.words[column]}”, {cells[row][column]} points."
    )
    rows = [(word, *(round(100 * float(c), 1) for c in found.changes[:, at])) for at, word in enumerate(found.words)]
    return Picture(spec, alt, ("word left out", *(f"{name} (points)" for name in NAMES)), rows)
