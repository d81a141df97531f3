"""The machine of 2017 drawn by its parts, and how the work of each part grows with length, width and depth."""

import math
from typing import Any

from core.experiments.transformer_anatomy.machine import PARTS, TIMES, Grown, Machine, growth
from core.figures.palette import CATEGORY, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, arrow, key, label, layout, percent
from core.figures.transformer_anatomy.sketch import ATTENTION, EMBEDDING, FEED_FORWARD, canvas

COLOURS = dict(zip(PARTS, (EMBEDDING, ATTENTION, CATEGORY[4], FEED_FORWARD, CATEGORY[3]), strict=True))
SHOWN = ("attention: matrices", "attention: products", "feed-forward", "output")


def machine(made: Machine, what: Grown) -> Picture:
    """Draw the multiply-adds of each part of a machine as one of its sizes grows."""
    parameters, work = made.parameters(), made.multiply_adds()
    grown = [made.grown(what, times) for times in TIMES]
    sizes = [{"length": one.length, "width": one.width, "depth": one.layers}[what] for one in grown]
    now = {"length": made.length, "width": made.width, "depth": made.layers}[what]
    rows = dict(zip(PARTS, growth(made, what), strict=True))
    traces: list[dict[str, Any]] = []
    for part in (part for part in SHOWN if rows[part].max() > 0):
        said = [
            f"{part}, at a {what} of {size:,}: {large(v)} multiply-adds"
            for size, v in zip(sizes, rows[part], strict=True)
        ]
        line = {"color": COLOURS[part], "width": 3, "dash": "dot" if part == "output" else "solid"}
        traces.append(
            {
                "type": "scatter", "mode": "lines+markers", "x": sizes, "y": rows[part].tolist(), "name": part, "line": line,
                "marker": {"color": COLOURS[part], "size": 8}, "customdata": said, "hovertemplate": HOVER,
            }
        )  # fmt: skip
    everything = sum(rows.values())
    traces.append({
        "type": "scatter", "mode": "lines", "x": sizes, "y": everything.tolist(), "name": "all together",
        "line": {"color": TEXT, "width": 2}, "hovertemplate": HOVER,
        "customdata": [f"all together, at a {what} of {size:,}: {large(v)} multiply-adds"
                       for size, v in zip(sizes, everything, strict=True)],
    })  # fmt: skip
    total = sum(parameters.values())
    line = {"type": "line", "x0": now, "x1": now, "y0": 0, "y1": 1, "yref": "paper"}
    spec = {
        "data": traces,
        "layout": layout(
            "The work of one text, by part",
            key(traces),
            height=346,
            shapes=[{**line, "line": {"color": MUTED, "width": 2, "dash": "dot"}}],
            annotations=[label(math.log10(now), 0, f"{now:,} in 2017" if what != "length" else f"{now:,}", MUTED, yref="paper",
                               xanchor="left", yanchor="bottom", xshift=6)],
            margin={"l": 8, "r": 16, "t": 70, "b": 46},
            xaxis={"type": "log", "title": {"text": _NAMES[what]}, "fixedrange": True, "tickmode": "array",
                   "tickvals": sizes[::2], "tickangle": 0,
                   "ticktext": [f"{size:,}" for size in sizes[::2]]},
            yaxis={"type": "log", "title": {"text": "multiply-adds"}, "fixedrange": True, "automargin": True,
                   "exponentformat": "power", "dtick": 1},
        ),
    }  # fmt: skip
    share = percent(work["attention: products"] / sum(work.values()))
    alt = (
        f"Lines of the multiply-adds of each part against {what}, for a machine of {large(total)} parameters; at "
        f"{made.length} tokens "
        f"the products between tokens are {share} of {large(sum(work.values()))}."
    )
    columns = ("part", "parameters", "multiply-adds now", *(f"{what} {size:,}" for size in sizes))
    table = [(part, f"{parameters[part]:,}", f"{work[part]:,}", *(f"{int(v):,}" for v in rows[part])) for part in PARTS]
    return Picture(spec, alt, columns, table)


_NAMES: dict[Grown, str] = {
    "length": "tokens read, and as many written",
    "width": "width of the stream",
    "depth": "blocks in a stack",
}
BOX, GAP = 1.35, 0.55  # heights of the plane's 10


def mechanism_machine(made: Machine) -> Picture:
    """Draw encoder, decoder or both as stacks of boxes with the parameters of one block; a context runs across."""
    d = made.width
    shapes, notes, arrows = [], [], []
    centres = {1: (50.0,), 2: (24.5, 75.5)}[len(made.stacks)]
    one, inner = (large(each, 2) for each in (4 * d * d, 2 * d * made.inner))
    for (name, attentions), x in zip(made.stacks, centres, strict=True):
        parts = [("embedding", EMBEDDING), (f"{'masked ' if name == 'decoder' else ''}attention {one}", ATTENTION)]
        parts += [(f"attends across {one}", ATTENTION)] if attentions == 2 else []
        parts.append((f"feed-forward {inner}", FEED_FORWARD))
        parts += [("output", COLOURS["output"])] if name == "decoder" else []
        for number, (words, colour) in enumerate(parts):
            low = 0.1 + number * (BOX + GAP)
            box = {"type": "rect", "x0": x - 24, "x1": x + 24, "y0": low, "y1": low + BOX}
            shapes.append({**box, "line": {"color": colour, "width": 2}})
            notes.append(label(x, low + BOX / 2, words, TEXT, size=14))
            if number:
                arrows.append(arrow((x, low - GAP), (x, low), TEXT, 2))
        top = 0.1 + len(parts) * (BOX + GAP) - GAP
        notes.append(label(x, top, f"<b>{name}</b>, {made.layers} blocks", size=15, yanchor="bottom"))
    if len(made.stacks) == 2:
        out = 0.1 + 2.5 * (BOX + GAP)
        arrows.append(arrow((48.5, out), (51.5, out - 0.4), TEXT, 2))
    names = " and ".join(name for name, _ in made.stacks)
    alt = (
        f"Sketch of {names} as boxes one above the other, each stack {made.layers} blocks deep: an attention of "
        f"{one} parameters and a "
        f"feed-forward network of {inner} in each block, and {made.length} vectors of {d} numbers on every arrow."
    )
    return Picture(canvas(notes, arrows, shapes, height=216), alt)


def large(number: float, digits: int = 3) -> str:
    """Return a large number in words that fit a box: 1.05 M, 62.9 M, 3.4 billion."""
    for size, unit in ((1e12, "trillion"), (1e9, "billion"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.{digits}g} {unit}"
    return f"{number:.0f}"
