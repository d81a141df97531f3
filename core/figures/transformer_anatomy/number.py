"""One number of one head written out: two vectors, their products, the score, the weights of the row, and the mixture."""

from typing import Any

import numpy as np

from core.experiments.transformer_anatomy.results import Layer, Number, written_out
from core.figures.palette import ACCENT, DIVERGING, MUTED, TEXT
from core.figures.parts import scale
from core.figures.picture import Picture
from core.figures.style import HOVER, MONOSPACE, arrow, label, layout, percent, plain, shorten
from core.figures.transformer_anatomy.sketch import canvas

TOP, MIDDLE, BOTTOM = [0.77, 1.0], [0.35, 0.53], [0.0, 0.15]  # shares of the height
LABELLED = 12  # so many keys have their token under their bar
LONGEST = 9


def number(layer: Layer, head: int, query: int, key: int) -> Picture:
    """Draw how the weight of one key for one query comes about in a head (all from 0), and what it brings."""
    found = written_out(layer, head, query, key)
    asks, asked = (plain(shorten(layer.tokens[at], LONGEST)) for at in (query, key))
    width = len(found.query)
    powers = float(np.exp(found.scores - found.scores.max()).sum())
    rows = {"query": found.query, "key": found.key, "q × k": found.products}
    given = {"a × v": found.weight * found.value, "mixture": found.mixture}
    sums = f"sum {found.total:.4f}; ÷ √{width} = <b>{found.score:.4f}</b>"
    weighed = f"softmax <b>{found.weight:.6f}</b>, model {found.model_weight:.6f}"
    notes = [
        _over(TOP[1], f"query of “{asks}”, key of “{asked}”"),
        {**_over(TOP[0], sums, yanchor="top"), "yshift": -4},
        _over(MIDDLE[1], weighed),
        _over(BOTTOM[1], f"{found.weight:.4f} × value; mixture of all"),
    ]
    names = [f"{at + 1} {plain(token)}" for at, token in enumerate(layer.tokens[: query + 1])]
    few = len(names) <= LABELLED
    spec = {
        "data": [_strip(rows, "y"), _bars(found, names), _strip(given, "y3")],
        "layout": layout(
            f"“{asks}” asks “{asked}”",
            height=346,
            annotations=notes,
            showlegend=False,
            margin={"l": 8, "r": 8, "t": 54, "b": 4},
            xaxis={"visible": False, "fixedrange": True, "anchor": "y", "range": [-0.5, width - 0.5]},
            xaxis2={
                "fixedrange": True, "anchor": "y2", "tickmode": "array", "tickangle": 0, "showgrid": False,
                "tickvals": list(range(len(names))) if few else [key],
                "ticktext": [plain(shorten(token, 7)) for token in layer.tokens[: query + 1]] if few else [names[key]],
                "range": [-0.5, len(names) - 0.5],
            },
            xaxis3={"visible": False, "fixedrange": True, "anchor": "y3", "range": [-0.5, width - 0.5]},
            yaxis={**_axis(TOP), "autorange": "reversed"},
            yaxis2={"domain": MIDDLE, "anchor": "x2", "range": [0, 150], "tickvals": [0, 100], "ticksuffix": " %",
                    "fixedrange": True, "automargin": True},
            yaxis3={**_axis(BOTTOM), "autorange": "reversed", "anchor": "x3"},
        ),
    }  # fmt: skip
    alt = (
        f"Two strips of {width} numbers, the query of {layer.tokens[query]} and the key of {layer.tokens[key]}, and their "
        f"products, which sum to {found.total:.4f}; bars of the weights on {len(names)} tokens, "
        f"{percent(found.weight)} on this one; "
        f"e to the scores sums to {powers:.4f} times that of the largest."
    )
    columns = ("number", *rows, "value", *given)
    table = [
        (at + 1, *(round(float(one[at]), 6) for one in (*rows.values(), found.value, *given.values())))
        for at in range(width)
    ]
    return Picture(spec, alt, columns, table)


