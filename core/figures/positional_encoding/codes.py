"""The codes of a position: sines and cosines as a heat map and as waves, what MiniLM learned, and SmolLM2's turning pairs."""

from typing import Any

import numpy as np

from core.experiments.positional_encoding.results import DISTANCES, Codes
from core.figures.palette import ACCENT, CATEGORY, DIVERGING, MUTED, TEXT
from core.figures.parts import scale
from core.figures.picture import Picture
from core.figures.positional_encoding.common import box, sketch
from core.figures.style import HOVER, arrow, key, label, layout

LEFT, RIGHT = [0.0, 0.58], [0.7, 1.0]  # shares of the width
DIALS = (0, 8, 16)  # rotary pairs that are drawn as dials
PAIRS = (0, 4, 8, 12)  # of the sinusoidal code, that are drawn as waves


def _heat(x: list[int], y: list[int], z: np.ndarray, hover: str) -> dict[str, Any]:
    return {
        "type": "heatmap", "x": x, "y": y, "z": np.round(z, 3).tolist(), "zmin": -1, "zmax": 1, "showscale": False,
        "colorscale": scale(DIVERGING), "hovertemplate": f"{hover} %{{z:.2f}}<extra></extra>",
    }  # fmt: skip


def _mark(x: float, axis: str = "x") -> dict[str, Any]:
    line = {"color": TEXT, "width": 2, "dash": "dot"}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "xref": axis, "yref": "paper", "line": line}


