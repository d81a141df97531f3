"""Skip-gram as it learns: how near each split word's other spelling is, and which words come to be near."""

from typing import Any

import numpy as np

from core.data.spellings import MARK
from core.experiments.word_vectors.results import STAGES, TOP, Learned
from core.figures.palette import ACCENT, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, label, layout, plain, shorten, swatch

DECADES = (1, 10, 100, 1_000, 10_000, 100_000)


def share(stage: int) -> str:
    """Return how much of the training a stage is: "35 %"."""
    return f"{100 * stage // STAGES} %"


def spellings(learned: Learned, stage: int) -> Picture:
    """Draw where each split word's other spelling stands among its nearest words, before training and at a stage."""
    before, now = learned.ranks[0].tolist(), learned.ranks[stage].tolist()
    names = [plain(shorten(word, 12)) for word in learned.split]
    spelt = [f"{name} · {name}{MARK}" for name in names]
    rows, most = list(range(len(names))), learned.words - 1
    lines = [
        {"type": "line", "x0": a, "x1": b, "y0": row, "y1": row, "line": {"color": MUTED, "width": 1}, "opacity": 0.6}
        for row, (a, b) in enumerate(zip(before, now, strict=True))
    ]
    band = {"type": "rect", "x0": 0.75, "x1": TOP + 0.5, "y0": 0, "y1": 1, "yref": "paper", "line": {"width": 0},
            "fillcolor": ACCENT, "opacity": 0.12, "layer": "below"}  # fmt: skip
    traces = [
        {
            "type": "scatter", "mode": "markers", "x": ranks, "y": rows, "showlegend": False, "hovertemplate": HOVER,
            "marker": {"color": colour, "size": size, "symbol": symbol, "line": {"color": colour, "width": 2}},
            "customdata": [
                f"{when}, “{name}” written the other way is number {rank:,} of its {most:,} nearest words"
                for name, rank in zip(names, ranks, strict=True)
            ],
        }
        for when, ranks, colour, size, symbol in (
            ("before training", before, MUTED, 8, "circle-open"), (f"after {share(stage)} of it", now, ACCENT, 12, "diamond"),
        )
    ]  # fmt: skip
    ticks = [one for one in DECADES if one < most]
    drawn = layout(
        f"{len(names)} words, each with a second spelling ′", f"{swatch(ACCENT)} after {share(stage)} of the training  "
        f"{swatch(MUTED)} before",
        height=350, margin={"l": 8, "r": 12, "t": 64, "b": 46}, shapes=[band, *lines],
        annotations=[label(float(np.log10(TOP + 1)), len(names) - 0.3, "← ten nearest", ACCENT, xanchor="left")],
        xaxis={"type": "log", "range": [-0.12, float(np.log10(most)) + 0.08], "tickvals": ticks, "fixedrange": True,
               "ticktext": [f"{one:,}" for one in ticks], "title": {"text": "its rank (1 = nearest)"}},
        yaxis={"tickvals": rows, "ticktext": spelt, "range": [len(names) + 0.3, -0.6], "fixedrange": True, "automargin": True,
               "showgrid": False},
    )  # fmt: skip
    alt = (
        f"Dots on a scale of ranks: after {share(stage)} of the training {learned.met(stage)} of {len(names)} words have their "
        f"other spelling among their ten nearest of {most:,} words, before it {learned.met(0)}."
    )
    table = [
        (word, *(int(rank) for rank in learned.ranks[:: STAGES // 4, row])) for row, word in enumerate(learned.split)
    ]
    columns = ("word", *(f"rank after {share(at)}" for at in range(0, STAGES + 1, STAGES // 4)))
    return Picture({"data": traces, "layout": drawn}, alt, columns, table)


def company(learned: Learned) -> Picture:
    """Draw each split word's nearest other word at four stages, as a table of words (Vega-Lite)."""
    at = (0, 1, STAGES // 4, STAGES)
    values: list[dict[str, Any]] = [
        {"word": plain(shorten(word, 11)), "training": share(stage), "nearest": plain(shorten(learned.near(stage, row)[0], 11)),
         "all": plain(", ".join(learned.near(stage, row)))}
        for row, word in enumerate(learned.split) for stage in at
    ]  # fmt: skip
    axis = {"labelFontSize": 14, "titleFontSize": 15}
    spec = {
        "title": {"text": "The nearest other word, as it learns", "fontSize": 17},
        "data": {"values": values}, "height": 22 * len(learned.split), "width": "container",
        "mark": {"type": "text", "fontSize": 14, "color": TEXT},
        "encoding": {
            "x": {"field": "training", "type": "nominal", "sort": [share(stage) for stage in at],
                  "axis": {**axis, "labelAngle": 0, "title": "training done", "domain": False, "ticks": False}},
            "y": {"field": "word", "type": "nominal", "sort": list(dict.fromkeys(one["word"] for one in values)),
                  "axis": {**axis, "title": "word", "domain": False, "ticks": False}},
            "text": {"field": "nearest", "type": "nominal"},
            "tooltip": [{"field": "word", "type": "nominal", "title": "word"},
                        {"field": "training", "type": "nominal", "title": "after"},
                        {"field": "all", "type": "nominal", "title": "nearest words"}],
        },
    }  # fmt: skip
    columns = ("word", *(f"nearest after {share(stage)}" for stage in at))
    rows = [(word, *(", ".join(learned.near(stage, row)) for stage in at)) for row, word in enumerate(learned.split)]
    ends = ", ".join(f"{learned.near(STAGES, row)[0]} for {word}" for row, word in enumerate(learned.split[:3]))
    return Picture(spec, f"A table of words: at the end of the training the nearest are {ends}.", columns, rows)
