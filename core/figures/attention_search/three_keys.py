"""Three keys with all their arithmetic, beside the plane in which their values are mixed."""

from typing import Any

import numpy as np

from core.experiments.attention_search.results import Attention
from core.experiments.attention_search.three_keys import Vectors
from core.figures.attention_search.numbers import COLOURS, large, short, vector
from core.figures.palette import ACCENT, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, label, layout, percent

BARS, PLANE = (0.3, 0.62), (0.7, 0.97)  # shares of the width
TOP, BOTTOM = -0.72, 3.5  # of the rows: the keys stand at 0, 1 and 2, the query above, the mixture below


def three_keys(vectors: Vectors, temperature: float) -> Picture:
    """Draw the score and the weight of each key, with every number, and the mixture of the values in the plane."""
    found = vectors.attend(temperature)
    with np.errstate(over="ignore"):
        total = large(float(np.exp(found.scores / temperature).sum()))
    notes = [_words(-0.58, f"<b>query Q = {vector(vectors.query)}</b>", ACCENT)]
    notes.append(label(PLANE[0], 1, "second number ↑", xref="paper", yref="paper", xanchor="left", yanchor="top"))
    for n, (key, score) in enumerate(zip(vectors.keys, map(float, found.scores), strict=True)):
        terms = " + ".join(f"{_factor(q)} × {_factor(k)}" for q, k in zip(vectors.query, key, strict=True))
        notes.append(_words(n - 0.18, f"<b>K{n + 1} = {vector(key)}</b>", COLOURS[n]))
        lines = f"score: ({terms}) / √2 = <b>{short(score)}</b>"
        notes.append(_words(n + 0.29, f"{lines}<br>weight: exp({short(score)} / {short(temperature)}) / {total}"))
    parts = [f"{short(float(w))} × {vector(v)}" for w, v in zip(found.weights, vectors.values, strict=True)]
    lines = f"{parts[0]} + {parts[1]}<br>+ {parts[2]} = <b>{vector(found.mixed)}</b>"
    notes.append(_words(3.05, f"{total} is the sum of the three exp().<br><b>mixture</b>: {lines}"))
    plane, axes, pulls = _plane(vectors, found)
    drawn = layout(
        "Three keys, and their values mixed", height=350, annotations=notes, shapes=pulls,
        margin={"l": 4, "r": 8, "t": 32, "b": 4}, **axes,
        xaxis={"domain": list(BARS), "range": [0, 1.25], "visible": False, "fixedrange": True},
        yaxis={"range": [BOTTOM, TOP], "visible": False, "fixedrange": True},
    )  # fmt: skip
    columns = ("item", "key", "score", "weight (%)", "value", "weight × value")
    rows: list[tuple[Any, ...]] = [
        (f"{n}", vector(k), round(float(s), 4), round(100 * float(w), 4), vector(v), vector(w * np.array(v)))
        for n, k, s, w, v in zip((1, 2, 3), vectors.keys, found.scores, found.weights, vectors.values, strict=True)
    ]
    rows.append(("mixture", "", "", 100.0, "", vector(found.mixed)))
    given = ", ".join(f"{percent(float(w))} of V{n + 1}" for n, w in enumerate(found.weights))
    alt = f"Three values and their mixture at {vector(found.mixed)}, made of {given}."
    return Picture({"data": [_bars(found), *plane], "layout": drawn}, alt, columns, rows)


def _factor(number: float) -> str:
    return f"({short(number)})" if number < 0 else short(number)


def _words(y: float, text: str, colour: str = TEXT) -> dict[str, Any]:
    return label(0, y, text, colour, xref="paper", xanchor="left", align="left")


def _bars(found: Attention) -> dict[str, Any]:
    shares = [percent(float(w)) for w in found.weights]
    return {
        "type": "bar", "orientation": "h", "x": [float(w) for w in found.weights], "y": [-0.18, 0.82, 1.82], "width": 0.26,
        "marker": {"color": list(COLOURS[:3])}, "text": [f"<b>{share}</b>" for share in shares], "showlegend": False,
        "textposition": "outside", "textfont": {"size": 15, "color": TEXT}, "constraintext": "none", "cliponaxis": False,
        "customdata": [f"K{n + 1} has {share} of the weight" for n, share in enumerate(shares)], "hovertemplate": HOVER,
    }  # fmt: skip


def _plane(vectors: Vectors, found: Attention) -> tuple[list[dict[str, Any]], dict[str, Any], list[dict[str, Any]]]:
    """Return the values, as large as their weights, the triangle between them and the mixture inside; axes; lines to it."""
    values, (x, y) = np.array(vectors.values), (float(v) for v in found.mixed)
    corners, ends, on = values[[0, 1, 2, 0]], [*values.tolist(), [x, y]], {"xaxis": "x2", "yaxis": "y2"}
    said = [f"V{n + 1} = {vector(v)}: {percent(float(found.weights[n]))} of the mixture" for n, v in enumerate(values)]
    away = [*(values[:, 1] - values[:, 1].mean()), y - values[found.best, 1]]
    colours = [*COLOURS[:3], ACCENT]
    sizes = [*(9 + 15 * float(w) for w in found.weights), 18]
    traces = [
        {"type": "scatter", "mode": "lines", **on, "x": corners[:, 0].tolist(), "y": corners[:, 1].tolist(),
         "line": {"color": MUTED, "dash": "dot", "width": 1.5}, "hoverinfo": "skip", "showlegend": False},
        {"type": "scatter", "mode": "markers+text", **on, "x": [end[0] for end in ends], "y": [end[1] for end in ends],
         "text": [*(f"<b>V{n + 1}<br>{vector(v)}</b>" for n, v in enumerate(values)), "<b>mixture</b>"],
         "textposition": ["top center" if up > 0 else "bottom center" for up in away], "textfont": {"size": 15, "color": colours},
         "marker": {"color": colours, "size": sizes, "symbol": ["circle"] * 3 + ["diamond"]}, "showlegend": False,
         "customdata": [*said, f"the mixture is {vector((x, y))}"], "hovertemplate": HOVER, "cliponaxis": False},
    ]  # fmt: skip
    pulls = [
        {"type": "line", "xref": "x2", "yref": "y2", "x0": float(v[0]), "y0": float(v[1]), "x1": x, "y1": y,
         "line": {"color": colour, "width": 1 + 9 * float(w)}, "opacity": 0.45}
        for v, colour, w in zip(values, colours, found.weights, strict=False)
    ]  # fmt: skip
    low, high = values.min(0), values.max(0)
    half, middle = 0.8 * (float((high - low).max()) or 1.0), (low + high) / 2
    first, second = ({"range": [float(at) - half, float(at) + half], "fixedrange": True, "nticks": 5} for at in middle)
    names = {"title": {"text": "first number", "standoff": 4}}
    axes = {
        "xaxis2": {**first, **names, "domain": list(PLANE), "anchor": "y2"},
        "yaxis2": {**second, "domain": [0.17, 0.93], "anchor": "x2", "scaleanchor": "x2", "showticklabels": False},
    }
    return traces, axes, pulls