def table(codes: Codes, position: int) -> Picture:
    """Draw the sinusoidal code as a heat map, and the product of one position's code (from 0) with every other's."""
    size, width = codes.table.shape
    ranks = list(range(1, size + 1))
    alike = codes.products[position] / codes.products[position, position]
    said = [f"positions {position + 1} and {n}: {100 * v:.1f} % alike" for n, v in zip(ranks, alike, strict=True)]
    curve = {
        "type": "scatter", "mode": "lines", "x": ranks, "y": [round(float(100 * v), 3) for v in alike], "xaxis": "x2",
        "yaxis": "y2", "line": {"color": ACCENT, "width": 3}, "customdata": said, "hovertemplate": HOVER, "showlegend": False,
    }  # fmt: skip
    heat = _heat(ranks, list(range(1, width // 2 + 1)), codes.table[:, ::2].T, "position %{x}, wave %{y}:")
    titled: dict[str, Any] = {"yanchor": "bottom", "xref": "paper", "yref": "paper"}
    drawn = layout(
        f"The codes of {size} positions", height=360,
        margin={"l": 8, "r": 12, "t": 68, "b": 48}, shapes=[_mark(position + 1), _mark(position + 1, "x2")],
        annotations=[label(LEFT[0], 1.01, "32 sines each, −1 to 1", xanchor="left", **titled),
                     label(RIGHT[0], 1.01, "alike (%)", xanchor="left", **titled)],
        xaxis={"domain": LEFT, "title": {"text": "position"}, "tickvals": [1, 32, 64, 96, 128], "fixedrange": True},
        yaxis={"title": {"text": "wave, from fast to slow"}, "tickvals": [1, 8, 16, 24, 32], "autorange": "reversed",
               "fixedrange": True},
        xaxis2={"domain": RIGHT, "title": {"text": "position"}, "tickvals": [1, 64, 128], "range": [1, size], "anchor": "y2",
                "fixedrange": True},
        yaxis2={"anchor": "x2", "tickvals": [0, 25, 50, 75, 100], "range": [0, 104], "fixedrange": True},
    )  # fmt: skip
    other = position + 3 if position + 3 < size else position - 3
    alt = (
        f"Heat map of {size} positions by {width // 2} sines: fast waves in the first rows, slow ones in the last; beside it the "
        f"product with position {position + 1}, which is {100 * alike[other]:.1f} % of the largest three positions away."
    )
    rows = [(n, round(float(100 * alike[n - 1]), 3), *codes.table[n - 1, :8].round(4).tolist()) for n in ranks]
    columns = ("position", "product (% of the largest)", *(f"number {n}" for n in range(1, 9)))
    return Picture({"data": [heat, curve], "layout": drawn}, alt, columns, rows)


def waves(codes: Codes) -> Picture:
    """Draw a few numbers of the sinusoidal code along the positions: each is one wave."""
    ranks = list(range(1, len(codes.table) + 1))
    traces, lengths = [], []
    for pair, colour, dash in zip(PAIRS, CATEGORY, ("solid", "dash", "dashdot", "dot"), strict=False):
        length = 2 * np.pi / codes.frequencies[pair]
        name = f"number {2 * pair + 1}: every {length:.0f}"
        lengths.append(f"{length:.0f}")
        traces.append({
            "type": "scatter", "mode": "lines", "name": name, "x": ranks, "line": {"color": colour, "width": 2.5, "dash": dash},
            "y": codes.table[:, 2 * pair].round(4).tolist(),
            "hovertemplate": f"number {2 * pair + 1} of position %{{x}}: %{{y:.2f}}<extra></extra>",
        })  # fmt: skip
    drawn = layout(
        "Four of its numbers: a wave each", key(traces), height=380,
        xaxis={"title": {"text": "position"}, "fixedrange": True, "range": [1, ranks[-1]]},
        yaxis={"title": {"text": "value"}, "range": [-1.1, 1.1], "fixedrange": True, "automargin": True},
    )  # fmt: skip
    alt = f"Line chart of four sine waves along the positions, one every {', '.join(lengths)} positions."
    rows = [(n, *codes.table[n - 1, [2 * pair for pair in PAIRS]].round(4).tolist()) for n in ranks]
    return Picture({"data": traces, "layout": drawn}, alt, ("position", *(f"number {2 * p + 1}" for p in PAIRS)), rows)


def learned(codes: Codes) -> Picture:
    """Draw how alike two positions are against their distance, in the fixed code and in what MiniLM learned."""
    count = len(codes.learned)
    distances, products = list(range(count)), codes.products
    fixed = [float(products[0, d] / products[0, 0]) for d in distances]
    mean, spread = codes.learned.T.astype(float)
    band = {"type": "scatter", "mode": "lines", "x": distances, "line": {"width": 0}, "hoverinfo": "skip"}
    traces: list[dict[str, Any]] = [
        {**band, "showlegend": False, "y": (mean - spread).tolist()},
        {
            **band,
            "showlegend": False,
            "y": (mean + spread).tolist(),
            "fill": "tonexty",
            "fillcolor": MUTED,
            "opacity": 0.3,
        },
    ]
    for name, values, colour, dash in (
        ("learned by MiniLM", mean.tolist(), CATEGORY[1], "solid"),
        ("sines and cosines", fixed, ACCENT, "dash"),
    ):
        said = [f"{name}: {d} apart, cosine {v:.3f}" for d, v in enumerate(values)]
        traces.append({"type": "scatter", "mode": "lines", "name": name, "x": distances, "y": values, "customdata": said,
                       "line": {"color": colour, "width": 3, "dash": dash}, "hovertemplate": HOVER})  # fmt: skip
    drawn = layout(
        "A code learned, beside the fixed one", key(traces), height=380,
        xaxis={"title": {"text": "distance of two positions"}, "fixedrange": True, "range": [0, count - 1]},
        yaxis={"title": {"text": "cosine (shaded: how it varies)"}, "fixedrange": True, "automargin": True},
    )  # fmt: skip
    alt = (
        f"Line chart of the cosine of two positions against their distance: next to each other {fixed[1]:.2f} with sines and "
        f"cosines, {mean[1]:.2f} on average in what MiniLM learned; 20 apart {fixed[20]:.2f} and {mean[20]:.2f}."
    )
    rows = [(d, round(fixed[d], 4), round(float(mean[d]), 4), round(float(spread[d]), 4)) for d in distances]
    columns = ("distance", "sines and cosines", "MiniLM: mean", "MiniLM: standard deviation")
    return Picture({"data": traces, "layout": drawn}, alt, columns, rows)


def rotary(codes: Codes, distance: int) -> Picture:
    """Draw the cosine of every rotary pair's angle at every distance, and a few pairs as dials at one distance."""
    pairs = len(codes.rotary)
    angles = np.outer(codes.rotary, np.arange(DISTANCES))
    ranks, words = list(range(1, pairs + 1)), "pair %{y}, %{x} tokens apart: cosine"
    traces, shapes = [_heat(list(range(DISTANCES)), ranks, np.cos(angles), words)], [_mark(distance)]
    titled: dict[str, Any] = {"yanchor": "bottom", "xref": "paper", "yref": "paper"}
    notes = [label(LEFT[0], 1.01, "cosine of the angle", xanchor="left", **titled),
             label(RIGHT[0], 1.01, f"{distance} apart", ACCENT, xanchor="left", **titled)]  # fmt: skip
    on = {"xref": "x2", "yref": "y2"}
    for number, pair in enumerate(DIALS):
        x, y, turned = 0.0, -3.1 * number, float(codes.rotary[pair] * distance)
        ends = {"x0": x - 1, "x1": x + 1, "y0": y - 1, "y1": y + 1}
        shapes.append({"type": "circle", **on, **ends, "line": {"color": MUTED, "width": 2}})
        shapes.append({"type": "line", **on, "x0": x, "x1": x + np.sin(turned).item(), "y0": y, "y1": y + np.cos(turned).item(),
                       "line": {"color": ACCENT, "width": 4}})  # fmt: skip
        notes.append(label(x, y - 1.1, f"pair {pair + 1}: {turns(turned)}", size=14, yanchor="top", **on))
    traces.append({"type": "scatter", "x": [None], "y": [None], "xaxis": "x2", "yaxis": "y2", "showlegend": False})
    drawn = layout(
        "SmolLM2: how far each pair turns", height=370, margin={"l": 8, "r": 8, "t": 68, "b": 48},
        shapes=shapes, annotations=notes,
        xaxis={"domain": LEFT, "title": {"text": "distance (tokens)"}, "tickvals": [0, 16, 32, 48, 64], "fixedrange": True},
        yaxis={"title": {"text": "pair of numbers"}, "tickvals": [1, 8, 16, 24, 32], "autorange": "reversed", "fixedrange": True},
        xaxis2={"domain": RIGHT, "visible": False, "range": [-1.6, 1.6], "fixedrange": True, "anchor": "y2"},
        yaxis2={"visible": False, "range": [-8.3, 1.2], "fixedrange": True, "anchor": "x2", "scaleanchor": "x2"},
    )  # fmt: skip
    waves_there = codes.waves(distance)
    alt = (
        f"Heat map of {pairs} pairs by {DISTANCES} distances, with dials: {distance} tokens apart, the first pair has turned "
        f"{waves_there[0]:.2f} times round, the last {waves_there[-1]:.6f} times."
    )
    rows = list(zip(ranks, np.degrees(codes.rotary).round(5).tolist(), waves_there.round(5).tolist(), strict=True))
    columns = ("pair", "degrees a token", f"turns at {distance} tokens")
    return Picture({"data": traces, "layout": drawn}, alt, columns, rows)


def turns(angle: float) -> str:
    """Return an angle as turns where it is one or more, else in degrees."""
    return f"{angle / (2 * np.pi):.1f} ×" if angle >= 2 * np.pi else f"{np.degrees(angle):.0f}°"


def code_sketch(codes: Codes, position: int) -> Picture:
    """Draw how a position's code is added to a word's vector: its first numbers as bars."""
    numbers = codes.table[position, :16]
    shapes = [box(0.1, 2.9, 2.75, 3.65), box(0.1, 2.9, 0.9, 1.8, lit=True), box(8.1, 9.95, 1.75, 2.75)]
    notes = [label(1.5, 3.2, "word"), label(1.5, 1.35, f"<b>position {position + 1}</b>", ACCENT)]
    notes += [label(9.02, 2.25, "<b>MiniLM</b>", MUTED), label(5.2, 3.2, "its own numbers", MUTED, size=14)]
    notes += [label(7.5, 2.25, "<b>+</b>", size=24), arrow((2.9, 1.35), (3.3, 1.35), ACCENT)]
    listed = ", ".join(f"{v:.2f}" for v in numbers[:4]).replace("-", "\u2212")
    notes += [label(0.1, 0.1, f"its code: {listed} …", ACCENT, size=14, xanchor="left", yanchor="bottom")]
    for n, value in enumerate(numbers):
        x = 3.4 + 0.24 * n
        shapes.append({"type": "rect", "x0": x, "x1": x + 0.18, "y0": 1.5, "y1": 1.5 + 0.6 * float(value),
                       "line": {"width": 0}, "fillcolor": ACCENT})  # fmt: skip
    alt = f"Sketch: the code of position {position + 1}, which begins {listed}, is added to the numbers of the word."
    return sketch(shapes, notes, alt)


def rotary_sketch(codes: Codes, distance: int) -> Picture:
    """Draw that query and key are turned by their positions, so that their product knows the distance alone."""
    angle = codes.rotary[2] * distance
    shapes, notes = [], [label(8.55, 2.75, "product:<br>distance", MUTED, size=14)]
    notes += [label(8.55, 1.6, f"<b>{distance}</b>", ACCENT, size=22)]
    for x, name, position, turned in ((1.5, "query", 100 + distance, angle), (5.0, "key", 100, 0.0)):
        end = {"x0": x, "x1": x + 1.2 * float(np.sin(turned)), "y0": 2.1, "y1": 2.1 + 0.85 * float(np.cos(turned))}
        round_it = {"x0": x - 1.35, "x1": x + 1.35, "y0": 1.14, "y1": 3.06}
        shapes += [{"type": "circle", **round_it, "line": {"color": MUTED, "width": 2}},
                   {"type": "line", **end, "line": {"color": ACCENT, "width": 4}}]  # fmt: skip
        notes.append(
            label(x, 0.35, f"{name} at {position}", ACCENT if name == "query" else TEXT, size=14, yanchor="bottom")
        )
    notes += [label(3.25, 2.1, "<b>·</b>", size=24), arrow((6.5, 2.1), (7.3, 2.1), MUTED)]
    alt = (
        f"Sketch: a query at position {100 + distance} and a key at 100 are turned by their positions; their product depends on "
        f"the distance, {distance}."
    )
    return sketch(shapes, notes, alt)
