"""Similarity, mask and mixture side by side, a row an item: the same picture for a library and for the head of a model."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from core.experiments.attention_search import Look
from core.figures.palette import ACCENT, CATEGORY, MUTED, TEXT
from core.figures.style import HOVER, Figure, layout, percent, plain

SHOWN = 8  # rows, before that of the rest
ROW = 44  # pixels
HEAD, FOOT = 84, 92  # pixels above and below the rows
PANELS = ((0.0, 0.27), (0.35, 0.64), (0.72, 1.0))  # shares of the width
BAR = 0.34  # of a row; its name stands above
LOW = 0.2  # where a bar's middle is, below the middle of its row


def three_steps(look: Look, labels: Sequence[str], title: str, match: str, shown: int = SHOWN) -> Figure:
    """Return the items with the largest weights: how well each matches, its share, and how like it the mixture is.

    labels: one an item. match: what the similarity is, as its axis says it. The last row is all the others together.
    """
    rows = [int(item) for item in look.order[:shown]]
    rest = [int(item) for item in look.order[shown:]]
    names = [plain(labels[item]) for item in rows]
    places = [n + LOW for n in range(len(rows))]
    scores, weights = look.scores[rows], 100 * look.weights[rows]
    close = [*look.closeness[rows], *look.hard[rows]]
    left = 100 * float(look.weights[rest].sum())
    ranges = (_range(scores), [0.0, 1.7 * max(left, float(weights.max()))], _range(close, 1.0, left=0.08))
    said = [
        (
            f"{name}: matches with {_short(look.scores[item])}",
            f"{name}: {percent(float(look.weights[item]))} of the mixture is its value",
            f"{name}: the mixture is {look.closeness[item]:.2f} like its value",
            f"{name}: what a hard search returns is {look.hard[item]:.2f} like its value",
        )
        for name, item in zip(names, rows, strict=True)
    ]
    traces = [
        _bars("x", places, scores, [s[0] for s in said], MUTED, [_short(v) for v in scores], "similarity"),
        _bars("x2", places, weights, [s[1] for s in said], ACCENT, [percent(v / 100) for v in weights], "mask"),
        _bars("x3", places, look.closeness[rows], [s[2] for s in said], CATEGORY[2], [""] * len(rows), "the mixture"),
        _column("x3", places, [_short(v) for v in look.closeness[rows]], ranges[2][1]),
        {
            "type": "scatter",
            "mode": "markers",
            "name": "what a hard search returns",
            "xaxis": "x3",
            "x": [float(v) for v in look.hard[rows]],
            "y": places,
            "marker": {"symbol": "diamond-open", "size": 10, "color": CATEGORY[1], "line": {"width": 2}},
            "customdata": [s[3] for s in said],
            "hovertemplate": HOVER,
        },
    ]  # fmt: skip
    if rest:
        names.append(f"the other {len(rest)} together" if len(rest) > 1 else "the one left")
        others = [f"{names[-1]}: {percent(left / 100)} of the mixture"]
        traces.append(
            _bars("x2", [len(rows) + LOW], np.array([left]), others, MUTED, [percent(left / 100)], "the rest")
        )
    for trace in traces:
        trace["showlegend"] = trace.get("mode") == "markers"
    return {"data": traces, "layout": _layout(names, title, match, ranges)}


def describe_steps(look: Look, labels: Sequence[str], what: str) -> str:
    """Return the figure in one sentence, from its numbers."""
    best, *others = (int(item) for item in look.order[:2])
    second = f", {labels[others[0]]} {percent(float(look.weights[others[0]]))}" if others else ""
    return (
        f"Bars of similarity, mask and mixture for {len(labels)} {what}: {labels[best]} gets "
        f"{percent(float(look.weights[best]))}{second}; the mixture is {look.closeness[best]:.2f} like the value of the first."
    )


def _bars(
    axis: str,
    places: list[float],
    values: Float[np.ndarray, "rows"],
    said: list[str],
    colour: str,
    texts: list[str],
    name: str,
) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "xaxis": axis,
        "x": [float(v) for v in values],
        "y": places,
        "width": BAR,
        "marker": {"color": colour},
        "text": texts,
        "textposition": "outside",
        "textfont": {"size": 13},
        "cliponaxis": False,
        "customdata": said,
        "hovertemplate": HOVER,
    }


def _column(axis: str, places: list[float], texts: list[str], right: float) -> dict[str, Any]:
    """Return numbers that stand under one another at the right end of a panel, where nothing is drawn over them."""
    return {
        "type": "scatter",
        "mode": "text",
        "xaxis": axis,
        "x": [right] * len(texts),
        "y": places,
        "text": texts,
        "textposition": "middle left",
        "textfont": {"size": 13},
        "hoverinfo": "skip",
    }


def _layout(names: list[str], title: str, match: str, ranges: tuple[list[float], ...]) -> dict[str, Any]:
    words = [
        {
            "xref": "paper", "x": 0, "xanchor": "left", "y": n - 0.22, "yanchor": "middle", "showarrow": False, "align": "left",
            "text": name, "font": {"size": 14, "color": TEXT},
        }
        for n, name in enumerate(names)
    ]  # fmt: skip
    heads = [
        {
            "xref": "paper", "x": left, "xanchor": "left", "yref": "paper", "y": 1, "yanchor": "bottom", "showarrow": False,
            "text": f"<b>{number} {step}</b>", "font": {"size": 14, "color": TEXT},
        }
        for number, (step, (left, _)) in enumerate(zip(("similarity", "mask", "mixture"), PANELS, strict=True), 1)
    ]  # fmt: skip
    titles = (match, "share (%)", "likeness (cosine)")
    axes: dict[str, Any] = {
        f"xaxis{'' if n == 0 else n + 1}": {
            "domain": list(domain),
            "range": reach,
            "title": {"text": text, "font": {"size": 12}},
            "fixedrange": True,
            "zeroline": True,
            "nticks": 3,
            "anchor": "y",
        }
        for n, (domain, reach, text) in enumerate(zip(PANELS, ranges, titles, strict=True))
    }
    span = {"range": [len(names) - 0.4, -0.5], "visible": False, "fixedrange": True}
    return layout(
        title,
        height=HEAD + FOOT + ROW * len(names),
        margin={"l": 8, "r": 8, "t": HEAD - 8, "b": FOOT - 8},
        barmode="overlay",
        annotations=[*words, *heads],
        legend={"orientation": "h", "x": 1, "y": -54 / (ROW * len(names)), "xanchor": "right", "yanchor": "top"},
        yaxis=span,
        **axes,
    )


def _range(values: Sequence[float] | Float[np.ndarray, "rows"], least: float = 0.0, left: float = 0.55) -> list[float]:
    """Return an axis that holds 0 and all values, with room for a number at its right and, of `left`, at its left."""
    low, high = min(0.0, *map(float, values)), max(least, 0.0, *map(float, values))
    span = (high - low) or 1.0
    return [low - (left * span if low < 0 else 0.0), high + (0.6 * span if high > 0 else 0.05 * span)]


def _short(value: float) -> str:
    """Return a number with two decimals, one where it is large."""
    shown = f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
    return shown.replace("-", "\u2212")
