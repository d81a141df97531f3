"""The first steps of a beam search: what was kept and what was pruned."""

import math
from typing import Any

from core.experiments.gpt_sampling.texts import BeamNode
from core.figures.palette import ACCENT, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, MONOSPACE, label, layout, percent, plain, shorten

STEPS = 5  # as many as a phone of 390 px has room for
LETTERS = 7  # of a token there
STEM = 0.84  # of the way to the next step: as far as labels reach, so edges bend only after it


def beam(nodes: tuple[BeamNode, ...]) -> Picture:
    """Draw the first steps of a beam search, rightwards: kept texts in colour, pruned ones in grey."""
    levels = _levels(nodes)[:STEPS]
    rows = {i: row for level in levels for row, i in enumerate(level)}
    tall, begin = max(map(len, levels), default=1), (len(levels[0]) - 1) / 2 if levels else 0.0
    traces: list[dict[str, Any]] = []
    for survived in (False, True):
        chosen = [i for i in rows if nodes[i].survived == survived]
        path: list[tuple[float | None, float | None]] = []
        for i in chosen:
            x, y = nodes[i].depth, rows.get(nodes[i].parent, begin)
            path += [(x - 1 + (0.12 if x else 0.7), y), (x - 1 + STEM, y), (x, rows[i]), (None, None)]
        line = {"color": ACCENT, "width": 2.5} if survived else {"color": MUTED, "width": 1, "dash": "dot"}
        common = {"type": "scatter", "showlegend": False}
        ends = {"x": [x for x, _ in path], "y": [y for _, y in path]}
        traces.append({**common, "mode": "lines", **ends, "line": line, "hoverinfo": "skip"})
        mark = {"size": 8, "color": ACCENT} if survived else {"size": 8, "color": MUTED, "symbol": "x-thin-open"}
        points = {"x": [nodes[i].depth for i in chosen], "y": [rows[i] for i in chosen]}
        hover = {"customdata": [_sentence(nodes[i]) for i in chosen], "hovertemplate": HOVER}
        traces.append({**common, "mode": "markers", **points, "marker": mark, **hover})
    font = {**MONOSPACE, "size": 14}
    words = [
        label(nodes[i].depth, row - 0.32, plain(shorten(nodes[i].label, LETTERS)), xanchor="left", xshift=-4)
        | {"font": {**font, "color": TEXT if nodes[i].survived else MUTED}}
        for i, row in rows.items()
    ]
    heads = [label(step, -1, f"step {step + 1}", xanchor="left", xshift=-4) for step in range(len(levels))]
    spec = {
        "data": traces,
        "layout": layout(
            "The first steps of the beam" if levels else "No step of the beam yet",
            height=80 + 44 * (tall + 1),
            margin={"l": 4, "r": 4, "t": 40, "b": 12},
            annotations=[*words, *heads],
            xaxis={"visible": False, "fixedrange": True, "range": [-0.4, max(len(levels), 1)]},
            yaxis={"visible": False, "fixedrange": True, "range": [tall - 0.4, -1.4]},
        ),
    }
    kept = sum(node.survived for node in nodes)
    alt = f"Tree of {len(nodes)} tokens of a beam search: {kept} belong to texts kept to the end, the rest were pruned."
    names = ("step", "token", "goes on from", "probability so far", "kept to the end")
    before = [nodes[n.parent].label if n.parent >= 0 else "your prompt" for n in nodes]
    table = [
        (n.depth + 1, n.label, start, odds(n.total), "yes" if n.survived else "no")
        for n, start in zip(nodes, before, strict=True)
    ]
    return Picture(spec, alt, names, table)


def odds(logprob: float) -> str:
    """Return a log-probability as people read it: "7.8 %", "1 in 12,300", "1 in 10^14"."""
    if logprob > math.log(0.01):
        return percent(math.exp(logprob))
    digits = -logprob / math.log(10)
    return f"1 in {math.exp(-logprob):,.0f}" if digits < 9 else f"1 in 10^{digits:.0f}"


def _levels(nodes: tuple[BeamNode, ...]) -> list[list[int]]:
    """Return the numbers of the nodes of each step, in the order of their parents, so that no two edges cross."""
    levels: list[list[int]] = [[] for _ in range(max((node.depth + 1 for node in nodes), default=0))]
    for i, node in enumerate(nodes):
        levels[node.depth].append(i)
    row = {-1: 0}
    for level in levels:
        level.sort(key=lambda i: (row[nodes[i].parent], -nodes[i].total))
        row |= {i: at for at, i in enumerate(level)}
    return levels


def _sentence(node: BeamNode) -> str:
    return f"{plain(node.label)}: {odds(node.total)} so far, {'kept' if node.survived else 'pruned'}"
