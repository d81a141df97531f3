"""One step of the decoder: scores, the softmax of them, and the mixture that the weights make of the values."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.experiments.alignment import Inside
from core.figures.alignment.ticks import numbered, short, spoken, word_axis
from core.figures.palette import CATEGORY, DIVERGING, GROUND, TEXT
from core.figures.parts import scale
from core.figures.style import HOVER, Figure, layout, percent, plain

NUMBERS, ROWS = 5, 6  # of each vector that are shown, and of the source pieces


def score_bars(source: Sequence[str], inside: Inside, step: int, piece: str) -> Figure:
    """Return the scores of every source piece at a step, and below them the weights that softmax makes of them."""
    scores, weights = inside.scores[step], 100 * inside.weights[step]
    written = plain(short(piece, 18))
    panels = (
        (scores, CATEGORY[3], "y", "a score of {:.3f}"),
        (weights, CATEGORY[0], "y2", "{:.2f} % of the attention"),
    )
    drawn: tuple[dict[str, Any], ...] = ({"type": "scatter", "mode": "markers"}, {"type": "bar"})
    bars = [
        {
            **kind,
            "x": numbered(source),
            "y": [float(value) for value in values],
            "yaxis": axis,
            "marker": {"color": colour} | ({"size": 10} if axis == "y" else {}),
            "customdata": [
                f"{plain(name)}: {words.format(float(value))}" for name, value in zip(source, values, strict=True)
            ],
            "hovertemplate": HOVER,
        }
        for kind, (values, colour, axis, words) in zip(drawn, panels, strict=True)
    ]
    low, high = float(scores.min()), float(scores.max())
    room = 0.1 * max(high - low, 1.0)
    fixed: dict[str, Any] = {"fixedrange": True, "automargin": True}
    return {
        "data": bars,
        "layout": layout(
            f"Scores and weights for “{written}”",
            "above: how well it matches; below: the softmax of that",
            height=430,
            showlegend=False,
            xaxis=word_axis(source, "source piece") | {"tickangle": -90, "anchor": "y2"},
            yaxis=fixed | {"title": {"text": "score"}, "domain": [0.54, 1], "range": [low - room, high + room]},
            yaxis2=fixed | {"title": {"text": "weight (%)"}, "domain": [0, 0.44], "range": [0, 105]},
        ),
    }


def describe_scores(source: Sequence[str], inside: Inside, step: int) -> str:
    """Return the bars in one sentence, from their numbers."""
    best = int(inside.weights[step].argmax())
    return (
        f"Two rows of {len(source)} bars: {spoken(source[best])} has the highest score, {inside.scores[step, best]:.2f}, and "
        f"after the softmax {percent(float(inside.weights[step, best]))} of the attention."
    )


def mixture_map(source: Sequence[str], inside: Inside, step: int) -> Figure:
    """Return the first numbers of the mixture (last row) and, above it, what the most weighed source pieces add to it."""
    rows, values = mixed(source, inside, step)
    shown = np.array(values)
    limit = max(float(abs(shown).max()), 1e-6)
    dark = abs(shown) > 0.4 * limit  # on a strong colour the number takes the ground's
    heat = {
        "type": "heatmap",
        "z": np.round(shown, 4).tolist(),
        "x": [f"number {n + 1}" for n in range(shown.shape[1])],
        "y": numbered(rows),
        "zmin": -limit,
        "zmax": limit,
        "colorscale": scale(DIVERGING),
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hovertemplate": "%{y}, %{x}: %{z:.4f}<extra></extra>",
    }
    notes = [
        {
            "x": column,
            "y": row,
            "text": _written(shown[row, column]),
            "showarrow": False,
            "font": {"size": 12, "color": GROUND if dark[row, column] else TEXT},
        }
        for row in range(shown.shape[0])
        for column in range(shown.shape[1])
    ]
    last = len(rows) - 1
    line = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": last - 0.5, "y1": last - 0.5}
    return {
        "data": [heat],
        "layout": layout(
            "The weighted sum: weight times value",
            f"first {shown.shape[1]} of {inside.values.shape[1]} numbers; the last row is the sum",
            height=120 + 30 * len(rows),
            shapes=[{**line, "line": {"width": 2}}],
            annotations=notes,
            xaxis={
                "type": "category",
                "title": {"text": "number of the vector"},
                "tickmode": "array",
                "tickvals": [column + 0.01 for column in range(shown.shape[1])],
                "ticktext": [str(column + 1) for column in range(shown.shape[1])],
                "showgrid": False,
                "fixedrange": True,
            },
            yaxis=word_axis([short(row, 22) for row in rows], "source piece", down=True),
        ),
    }


def _written(number: float) -> str:
    shown = f"{number:.2f}"
    return shown.lstrip("-") if not float(shown) else shown.replace("-", "\u2212")


def mixed(source: Sequence[str], inside: Inside, step: int) -> tuple[list[str], list[list[float]]]:
    """Return the rows of the mixture: the heaviest source pieces times their weights, all others together, and the sum."""
    weights, values = inside.weights[step], inside.values[:, :NUMBERS]
    order = np.argsort(-weights, kind="stable")
    kept = [int(place) for place in (order if len(order) <= ROWS + 1 else order[:ROWS])]
    rows = [(f"{percent(float(weights[p]))} × {source[p]}", weights[p] * values[p]) for p in kept]
    if len(rest := order[len(kept) :]):
        rows.append((f"{len(rest)} others", weights[rest] @ values[rest]))
    rows.append(("= mixture", inside.mixtures[step, :NUMBERS]))
    return [name for name, _ in rows], [[float(number) for number in row] for _, row in rows]


def describe_mixture(source: Sequence[str], inside: Inside, step: int) -> str:
    """Return the picture in one sentence, from its numbers."""
    first = inside.mixtures[step, : min(3, NUMBERS)]
    return (
        f"Table of numbers: {len(source)} values of {inside.values.shape[1]} numbers, each times its weight, add up to the "
        f"mixture, which begins {', '.join(f'{number:.2f}' for number in first)}."
    )
