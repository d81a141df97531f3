"""The machine of 2017 drawn by its parts, and how the work of each part grows with length, width and depth."""

from itertools import pairwise
from typing import Any

from core.experiments.transformer_anatomy.machine import PARTS, TIMES, Grown, Machine, growth
from core.figures.palette import CATEGORY, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, arrow, label, layout, percent, swatch
from core.figures.transformer_anatomy.sketch import ATTENTION, EMBEDDING, FEED_FORWARD, block

COLOURS = dict(zip(PARTS, (EMBEDDING, ATTENTION, CATEGORY[4], FEED_FORWARD, CATEGORY[3]), strict=True))
LEFT, RIGHT = [0.0, 0.42], [0.54, 1.0]  # shares of the width
SHOWN = ("attention: matrices", "attention: products", "feed-forward", "output")


def machine(made: Machine, what: Grown) -> Picture:
    """Draw encoder, decoder or both as stacks of boxes with their parameters, and the multiply-adds as one size grows."""
    parameters, work = made.parameters(), made.multiply_adds()
    shapes, notes, arrows = _stacks(made)
    sizes = [{"length": made.grown(what, t).length, "width": made.grown(what, t).width, "depth": made.grown(what, t).layers}[what]
             for t in TIMES]  # fmt: skip
    rows = dict(zip(PARTS, growth(made, what), strict=True))
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter", "mode": "lines+markers", "x": sizes, "y": rows[part].tolist(), "name": part, "xaxis": "x2",
            "yaxis": "y2", "line": {"color": COLOURS[part], "width": 3}, "marker": {"color": COLOURS[part], "size": 7},
            "customdata": [f"{part} at a {what} of {size:,}: {_large(v)} multiply-adds" for size, v in
                           zip(sizes, rows[part], strict=True)],
            "hovertemplate": HOVER,
        }
        for part in SHOWN
        if rows[part].max() > 0
    ]  # fmt: skip
    now = {"length": made.length, "width": made.width, "depth": made.layers}[what]
    shapes.append({"type": "line", "xref": "x2", "yref": "y2 domain", "x0": now, "x1": now, "y0": 0, "y1": 1,
                   "line": {"color": MUTED, "width": 2, "dash": "dot"}})  # fmt: skip
    short = ("matrices", "products", "feed-forward", "output")
    key = "  ".join(f"{swatch(COLOURS[part])} {name}" for part, name in zip(SHOWN, short, strict=True))
    notes.append(label(RIGHT[0] - 0.06, 1, key, xref="paper", yref="paper", xanchor="left", yanchor="bottom", size=14))
    total = sum(parameters.values())
    spec = {
        "data": [*traces, {"type": "scatter", "x": [None], "y": [None], "showlegend": False, "hoverinfo": "skip"}],
        "layout": layout(
            f"{_large(total)} parameters, and the work of reading {made.length} tokens",
            height=346,
            showlegend=False,
            shapes=shapes,
            annotations=[*arrows, *notes],
            margin={"l": 4, "r": 12, "t": 60, "b": 46},
            xaxis={"domain": LEFT, "range": [0, 100], "visible": False, "fixedrange": True},
            yaxis={"range": [0, 100], "visible": False, "fixedrange": True},
            xaxis2={"domain": RIGHT, "anchor": "y2", "type": "log", "title": {"text": _NAMES[what]}, "fixedrange": True,
                    "tickmode": "array", "tickvals": sizes[::2], "ticktext": [f"{size:,}" for size in sizes[::2]]},
            yaxis2={"anchor": "x2", "type": "log", "title": {"text": "multiply-adds"}, "fixedrange": True, "automargin": True,
                    "exponentformat": "power", "dtick": 2},
        ),
    }  # fmt: skip
    share = percent(work["attention: products"] / sum(work.values()))
    alt = (
        f"Stacks of boxes with {_large(total)} parameters in all, and lines of the multiply-adds of each part against {what}; at "
        f"{made.length} tokens the products between tokens are {share} of {_large(sum(work.values()))}."
    )
    columns = ("part", "parameters", "multiply-adds now", *(f"{what} {size:,}" for size in sizes))
    table = [
        (part, f"{parameters[part]:,}", f"{work[part]:,}", *(f"{int(v):,}" for v in rows[part]))
        for part in PARTS
    ]  # fmt: skip
    return Picture(spec, alt, columns, table)


_NAMES: dict[Grown, str] = {
    "length": "tokens read and written",
    "width": "width of the stream",
    "depth": "blocks in a stack",
}


def _stacks(made: Machine) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Return boxes, words and arrows of the left half: each stack from the bottom up, the context running across."""
    d, n = made.width, made.layers
    one, inner = 4 * d * d, 2 * d * made.inner
    shapes, notes, arrows = [], [], []
    centres = {1: (50,), 2: (24, 76)}[len(made.stacks)]
    for (name, attentions), x in zip(made.stacks, centres, strict=True):
        seen = "masked attention" if name == "decoder" else "attention"
        parts = [("embedding + position", EMBEDDING, ""), (seen, ATTENTION, _large(one))]
        if attentions == 2:
            parts.append(("attends to encoder", ATTENTION, _large(one)))
        parts.append(("feed-forward", FEED_FORWARD, _large(inner)))
        if name == "decoder":
            parts.append(("output", COLOURS["output"], ""))
        heights = {3: (10, 34, 60), 4: (10, 32, 54, 80), 5: (8, 27, 46, 65, 88)}[len(parts)]
        for (words, colour, size), y in zip(parts, heights, strict=True):
            box = {
                "type": "rect",
                "x0": x - 23,
                "x1": x + 23,
                "y0": y - 7,
                "y1": y + 7,
                "line": {"color": colour, "width": 2},
            }
            shapes.append(box)
            notes.append(label(x, y, f"{words}<br>{size}" if size else words, TEXT, size=14))
        for low, high in pairwise(heights):
            arrows.append(arrow((x, low + 7), (x, high - 7), TEXT, 2))
        first, last = heights[1] - 9, heights[len(parts) - 1 - (name == "decoder")] + 9
        shapes.append({"type": "rect", "x0": x - 25, "x1": x + 25, "y0": first, "y1": last,
                       "line": {"color": MUTED, "width": 1.5, "dash": "dot"}})  # fmt: skip
        top = f"{name}: {n} blocks" if len(made.stacks) == 1 else f"{name} × {n}"
        notes.append(label(x, 100, f"<b>{top}</b>", size=15, yanchor="top" if name == "encoder" else "bottom"))
    if len(made.stacks) == 2:
        arrows.append(arrow((49, 60), (53, 48), TEXT, 2))
    return shapes, notes, arrows


def mechanism_machine(made: Machine) -> Picture:
    """Draw one block with the shape at every arrow."""
    shape = f"{made.length} × {made.width}"
    spec = block(
        f"One of {made.layers} blocks: shapes at the arrows",
        (shape, shape),
        (("attention", f"{made.heads} heads"), ("feed-forward", f"{made.inner:,} wide")),
    )
    alt = (
        f"Sketch of one block: {made.length} vectors of {made.width} numbers come in; attention with {made.heads} "
        "heads and a network "
        f"{made.inner} wide each add vectors of the same shape, and {made.length} vectors of {made.width} go out."
    )
    return Picture(spec, alt)


def _large(number: float) -> str:
    """Return a large number in words that fit a box: 1.05 M, 62.9 M, 3.4 billion."""
    for size, unit in ((1e12, "trillion"), (1e9, "billion"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.3g} {unit}"
    return f"{number:.0f}"
