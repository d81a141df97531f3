"""The pictures of the lesson on GPT sampling. Plotly figures as plain dictionaries: building them costs nothing."""

from typing import Any

from core.experiments._texts import BeamNode, Text
from core.experiments.gpt_sampling import NOTES, Choice, Sweep
from core.figures._style import MONOSPACE, Figure, layout, percent, plain
from core.figures.palette import ACCENT, CATEGORY, MUTED, STRONG_TEXT

HOVER = "%{customdata}<extra></extra>"


def may_come_next(choice: Choice) -> Figure:
    """Return bars of the likeliest tokens: the model's own chances, what is drawn from, and what was cut."""
    labels = [plain(label) for label in choice.labels]
    base = [float(100 * p) for p in choice.base]
    drawn = [float(100 * p) for p in choice.probs]
    kept = [bool(k) for k in choice.kept]
    hover = [
        f"{label}: the model gives it {b:.2f} %; " + (f"drawn {d:.2f} % of the time" if k else "the filters cut it")
        for label, b, d, k in zip(labels, base, drawn, kept, strict=True)
    ]
    places = list(range(len(labels)))
    common = {"type": "bar", "orientation": "h", "y": places, "customdata": hover, "hovertemplate": HOVER}
    bars = [
        {
            **common,
            "x": drawn,
            "name": "drawn from",
            "marker": {"color": ACCENT},
            "text": [f"{d:.1f} %" if k else "cut" for d, k in zip(drawn, kept, strict=True)],
            "textposition": "outside",
            "cliponaxis": False,
            "width": 0.52,
            "offset": -0.12,
        },
        {
            **common,
            "x": base,
            "name": "the model's own",
            "marker": {"color": MUTED, "opacity": 0.5},
            "width": 0.2,
            "offset": -0.4,
        },
    ]
    ticks = {"tickvals": places, "ticktext": labels, "autorange": "reversed", "automargin": True, "showgrid": False}
    reach = 1.16 * max([*drawn, *base])
    return {
        "data": bars,
        "layout": layout(
            "What may come next",
            height=150 + 26 * len(labels),
            barmode="overlay",
            xaxis={"title": {"text": "chance (%)"}, "range": [0, reach], "zeroline": False, "fixedrange": True},
            yaxis={**ticks, "title": {"text": ""}, "fixedrange": True, "tickfont": MONOSPACE},
        ),
    }


def describe_next(choice: Choice) -> str:
    """Return the figure in one sentence, from its numbers."""
    label, chance = choice.top
    return (
        f"Bar chart of the {len(choice.labels)} likeliest next tokens: {label} leads with {percent(chance)}; "
        f"{choice.kept_count:,} of {choice.vocabulary:,} tokens can be drawn and {percent(choice.removed_mass)} of the "
        f"chance was cut away."
    )


def from_the_notes() -> Figure:
    """Return the same prompt through the course notes' model, as bars."""
    labels, chances = [n for n, _ in NOTES], [c for _, c in NOTES]
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": labels,
        "x": chances,
        "marker": {"color": MUTED},
        "text": [f"{c:.1f} %" for c in chances],
        "textposition": "outside",
        "cliponaxis": False,
        "hovertemplate": "%{y}: the notes' model gives it %{x:.2f} %<extra></extra>",
    }
    return {
        "data": [bars],
        "layout": layout(
            "Another model",
            height=150 + 26 * len(labels),
            xaxis={"title": {"text": "chance (%)"}, "range": [0, 1.2 * max(chances)], "fixedrange": True},
            yaxis={"autorange": "reversed", "automargin": True, "fixedrange": True, "tickfont": MONOSPACE},
        ),
    }


def temperature_sweep(sweep: Sweep, at: float, entropy: float) -> Figure:
    """Return entropy against temperature, with the reader's own setting marked."""
    lines = [
        ("temperature alone", sweep.plain, MUTED, "dot"),
        ("with your other filters", sweep.filtered, ACCENT, "solid"),
    ]
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": [float(t) for t in sweep.temperatures],
            "y": [float(v) for v in values],
            "line": {"color": colour, "dash": dash, "width": 3},
            "hovertemplate": "at temperature %{x:.2f}: %{y:.2f} bits, " + name + "<extra></extra>",
        }
        for name, values, colour, dash in lines
    ]
    mark = {
        "type": "scatter",
        "mode": "markers",
        "name": "you are here",
        "x": [at],
        "y": [entropy],
        "marker": {"color": CATEGORY[1], "size": 13, "symbol": "diamond"},
        "hovertemplate": "your setting, temperature %{x:.2f}: %{y:.2f} bits<extra></extra>",
    }
    return {
        "data": [*traces, mark],
        "layout": layout(
            "How uncertain the next token is at each temperature",
            height=430,
            xaxis={"title": {"text": "temperature"}, "range": [0, 2.05], "fixedrange": True},
            yaxis={"title": {"text": "entropy (bits)"}, "rangemode": "tozero", "fixedrange": True},
        ),
    }


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
    """Return the first `steps` steps of a beam search as a tree: kept texts in colour, pruned ones in grey."""
    shown = [i for i, node in enumerate(nodes) if node.depth < steps]
    by_depth: dict[int, list[int]] = {}
    for i in shown:
        by_depth.setdefault(nodes[i].depth, []).append(i)
    height = {i: -place for column in by_depth.values() for place, i in enumerate(column)}

    def edges(survived: bool) -> dict[str, Any]:
        x: list[float | None] = []
        y: list[float | None] = []
        for i in shown:
            parent = nodes[i].parent
            if nodes[i].survived == survived:
                start = (nodes[i].depth, height[parent]) if parent >= 0 else (0, 0)
                x += [start[0], nodes[i].depth + 1, None]
                y += [start[1], height[i], None]
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
            "x": [nodes[i].depth + 1 for i in chosen],
            "y": [height[i] for i in chosen],
            "text": [plain(nodes[i].label) for i in chosen],
            "textposition": "top center",
            "textfont": {"color": STRONG_TEXT if survived else MUTED, **MONOSPACE, "size": 12},
            "marker": {"size": 8, **({"color": ACCENT} if survived else {"color": MUTED, "symbol": "x-thin-open"})},
            "customdata": words,
            "hovertemplate": HOVER,
        }

    rows = max((len(column) for column in by_depth.values()), default=1)
    return {
        "data": [edges(False), edges(True), points(False), points(True)],
        "layout": layout(
            f"The first {len(by_depth)} steps of the beam",
            height=150 + 52 * rows,
            xaxis={"title": {"text": "step"}, "dtick": 1, "range": [-0.1, len(by_depth) + 0.5], "fixedrange": True},
            yaxis={"visible": False, "range": [-rows + 0.5, 0.9], "fixedrange": True},
        ),
    }