def _over(y: float, text: str, yanchor: str = "bottom") -> dict[str, Any]:
    return label(0, y, text, xref="paper", yref="paper", xanchor="left", yanchor=yanchor)


def _axis(domain: list[float]) -> dict[str, Any]:
    return {"domain": domain, "fixedrange": True, "showgrid": False, "tickmode": "auto", "automargin": True, "type": "category",
            "title": {"text": ""}, "tickvals": [0, 1, 2]}  # fmt: skip


def _strip(rows: dict[str, np.ndarray], axis: str) -> dict[str, Any]:
    """Return rows of numbers, each coloured by its own largest."""
    values = list(rows.values())
    return {
        "type": "heatmap", "xaxis": axis.replace("y", "x"), "yaxis": axis,
        "z": [(row / (abs(row).max() or 1.0)).round(3).tolist() for row in values], "y": list(rows), "zmin": -1,
        "zmax": 1, "colorscale": scale(DIVERGING), "showscale": False, "ygap": 2,
        "customdata": [[f"{value:+.5f}" for value in row] for row in values],
        "hovertemplate": "number %{x} of the %{y} is %{customdata}<extra></extra>",
    }  # fmt: skip


def _bars(found: Number, names: list[str]) -> dict[str, Any]:
    shares = [percent(float(w)) for w in found.weights]
    few = len(names) <= LABELLED
    said = [
        f"{name} has score {float(s):.4f} and {share} of the weight"
        for name, s, share in zip(names, found.scores, shares, strict=True)
    ]
    return {
        "type": "bar", "xaxis": "x2", "yaxis": "y2", "x": list(range(len(names))), "y": (100 * found.weights).tolist(),
        "marker": {"color": [ACCENT if at == found.at else MUTED for at in range(len(names))]},
        "text": [share if few or at == found.at else "" for at, share in enumerate(shares)], "textposition": "outside",
        "textfont": {"size": 14, "color": TEXT}, "textangle": 0, "cliponaxis": False, "constraintext": "none",
        "customdata": said, "hovertemplate": HOVER,
    }  # fmt: skip


def mechanism_number(layer: Layer, head: int, query: int, key: int) -> Picture:
    """Draw the five steps to one weight with their numbers, and what is taken."""
    found = written_out(layer, head, query, key)
    asks, asked = (plain(shorten(layer.tokens[at], LONGEST)) for at in (query, key))
    letters = {**MONOSPACE, "size": 15, "color": TEXT}
    steps = (
        (10, "q · k", f"{found.total:.2f}"),
        (36, f"÷ √{len(found.query)}", f"{found.score:.3f}"),
        (62, "softmax", f"{found.weight:.3g}"),
        (88, "× value", "taken"),
    )
    words = [
        {**label(0, 9.2, f"“{asks}” asks: query q", xanchor="left"), "font": letters},
        {**label(0, 7.7, f"“{asked}” answers: key k, value v", xanchor="left"), "font": letters},
        label(0, 0.9, f"{len(found.query)} numbers each; layer {layer.layer}, head {head + 1}", MUTED, xanchor="left"),
    ]  # fmt: skip
    shapes, arrows = [], []
    for at, name, value in steps:
        shapes.append(
            {"type": "rect", "x0": at - 9.6, "x1": at + 9.6, "y0": 4.4, "y1": 6.2, "line": {"color": TEXT, "width": 2}}
        )
        words.append(label(at, 5.3, name))
        words.append(label(at, 3.1, f"<b>{value}</b>", ACCENT))
        if at < 88:
            arrows.append(arrow((at + 9.8, 5.3), (at + 16.2, 5.3), TEXT, 2))
    alt = (
        f"Sketch of five steps: the query of {layer.tokens[query]} times the key of {layer.tokens[key]} is "
        f"{found.total:.3f}, over the "
        f"root of {len(found.query)} it is {found.score:.3f}, after the softmax {found.weight:.4f}, and that much "
        "of the value is taken."
    )
    return Picture(canvas(words, arrows, shapes), alt)
