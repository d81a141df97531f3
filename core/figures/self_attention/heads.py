"""All heads as small maps in the order of what they do, and one of them large."""

from typing import Any

import numpy as np
from jaxtyping import Float

from core.experiments.self_attention.results import HEADS, LAYERS, NAMES, ROLES, Read, Roles, small
from core.figures.palette import SEQUENTIAL, TEXT
from core.figures.parts import scale
from core.figures.picture import Picture
from core.figures.style import HOVER, layout, percent, plain, shorten

SIDE, GAP = 16, 3  # cells of a small map, and between two
LABELLED = 20  # tokens: beyond, only some have their label


def heads(read: Read, measured: Roles, role: str, rank: int, place: int) -> Picture:
    """Draw the maps of all heads, those that do most of `role` first, and the one at `rank` (from 1) large.

    place: the token (from 0) whose row is outlined: what it attends to.
    """
    order = measured.order(role)
    layer, head = order[rank - 1]
    big, tokens = read.head(layer, head), read.tokens
    row, column = divmod(rank - 1, HEADS)
    each, here = SIDE + GAP, {"xref": "x", "yref": "y"}
    left, top = column * each - 1.5, row * each - 1.5
    frame = {"type": "rect", **here, "x0": left, "x1": left + SIDE + 1.5, "y0": top, "y1": top + SIDE + 1.5}
    shapes = [{**frame, "line": {"color": TEXT, "width": 3}}]
    line = {"type": "rect", "xref": "x2", "yref": "y2", "x0": -0.5, "x1": len(tokens) - 0.5, "y0": place - 0.5}
    shapes.append({**line, "y1": place + 0.5, "line": {"color": TEXT, "width": 2}})
    names = [plain(shorten(token, 8)) for token in tokens]
    marks = range(0, len(tokens), -(-len(tokens) // LABELLED))
    axis: dict[str, Any] = {"fixedrange": True, "showgrid": False, "zeroline": False}
    ticks: dict[str, Any] = {
        **axis,
        "type": "category",
        "tickvals": [n + 0.01 for n in marks],
        "ticktext": [names[n] for n in marks],
    }
    across: dict[str, Any] = {"domain": [0.72, 1.0], "anchor": "y2", "range": [-0.5, len(tokens) - 0.5]}
    down: dict[str, Any] = {"anchor": "x2", "range": [len(tokens) - 0.5, -0.5], "automargin": True}
    rows = [n * each + SIDE / 2 for n in range(LAYERS)]
    ranks = [f"{n * HEADS + 1}–{(n + 1) * HEADS}" for n in range(LAYERS)]
    drawn = layout(
        f"72 heads by “{role}”; right, head {layer}.{head}", height=362,
        margin={"l": 8, "r": 8, "t": 36, "b": 32}, shapes=shapes,
        xaxis={**axis, "domain": [0, 0.46], "visible": False, "range": [-2, HEADS * each - 1]},
        yaxis={**axis, "range": [LAYERS * each - 1, -2], "tickvals": rows, "ticktext": ranks, "automargin": True,
               "title": {"text": "rank"}},
        xaxis2={**axis, **across, "type": "category", "showticklabels": False, "title": {"text": "to"}},
        yaxis2={**ticks, **down, "title": {"text": ""}},
    )  # fmt: skip
    score = float(measured.scores[ROLES.index(role), layer - 1, head - 1])
    best = int(big[place].argmax())
    alt = (
        f"Small maps of 72 heads; head {layer}.{head}, number {rank} with {percent(score)} on {NAMES[role]}, is large: "
        f"{tokens[place]} gives most, {percent(float(big[place, best]))}, to {tokens[best]}."
    )
    table = [(token, *line) for token, line in zip(tokens, np.round(100.0 * big, 2).tolist(), strict=True)]
    columns = ("from", *(f"{n} {token}" for n, token in enumerate(tokens, 1)))
    data = [*_gallery(read, measured, role, order), _large(big, names)]
    return Picture({"data": data, "layout": drawn}, alt, columns, table)


def _gallery(read: Read, measured: Roles, role: str, order: list[tuple[int, int]]) -> list[dict[str, Any]]:
    """Return all maps as one, each in its square, and in the middle of each a point that says which it is."""
    each = SIDE + GAP
    z = np.full((LAYERS * each, HEADS * each), np.nan)
    middles, said = [], []
    for n, (layer, head) in enumerate(order):
        block = small(read.head(layer, head), SIDE)
        # Each cell of the square takes the block that it lies in.
        at = np.arange(SIDE) * len(block) // SIDE
        row, column = (part * each for part in divmod(n, HEADS))
        z[row : row + SIDE, column : column + SIDE] = block[np.ix_(at, at)]
        score = percent(float(measured.scores[ROLES.index(role), layer - 1, head - 1]))
        middles.append((column + SIDE / 2, row + SIDE / 2))
        said.append(f"number {n + 1}: head {layer}.{head} gives {NAMES[role]} {score} of its weight")
    cells = np.round(z, 2).astype(object)
    cells[np.isnan(z)] = None  # nothing between two maps
    return [
        {
            "type": "heatmap", "z": cells.tolist(),
            "hoverinfo": "skip", "hoverongaps": False, "colorscale": scale(SEQUENTIAL), "zmin": 0, "zmax": 0.6,
            "showscale": False,
        },
        {
            "type": "scatter", "mode": "markers", "x": [x for x, _ in middles], "y": [y for _, y in middles], "opacity": 0,
            "marker": {"size": 26}, "customdata": said, "hovertemplate": HOVER, "showlegend": False,
        },
    ]  # fmt: skip


def _large(map_: Float[np.ndarray, "time time"], names: list[str]) -> dict[str, Any]:
    numbered = [f"{n} {name}" for n, name in enumerate(names, 1)]
    return {
        "type": "heatmap", "z": np.round(100 * map_, 1).tolist(), "x": numbered, "y": numbered, "xaxis": "x2", "yaxis": "y2",
        "zmin": 0, "zmax": 60, "colorscale": scale(SEQUENTIAL), "showscale": False,
        "hovertemplate": "%{y} gives %{x} %{z:.1f} % of its weight<extra></extra>",
    }  # fmt: skip
