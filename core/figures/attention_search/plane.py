"""Three keys and three values in the plane: the directions that are compared, and the mixture inside its triangle."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from core.experiments.attention_search import Look
from core.figures.palette import ACCENT, CATEGORY, MUTED, TEXT
from core.figures.style import HOVER, Figure, layout, percent

COLOURS = (CATEGORY[1], CATEGORY[2], CATEGORY[3])  # of the three items; the query and the mixture have the accent


def keys_plane(query: Float[np.ndarray, "width"], keys: Float[np.ndarray, "three width"], look: Look) -> Figure:
    """Return query and keys as arrows from the origin; of three numbers the first two are drawn."""
    ends = [*keys[:, :2], query[:2]]
    names = ["K1", "K2", "K3", "Q"]
    said = [f"{name} = {vector(k)}: similarity {s:.2f}" for name, k, s in zip(names, keys, look.scores, strict=False)]
    said.append(f"Q = {vector(query)}")
    arrows = [
        _arrow(end, colour, 4 if name == "Q" else 2.5)
        for name, end, colour in zip(names, ends, (*COLOURS, ACCENT), strict=True)
    ]
    return {
        "data": [_points(ends, names, (*COLOURS, ACCENT), said, [_side(end) for end in ends])],
        "layout": _plane("Query and keys", "further along Q is a better match", ends, arrows,
                         three=keys.shape[1] == 3),
    }  # fmt: skip


def values_plane(values: Float[np.ndarray, "three size"], look: Look) -> Figure:
    """Return the three values, as large as their shares, the triangle between them, and the mixture inside it."""
    ends = [*values[:, :2], look.mixed[:2]]
    names = ["V1", "V2", "V3", "mixture"]
    shares = [percent(float(w)) for w in look.weights]
    said = [
        f"{name} = {vector(v)}: {share} of the mixture" for name, v, share in zip(names, values, shares, strict=False)
    ]
    said.append(f"the mixture is {vector(look.mixed)}")
    corners = [float(p[0]) for p in values[[0, 1, 2, 0]]], [float(p[1]) for p in values[[0, 1, 2, 0]]]
    triangle = {
        "type": "scatter", "mode": "lines", "x": corners[0], "y": corners[1], "line": {"color": MUTED, "dash": "dot"},
        "hoverinfo": "skip", "showlegend": False,
    }  # fmt: skip
    pulls = [
        {
            "type": "line", "x0": float(v[0]), "y0": float(v[1]), "x1": float(look.mixed[0]), "y1": float(look.mixed[1]),
            "line": {"color": colour, "width": 1 + 9 * float(w)}, "opacity": 0.45,
        }
        for v, colour, w in zip(values, COLOURS, look.weights, strict=True)
    ]  # fmt: skip
    middle = values[:, :2].mean(0)
    sides = [*(_side(v[:2] - middle) for v in values), _side(look.mixed[:2] - values[look.best, :2])]
    points = _points(ends, names, (*COLOURS, ACCENT), said, sides)
    points["marker"]["symbol"] = ["circle"] * 3 + ["diamond"]
    points["marker"]["size"] = [*(10 + 14 * float(w) for w in look.weights), 17]
    figure = _plane("Values and their mixture", "always inside the triangle", ends, [],
                    three=values.shape[1] == 3)  # fmt: skip
    return {"data": [triangle, points], "layout": {**figure, "shapes": pulls}}


def describe_keys(query: Float[np.ndarray, "width"], look: Look) -> str:
    """Return the plane of the keys in one sentence."""
    scores = ", ".join(f"K{n + 1} {score:.2f}" for n, score in enumerate(look.scores))
    return f"Arrows of the query {vector(query)} and three keys; similarities: {scores}; K{look.best + 1} matches best."


def describe_values(look: Look) -> str:
    """Return the plane of the values in one sentence."""
    shares = ", ".join(f"{percent(float(w))} of V{n + 1}" for n, w in enumerate(look.weights))
    return f"Three values and their mixture at {vector(look.mixed)}, made of {shares}."


def vector(numbers: Sequence[float] | Float[np.ndarray, "size"], digits: int = 2) -> str:
    """Return a vector as people write it: "(1.00, −0.50)"."""
    return f"({', '.join(f'{float(v):.{digits}f}' for v in numbers)})".replace("-", "\u2212")


def _side(away: Float[np.ndarray, "two"]) -> str:
    """Return on which side of a point its name stands: in the direction `away`."""
    across, up = away / (float(np.abs(away).max()) or 1.0)
    words = ("left", "center", "right")[1 + int(np.sign(across)) * int(abs(across) > 0.4)]
    level = ("bottom", "middle", "top")[1 + int(np.sign(up)) * int(abs(up) > 0.4)]
    return f"{level} {words}" if (level, words) != ("middle", "center") else "top center"


def _points(
    ends: Sequence[Any], names: Sequence[str], colours: Sequence[str], said: Sequence[str], sides: Sequence[str]
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [float(end[0]) for end in ends],
        "y": [float(end[1]) for end in ends],
        "text": [f"<b>{name}</b>" for name in names],
        "textposition": list(sides),
        "textfont": {"size": 15, "color": list(colours)},
        "marker": {"color": list(colours), "size": 8},
        "customdata": list(said),
        "hovertemplate": HOVER,
        "showlegend": False,
        "cliponaxis": False,
    }


def _arrow(end: Any, colour: str, width: float) -> dict[str, Any]:
    return {
        "x": float(end[0]), "y": float(end[1]), "ax": 0, "ay": 0, "xref": "x", "yref": "y", "axref": "x", "ayref": "y",
        "showarrow": True, "arrowhead": 2, "arrowwidth": width, "arrowcolor": colour, "text": "",
    }  # fmt: skip


def _plane(
    title: str, subtitle: str, ends: Sequence[Any], arrows: list[dict[str, Any]], *, three: bool
) -> dict[str, Any]:
    both = [[0.0, *(float(end[axis]) for end in ends)] for axis in (0, 1)]
    reach = max(max(values) - min(values) for values in both) or 1.0
    middle = [(max(values) + min(values)) / 2 for values in both]
    half = 0.7 * reach
    axes = [
        {
            "title": {"text": f"{name} number" + (" (of three)" if three else "")},
            "range": [centre - half, centre + half],
            "fixedrange": True,
            "zeroline": True,
            "zerolinecolor": TEXT,
            "zerolinewidth": 1,
            "nticks": 6,
        }
        for name, centre in zip(("first", "second"), middle, strict=True)
    ]
    return layout(
        title,
        subtitle,
        height=400,
        annotations=arrows,
        margin={"l": 8, "r": 8, "t": 68, "b": 44},
        xaxis=axes[0],
        yaxis={**axes[1], "scaleanchor": "x", "automargin": True},
    )
