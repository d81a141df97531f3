"""The pictures of generated text: how likely each token was, and what a beam search kept and pruned."""

from typing import Any

from core.experiments._texts import BeamNode, Text
from core.figures._style import HOVER, MONOSPACE, Figure, layout, percent, plain
from core.figures.palette import ACCENT, CATEGORY, MUTED, STRONG_TEXT


def text_chances(text: Text) -> Figure:
    """Return the chance of each token of a text under the model alone, coloured by rank as on the strip."""
    bands = ("the likeliest", "rank 2 to 10", "rank 11 to 100", "beyond")
    bars = []
    for band, name in enumerate(bands):
        places = [i for i, word in enumerate(text.words) if word.band == band]
        chosen = [text.words[i] for i in places]
        hover = [
            f"token {i + 1}, {plain(w.label)}: rank {w.rank:,}, {percent(w.chance)}"
            for i, w in zip(places, chosen, strict=True)
        ]
        bars.append(
            {
                "type": "bar",
                "name": name,
                "x": [i + 1 for i in places],
                "y": [100 * w.chance for w in chosen],
                "marker": {"color": CATEGORY[band]},
                "customdata": hover,
                "hovertemplate": HOVER,
            }
        )
    return {
        "data": bars,
        "layout": layout(
            "How likely each token was",
            height=240,
            bargap=0.15,
            showlegend=False,
            xaxis={"title": {"text": "token"}, "fixedrange": True},
            yaxis={"title": {"text": "chance (%)"}, "fixedrange": True},
        ),
    }


def describe_text(text: Text) -> str:
    """Return the figure in one sentence, from its numbers."""
    likeliest = sum(word.rank == 1 for word in text.words)
    return (
        f"Bar chart of the chance of each of {len(text.words)} tokens: {likeliest} were the likeliest at their place, "
        f"{sum(word.rank > 100 for word in text.words)} were beyond rank 100."
    )


def describe_beam(nodes: tuple[BeamNode, ...]) -> str:
    """Return the beam's tree in one sentence, from its numbers."""
    kept = sum(node.survived for node in nodes)
    return (
        f"Tree of {len(nodes)} tokens of a beam search: {kept} belong to texts kept to the end, the rest were pruned."
    )


def beam_tree(nodes: tuple[BeamNode, ...], steps: int = 10) -> Figure:
    """Return the first `steps` steps of a beam search, read downwards: kept texts in colour, pruned ones in grey."""
    shown = [i for i, node in enumerate(nodes) if node.depth < steps]
    by_depth: dict[int, list[int]] = {}
    for i in shown:
        by_depth.setdefault(nodes[i].depth, []).append(i)
    column = {i: place for level in by_depth.values() for place, i in enumerate(level)}
    widest = max((len(level) for level in by_depth.values()), default=1)

    def edges(survived: bool) -> dict[str, Any]:
        x: list[float | None] = []
        y: list[float | None] = []
        for i in shown:
            if nodes[i].survived == survived:
                parent = nodes[i].parent
                x += [column[parent] if parent >= 0 else 0, column[i], None]
                y += [nodes[i].depth, nodes[i].depth + 1, None]
        line = {"color": ACCENT, "width": 2.5} if survived else {"color": MUTED, "width": 1, "dash": "dot"}
        quiet = {"hoverinfo": "skip", "showlegend": False}
        return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, **quiet}

    def points(survived: bool) -> dict[str, Any]:
        chosen = [i for i in shown if nodes[i].survived == survived]
        words = [
            f"{plain(nodes[i].label)}: log-probability so far {nodes[i].total:.2f} nats, "
            + ("kept to the end" if survived else "pruned")
            for i in chosen
        ]
        return {
            "type": "scatter",
            "mode": "markers+text",
            "name": "kept to the end" if survived else "pruned",
            "x": [column[i] for i in chosen],
            "y": [nodes[i].depth + 1 for i in chosen],
            "text": [f" {plain(nodes[i].label)} " for i in chosen],
            # Neighbours' labels on two heights, so that on a phone they don't run into each other or out of the picture.
            "textposition": [
                f"{'bottom' if column[i] % 2 else 'top'} {'left' if 0 < column[i] == widest - 1 else 'right'}"
                for i in chosen
            ],
            "textfont": {"color": STRONG_TEXT if survived else MUTED, **MONOSPACE, "size": 12},
            "marker": {"size": 8, **({"color": ACCENT} if survived else {"color": MUTED, "symbol": "x-thin-open"})},
            "customdata": words,
            "hovertemplate": HOVER,
        }

    steps_axis = {"title": {"text": "step"}, "dtick": 1, "range": [len(by_depth) + 0.5, 0], "zeroline": False}
    return {
        "data": [edges(False), edges(True), points(False), points(True)],
        "layout": layout(
            f"The first {len(by_depth)} steps of the beam",
            height=150 + 40 * len(by_depth),
            xaxis={"visible": False, "range": [-0.2, max(1, widest - 1) + 0.2], "fixedrange": True},
            yaxis={**steps_axis, "showgrid": False, "fixedrange": True},
        ),
    }
