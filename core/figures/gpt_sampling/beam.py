"""The tree of a beam search: what was kept at each step and what was pruned, read like lines of text."""

from dataclasses import dataclass
from typing import Any

from core.experiments.gpt_sampling.texts import BeamNode
from core.figures.palette import ACCENT, GROUND, MUTED, TEXT
from core.figures.style import HOVER, MONOSPACE, Figure, layout, plain

STEPS_A_LINE = 4
ROWS = 18  # in the whole picture, about: with few beams more lines have room
LETTERS = 32  # of all labels in a row together, as a phone of 390 px can show them
STEM = 0.84  # of the way to the next step: as far as labels reach, so edges bend only after it
ENTRY = -0.3  # where a line begins, in steps
ROW_HEIGHT = 23  # px


def describe_beam(nodes: tuple[BeamNode, ...]) -> str:
    """Return the beam's tree in one sentence, from its numbers."""
    kept = sum(node.survived for node in nodes)
    return (
        f"Tree of {len(nodes)} tokens of a beam search: {kept} belong to texts kept to the end, the rest were pruned."
    )


@dataclass(frozen=True)
class Place:
    """Where a token stands: its step in the line, the line's first row, and its own row below that."""

    x: int
    top: int
    row: float

    @property
    def y(self) -> float:
        """Return the height, in rows from the top of the picture."""
        return self.top + self.row


def beam_tree(nodes: tuple[BeamNode, ...]) -> Figure:
    """Return the first steps of a beam search, rightwards and line by line: kept texts in colour, pruned ones in grey.

    Steps follow one another as words do in a text, so that a phone shows whole tokens; a beam's row goes on in the
    next line at the same height.
    """
    levels = _levels(nodes)
    tall = max(map(len, levels), default=1) + 1  # rows a line, its head included
    levels = levels[: max(2, ROWS // tall) * STEPS_A_LINE]
    columns = max(1, min(STEPS_A_LINE, len(levels)))
    places = {
        i: Place(depth % columns, depth // columns * tall, row)
        for depth, level in enumerate(levels)
        for row, i in enumerate(level)
    }
    rows = tall * max(1, -(-len(levels) // columns))
    labels = [_label(nodes[i], place, LETTERS // columns) for i, place in places.items()]
    heads = [_head(depth, depth % columns, depth // columns * tall) for depth in range(len(levels))]
    hidden = {"visible": False, "fixedrange": True}
    return {
        "data": [
            _edges(nodes, places, columns, survived=False),
            _edges(nodes, places, columns, survived=True),
            _points(nodes, places, survived=False),
            _points(nodes, places, survived=True),
        ],
        "layout": layout(
            _title(len(levels)),
            height=100 + ROW_HEIGHT * rows,
            margin={"l": 4, "r": 4, "t": 76, "b": 12},
            annotations=[*labels, *heads],
            xaxis={**hidden, "range": [ENTRY, columns]},
            yaxis={**hidden, "range": [rows - 1.4, -1.4]},
        ),
    }


def _edges(nodes: tuple[BeamNode, ...], places: dict[int, Place], columns: int, *, survived: bool) -> dict[str, Any]:
    """Return the lines from each token's parent to it: level as far as labels reach, then up or down."""
    prompt = (sum(nodes[i].depth == 0 for i in places) - 1) / 2  # in the middle of the first step
    path: list[tuple[float | None, float | None]] = []
    for i, place in places.items():
        if nodes[i].survived != survived:
            continue
        parent = places.get(nodes[i].parent)
        if parent and parent.top < place.top:  # it goes out of one line and into the next
            path += [(parent.x, parent.y), (columns, parent.y), (None, None)]
        begin = place.top + (parent.row if parent else prompt)
        path += [(place.x - 1 if place.x else ENTRY, begin), (place.x - 1 + STEM, begin), (place.x, place.y)]
        path += [(None, None)]
    line = {"color": ACCENT, "width": 2.5} if survived else {"color": MUTED, "width": 1, "dash": "dot"}
    ends = {"x": [x for x, _ in path], "y": [y for _, y in path]}
    return {"type": "scatter", "mode": "lines", **ends, "line": line, "hoverinfo": "skip", "showlegend": False}


def _points(nodes: tuple[BeamNode, ...], places: dict[int, Place], *, survived: bool) -> dict[str, Any]:
    """Return the tokens' marks."""
    chosen = [i for i in places if nodes[i].survived == survived]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "kept to the end" if survived else "pruned",
        "x": [places[i].x for i in chosen],
        "y": [places[i].y for i in chosen],
        "marker": {"size": 8, **({"color": ACCENT} if survived else {"color": MUTED, "symbol": "x-thin-open"})},
        "customdata": [_sentence(nodes[i]) for i in chosen],
        "hovertemplate": HOVER,
    }


def _levels(nodes: tuple[BeamNode, ...]) -> list[list[int]]:
    """Return the numbers of the nodes of each step, in the order of their parents, so that no two edges cross."""
    levels: list[list[int]] = [[] for _ in range(max((node.depth + 1 for node in nodes), default=0))]
    for i, node in enumerate(nodes):
        levels[node.depth].append(i)
    row = {-1: 0}
    for level in levels:
        level.sort(key=lambda i: (row[nodes[i].parent], -nodes[i].total))
        row |= {i: place for place, i in enumerate(level)}
    return levels


def _title(steps: int) -> str:
    """Return the title; a search that was stopped at once has no step."""
    several = f"The first {steps} steps of the beam"
    return {0: "No step of the beam yet", 1: "The first step of the beam"}.get(steps, several)


def _sentence(node: BeamNode) -> str:
    """Return what is said of a token that is pointed at, the token in full."""
    end = "kept" if node.survived else "pruned"  # short, as the whole sentence is to fit a phone's width
    return f"{plain(node.label)}: log-probability so far {node.total:.2f} nats, {end}"


def _label(node: BeamNode, place: Place, letters: int) -> dict[str, Any]:
    """Return a token right of its point, on paper of its own so that its edge doesn't strike it through."""
    short = node.label if len(node.label) <= letters else node.label[: letters - 1] + "…"
    return {
        "x": place.x,
        "y": place.y,
        "text": plain(short),
        "hovertext": _sentence(node),
        "showarrow": False,
        "xanchor": "left",
        "xshift": 7,
        "bgcolor": GROUND,
        "borderpad": 1,
        "font": {"color": TEXT if node.survived else MUTED, **MONOSPACE, "size": 12},
    }


def _head(depth: int, x: int, top: int) -> dict[str, Any]:
    """Return the number of a step, above its column."""
    return {
        "x": x,
        "y": top - 0.9,
        "text": f"step {depth + 1}",
        "showarrow": False,
        "xanchor": "left",
        "xshift": -6,
        "font": {"color": TEXT, "size": 12},
    }
