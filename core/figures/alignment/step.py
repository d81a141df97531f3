"""One step of the decoder: scores, the softmax of them, and the context vector that the weights make of the values."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from core.experiments.alignment.results import Alignment, Inside, shown
from core.figures.alignment.ticks import numbered, spoken, word_axis
from core.figures.palette import CATEGORY, DIVERGING, TEXT
from core.figures.parts import scale
from core.figures.picture import Picture
from core.figures.style import HOVER, layout, percent, plain

NUMBERS, ROWS = 10, 11  # of each vector that are shown, and of the source pieces
DOMAINS = ((0, 0.22), (0.28, 0.56), (0.62, 1))


def step(alignment: Alignment, inside: Inside, number: int) -> Picture:
    """Draw what step `number` (0 is the first) makes: a score a source piece, its weight, and the weighted sum at the bottom.

    The pieces with the largest weights stand in their order; all others together make one row.
    """
    source = tuple(map(shown, alignment.source))
    names, kept, parts = mixed(source, inside, number)
    scores, weights = inside.scores[number], 100 * inside.weights[number].astype(float)
    rest = weights.sum() - weights[kept].sum()
    rows = numbered(names)
    length = len(kept) + (len(names) > len(kept) + 1)
    shares = [*weights[kept].tolist(), *([float(rest)] if length > len(kept) else [])]
    limit = max(float(abs(parts).max()), 1e-6)
    edge = {"hovertemplate": HOVER, "showlegend": False}
    traces: list[dict[str, Any]] = [
        {
            **edge,
            "type": "scatter",
            "mode": "markers",
            "x": scores[kept].astype(float).tolist(),
            "y": rows[: len(kept)],
            "marker": {"color": CATEGORY[3], "size": 11},
            "customdata": [f"{plain(source[n])} has a score of {scores[n]:.2f}" for n in kept],
        },
        {
            **edge,
            "type": "bar",
            "orientation": "h",
            "x": shares,
            "y": rows[:length],
            "xaxis": "x2",
            "marker": {"color": CATEGORY[0]},
            "customdata": [
                f"{plain(name)} gets {share:.2f} % of the attention" for name, share in zip(names, shares, strict=False)
            ],
        },
        {
            "type": "heatmap",
            "x": [str(n + 1) for n in range(parts.shape[1])],
            "y": rows,
            "z": np.round(parts, 4).tolist(),
            "xaxis": "x3",
            "zmin": -limit,
            "zmax": limit,
            "colorscale": scale(DIVERGING),
            "showscale": False,
            "xgap": 1,
            "ygap": 1,
            "hovertemplate": "%{y}: weight times number %{x} of its vector is %{z:.3f}<extra></extra>",
        },
    ]
    low, high = float(scores.min()), float(scores.max())
    room = 0.15 * max(high - low, 1.0)
    fixed: dict[str, Any] = {"fixedrange": True, "tickfont": {"size": 14}}
    titles = ("score", "weight (%): softmax", f"weight × vector, {parts.shape[1]} of {inside.values.shape[1]} numbers")
    axes = [
        {**fixed, "domain": domain, "title": {"text": title, "font": {"size": 15}}}
        for domain, title in zip(DOMAINS, titles, strict=True)
    ]
    last = len(rows) - 1
    line = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": last - 0.5, "y1": last - 0.5}
    spec = {
        "data": traces,
        "layout": layout(
            "Scores, weights, context vector",
            height=92 + 19 * len(rows),
            margin={"l": 8, "r": 8, "t": 40, "b": 48},
            shapes=[{**line, "line": {"width": 2, "color": TEXT}}],
            xaxis=axes[0] | {"range": [low - room, high + room], "zeroline": False, "nticks": 4},
            xaxis2=axes[1] | {"range": [0, max(100.0, *shares)], "tickvals": [0, 50, 100]},
            xaxis3=axes[2] | {"type": "category", "showgrid": False, "showticklabels": False},
            yaxis=word_axis(names, down=True, bold=last),
        ),
    }
    columns = ("source piece", "score", "weight (%)", *(f"number {n + 1}" for n in range(parts.shape[1])))
    values = inside.values[:, : parts.shape[1]].astype(float)
    table: list[tuple[Any, ...]] = [
        (name, round(float(scores[n]), 4), round(float(weights[n]), 3), *np.round(values[n], 4).tolist())
        for n, name in enumerate(source)
    ]
    table.append(("context vector", None, 100.0, *np.round(parts[-1], 4).tolist()))
    best = int(weights.argmax())
    alt = (
        f"Three panels over {len(source)} source pieces: {spoken(source[best])} has the highest score, {scores[best]:.2f}, and "
        f"after the softmax {percent(float(weights[best]) / 100)} of the attention; weights times vectors add up to the context "
        f"vector, which begins {', '.join(f'{value:.2f}' for value in parts[-1, :3])}."
    )
    return Picture(spec, alt, columns, table)


def mixed(
    source: Sequence[str], inside: Inside, number: int
) -> tuple[list[str], list[int], Float[np.ndarray, "row part"]]:
    """Return the names of the rows, the source positions of the first ones, and what each adds; the last is the sum."""
    weights, values = inside.weights[number].astype(float), inside.values[:, :NUMBERS].astype(float)
    order = np.argsort(-weights, kind="stable")
    kept = sorted(int(n) for n in (order if len(order) <= ROWS + 1 else order[:ROWS]))
    rest = sorted(set(range(len(source))) - set(kept))
    names = [source[n] for n in kept] + ([f"{len(rest)} others"] if rest else []) + ["context vector"]
    parts = [weights[n] * values[n] for n in kept] + ([weights[rest] @ values[rest]] if rest else [])
    return names, kept, np.stack([*parts, inside.contexts[number, :NUMBERS].astype(float)])
