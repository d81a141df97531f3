"""Scores, weights and the mixture side by side, a row an item: for a library and for a head of a model."""

from collections.abc import Sequence
from typing import Any

from core.experiments.attention_search import results
from core.experiments.attention_search.results import MATCHES, TITLES, Attention, HeadRead, Library, Query
from core.figures.attention_search.numbers import COLOURS, short
from core.figures.palette import MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, label, layout, percent, plain, shorten

SHOWN = 4  # rows, before that of the rest
PANELS = ((0.0, 0.27), (0.33, 0.63), (0.7, 1.0))  # shares of the width
AXES = dict(zip(MATCHES, ("q · k / √384", "q · k", "cosine"), strict=True))
COLUMNS = ("score", "weight (%)", "cosine of the mixture with its value")


def library(query: Query, shelf: Library, match: str, temperature: float) -> Picture:
    """Draw the titles with the largest weights: how well each matches, its weight, and the mixture that comes out."""
    found = results.search(query, shelf, results.Settings(*MATCHES[match], temperature))
    title = f"“{plain(shorten(query.text, 24))}” in {len(TITLES)} titles"
    rows = [(TITLES[item], *_numbers(found, item)) for item in map(int, found.order)]
    return Picture(_spec(found, TITLES, title, AXES[match]), _describe(found, TITLES), ("title", *COLUMNS), rows)


def head(read: HeadRead, number: int, piece: int) -> Picture:
    """Draw what a piece asks the others in a head (from 0 both); the table has the model's own weights beside it."""
    found = read.attend(number, piece)
    labels = tuple(f"{token} ({n})" for n, token in enumerate(read.tokens, 1))
    title = f"“{plain(shorten(read.tokens[piece], 14))}” asks all {len(labels)} pieces"
    theirs = read.weights[number, piece]
    rows = [(labels[n], *_numbers(found, n), round(100 * float(theirs[n]), 6)) for n in map(int, found.order)]
    columns = ("piece", *COLUMNS, "the model's own weight (%)")
    return Picture(_spec(found, labels, title, "q · k / √32"), _describe(found, labels), columns, rows)


def _numbers(found: Attention, item: int) -> tuple[float, ...]:
    pairs = ((found.scores, 4), (100 * found.weights, 6), (found.closeness, 4))
    return tuple(round(float(numbers[item]), digits) for numbers, digits in pairs)


def _describe(found: Attention, labels: Sequence[str]) -> str:
    given = ", ".join(f"{labels[n]} gives {percent(float(found.weights[n]))}" for n in map(int, found.order[:2]))
    return f"Bars of scores and weights, and the mixture that comes out: of {len(labels)} items {given} of it."


def _spec(found: Attention, labels: Sequence[str], title: str, match: str) -> dict[str, Any]:
    """Return the figure; the last row, and the last part of the mixture, is all other items together."""
    rows, rest = [int(n) for n in found.order[:SHOWN]], [int(n) for n in found.order[SHOWN:]]
    names, weights = [plain(labels[item]) for item in rows], [float(found.weights[item]) for item in rows]
    if rest:
        names.append(f"the other {len(rest)} together" if len(rest) > 1 else plain(labels[rest[0]]))
        weights.append(float(found.weights[rest].sum()))
    colours = [*COLOURS[: len(rows)], MUTED][: len(names)]
    scores = [float(found.scores[item]) for item in rows]
    said = [f"{name}: its score is {short(score)}" for name, score in zip(names, scores, strict=False)]
    gives = [f"{name}: {percent(w)} of the mixture is its value" for name, w in zip(names, weights, strict=True)]
    hard = _part(0, 1.0, colours[0], f"{names[0]}: a hard search returns its value alone")
    traces = [
        _bars("x", scores, said, MUTED, [f"{score:.2f}".replace("-", "\u2212") for score in scores]),
        _bars("x2", [100 * w for w in weights], gives, colours, [percent(w) for w in weights]),
        hard,
        *(_part(1, *one) for one in zip(weights, colours, gives, strict=True)),
    ]
    notes = [label(0, n - 0.25, name, xref="paper", xanchor="left") for n, name in enumerate(names)]
    above: dict[str, Any] = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    heads = zip(PANELS, ("1 scores", "2 weights", "3 mixture"), strict=True)
    notes += [label(left, 1, f"<b>{words}</b>", **above) for (left, _), words in heads]
    low, high = min(0.0, *scores), max(0.0, *scores)
    span, axis = (high - low) or 1.0, {"fixedrange": True, "nticks": 3, "anchor": "y"}
    ends = [low - (0.5 * span if low < 0 else 0), high + (0.5 * span if high > 0 else 0.05 * span)]
    drawn = layout(
        title, height=348, margin={"l": 4, "r": 8, "t": 58, "b": 48}, barmode="stack", annotations=notes,
        xaxis={**axis, "domain": list(PANELS[0]), "range": ends, "title": {"text": match}},
        xaxis2={**axis, "domain": list(PANELS[1]), "range": [0, 150 * max(weights)], "title": {"text": "weight (%)"}},
        xaxis3={**axis, "domain": list(PANELS[2]), "range": [-0.5, 1.5], "anchor": "y2", "tickvals": [0, 1],
                "ticktext": ["hard", "<b>soft</b>"], "title": {"text": "search"}},
        yaxis={"range": [len(names) - 0.45, -0.55], "visible": False, "fixedrange": True},
        yaxis2={"range": [100, 0], "anchor": "x3", "visible": False, "fixedrange": True},
    )  # fmt: skip
    return {"data": traces, "layout": drawn}


def _bars(axis: str, values: list[float], said: list[str], colour: Any, texts: list[str]) -> dict[str, Any]:
    return {
        "type": "bar", "orientation": "h", "xaxis": axis, "x": values, "y": [n + 0.2 for n in range(len(values))],
        "width": 0.36, "marker": {"color": colour}, "text": texts, "textposition": "outside", "constraintext": "none",
        "textfont": {"size": 15, "color": TEXT}, "cliponaxis": False, "customdata": said, "hovertemplate": HOVER,
        "showlegend": False,
    }  # fmt: skip


def _part(column: int, share: float, colour: str, words: str) -> dict[str, Any]:
    """Return one item's part of a column: of what a hard search returns (0), or of the mixture (1)."""
    return {
        "type": "bar", "xaxis": "x3", "yaxis": "y2", "x": [column], "y": [100 * share], "width": 0.7,
        "marker": {"color": colour}, "text": [f"{100 * share:.0f} %" if share >= 0.09 else ""], "textposition": "inside",
        "insidetextanchor": "middle", "textangle": 0, "constraintext": "none", "textfont": {"size": 15},
        "customdata": [words], "hovertemplate": HOVER, "showlegend": False,
    }  # fmt: skip
