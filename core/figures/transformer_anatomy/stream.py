"""The stream of one text: what each part adds to a token's score, what it would say at each depth, blocks left out."""

from typing import Any

import numpy as np

from core.experiments.transformer_anatomy.results import LAYERS, PARTS, WIDTH, EachBlock, Stream
from core.figures.palette import GROUND, MUTED, SEQUENTIAL, TEXT
from core.figures.parts import scale
from core.figures.picture import Picture
from core.figures.style import HOVER, READ, label, layout, percent, plain, shorten, swatch
from core.figures.transformer_anatomy.sketch import ATTENTION, EMBEDDING, FEED_FORWARD, block

LOW, HIGH = [0.0, 0.45], [0.56, 1.0]  # shares of the height: what is added, and the sum so far
DARK = 0.5  # from this probability on a cell is so dark that its word has the ground's colour
TICKS = list(range(0, LAYERS + 1, 5))


def places(order: tuple[int, ...]) -> list[float]:
    """Return where each block that ran stands: at its number, and beside it where it ran twice."""
    beside = [(0.22 if n in order[:at] else -0.22) if order.count(n) > 1 else 0.0 for at, n in enumerate(order)]
    return [number + 1 + off for number, off in zip(order, beside, strict=True)]


def stream(found: Stream, usual: Stream, token: int) -> Picture:
    """Draw what each part adds to the score of an offered token, and the sum so far; `usual` is the model as it is."""
    name = plain(found.offered[token])
    first, effects = found.effects(token)
    at = places(found.order)
    width = [0.42 if found.order.count(number) > 1 else 0.84 for number in found.order]
    sums = np.cumsum([first, *(effects.sum(0))])
    traces: list[dict[str, Any]] = [
        _bars("embedding", EMBEDDING, [0.0], [first], [0.84], ["the token's embedding"], name)
    ]
    for part, colour, row in zip(PARTS, (ATTENTION, FEED_FORWARD), effects, strict=True):
        what = [f"block {number + 1}, {part}" for number in found.order]
        traces.append(_bars(part, colour, at, row.tolist(), width, what, name))
    if found.order != usual.order:
        before, rows = usual.effects(token)
        line = np.cumsum([before, *rows.sum(0)])
        traces.append(_line("as it is", MUTED, list(map(float, range(LAYERS + 1))), line, name, dash="dot"))
    traces.append(_line("sum so far", TEXT, [0.0, *at], sums, name))
    score = float(found.scores[token])
    notes = [
        label(LAYERS, score, f"<b>{score:.1f}</b>", xref="x", yref="y2", xanchor="left", xshift=8),
        label(0, 1.0, f"{swatch(TEXT)} sum so far", xref="paper", yref="paper", xanchor="left", yanchor="bottom"),
        label(
            0, LOW[1], f"{swatch(ATTENTION)} attention {swatch(FEED_FORWARD)} feed-forward",
            xref="paper", yref="paper", xanchor="left", yanchor="bottom",
        ),
    ]  # fmt: skip
    gone = [number for number in range(LAYERS) if number not in found.order]
    shapes = [
        {"type": "line", "x0": number + 1, "x1": number + 1, "y0": 0, "y1": 1, "yref": "paper",
         "line": {"color": MUTED, "width": 2, "dash": "dot"}}
        for number in gone
    ]  # fmt: skip
    notes += [
        label(n + 1, 1.0, f"block {n + 1} left out", yref="paper", yanchor="bottom", xanchor=("left", "right")[n > 14])
        for n in gone
    ]
    spec = {
        "data": traces,
        "layout": layout(
            f"Score of “{plain(shorten(found.offered[token], 12))}”, block by block",
            height=320,
            barmode="relative",
            bargap=0.1,
            showlegend=False,
            annotations=notes,
            shapes=shapes,
            margin={"l": 8, "r": 44, "t": 54, "b": 42},
            xaxis={
                "title": {"text": "block (0: embedding)"}, "range": [-0.7, LAYERS + 0.7], "tickmode": "array",
                "tickvals": TICKS, "tickangle": 0, "fixedrange": True, "showgrid": False, "zeroline": False, "anchor": "y",
            },
            yaxis={"title": {"text": "added"}, "domain": LOW, "fixedrange": True, "nticks": 4, "automargin": True},
            yaxis2={"title": {"text": "score"}, "domain": HIGH, "fixedrange": True, "nticks": 4, "anchor": "x"},
        ),
    }  # fmt: skip
    number, part, most = found.largest(token)
    alt = (
        f"Bars of what the embedding, 2 parts of {len(found.order)} blocks add to the score of {found.offered[token]}, and "
        f"their running sum, which ends at {score:.2f}; most comes from the {part} of block {number}, {most:.2f}."
    )
    columns = ("block", "attention adds", "feed-forward adds", "sum so far", "length of the stream")
    names = ["embedding", *(f"{number + 1}" for number in found.order)]
    added = [("", round(first, 4)), *((round(float(a), 4), round(float(f), 4)) for a, f in effects.T)]
    ends = [(round(float(total), 4), round(float(norm), 1)) for total, norm in zip(sums, found.norms, strict=True)]
    table = [(name, *pair, *end) for name, pair, end in zip(names, added, ends, strict=True)]
    return Picture(spec, alt, columns, table)


def _bars(
    name: str, colour: str, x: list[float], y: list[float], width: list[float], what: list[str], token: str
) -> dict[str, Any]:
    said = [f"{one} adds {value:+.2f} to the score of “{token}”" for one, value in zip(what, y, strict=True)]
    return {
        "type": "bar", "name": name, "x": x, "y": y, "width": width, "marker": {"color": colour},
        "customdata": said, "hovertemplate": HOVER,
    }  # fmt: skip


def _line(name: str, colour: str, x: list[float], y: np.ndarray, token: str, dash: str = "solid") -> dict[str, Any]:
    said = [
        f"after block {round(at)} ({name}) the score of “{token}” is {float(v):.2f}" for at, v in zip(x, y, strict=True)
    ]
    return {
        "type": "scatter", "mode": "lines", "name": name, "x": x, "y": y.tolist(), "yaxis": "y2",
        "line": {"color": colour, "width": 3, "dash": dash, "shape": "hv"}, "customdata": said, "hovertemplate": HOVER,
    }  # fmt: skip


def lens(found: Stream) -> Picture:
    """Draw the likeliest next token if the model ended after the embedding or each block, at the text's last positions."""
    read = found.tokens[-len(found.says[0]) :]
    first = len(found.tokens) - len(read)
    names = ["embedding", *(f"block {number + 1}" for number in found.order)]
    rows = [f"{name} " if names.index(name) != at else name for at, name in enumerate(names)]
    heat: dict[str, Any] = {
        "type": "heatmap", "z": (100 * found.sure).round(1).tolist(),
        "x": [f"{first + n + 1} {plain(token)}" for n, token in enumerate(read)], "y": rows, "zmin": 0, "zmax": 100,
        "colorscale": scale(SEQUENTIAL), "customdata": [[plain(each) for each in row] for row in found.says],
        "hovertemplate": "%{y}, after token %{x}: “%{customdata}” with %{z:.1f} %<extra></extra>",
        "colorbar": {"thickness": 8, "outlinewidth": 0, "ticksuffix": " %", "tickfont": {"size": 14, "color": TEXT}},
    }  # fmt: skip
    cells = [(at, row, n) for at, row in enumerate(rows) for n in range(len(read))]
    words = {
        "type": "scatter", "mode": "text", "x": [heat["x"][n] for _, _, n in cells], "y": [row for _, row, _ in cells],
        "text": [plain(shorten(found.says[at][n], 6)) for at, _, n in cells],
        "textfont": {"size": 14, "color": [GROUND if found.sure[at, n] > DARK else TEXT for at, _, n in cells]},
        "hoverinfo": "skip", "showlegend": False,
    }  # fmt: skip
    spec = {
        "data": [heat, words],
        "layout": layout(
            "What it would say at each depth",
            height=120 + 20 * len(rows),
            xaxis={
                "title": {"text": "after token"}, "fixedrange": True, "showgrid": False, "tickangle": 0, "type": "category",
                "tickmode": "array", "tickvals": heat["x"], "ticktext": [plain(shorten(each, 6)) for each in read],
            },
            yaxis={"autorange": "reversed", "fixedrange": True, "automargin": True, "type": "category",
                   "title": {"text": "depth"}},
        ),
    }  # fmt: skip
    final = found.says[-1][-1]
    when = next((names[d] for d in range(len(names)) if all(row[-1] == final for row in found.says[d:])), names[-1])
    alt = (
        f"Heat map of {len(names)} depths by {len(read)} positions with the likeliest next token in each; at the last position "
        f"it ends as {final} with {percent(float(found.sure[-1, -1]))}, which leads from {when} on."
    )
    columns = ("depth", *(f"after {first + n + 1} {token}" for n, token in enumerate(read)))
    table = [
        (name, *(f"{said} ({percent(float(p))})" for said, p in zip(row, sure, strict=True)))
        for name, row, sure in zip(rows, found.says, found.sure, strict=True)
    ]
    return Picture(spec, alt, columns, table)


def each_block(found: EachBlock) -> Picture:
    """Draw what becomes of the likeliest token with each block left out in turn, and with each run twice."""
    blocks = list(range(1, len(found.without) + 1))
    ways = (("left out", ATTENTION, found.without, "circle"), ("run twice", FEED_FORWARD, found.twice, "diamond"))
    name = plain(found.token)
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter", "mode": "lines+markers", "name": way, "x": blocks, "y": (100 * values).tolist(),
            "marker": {"color": colour, "size": 9, "symbol": symbol}, "line": {"color": colour, "width": 1.5},
            "customdata": [
                f"with block {b} {way}, “{name}” has {percent(float(v))}" for b, v in zip(blocks, values, strict=True)
            ],
            "hovertemplate": HOVER,
        }
        for way, colour, values, symbol in ways
    ]  # fmt: skip
    usual = {"type": "line", "x0": 0.5, "x1": len(blocks) + 0.5, "y0": 100 * found.usual, "y1": 100 * found.usual}
    spec = {
        "data": traces,
        "layout": layout(
            "One block left out, or run twice",
            height=360,
            shapes=[{**usual, "line": {"color": TEXT, "width": 2, "dash": "dot"}}],
            annotations=[label(len(blocks), 100 * found.usual, "as it is", xanchor="right", yanchor="bottom")],
            xaxis={"title": {"text": "block"}, "fixedrange": True, "range": [0.3, len(blocks) + 0.7], "nticks": 8},
            yaxis={"title": {"text": f"probability of “{name}” (%)"}, "fixedrange": True, "range": [0, 100]},
            legend={"orientation": "h", "x": 0, "y": 1.0, "xanchor": "left", "yanchor": "bottom", "font": {"size": READ}},
        ),
    }  # fmt: skip
    alt = (
        f"Two lines over {len(blocks)} blocks: {found.token} has {percent(found.usual)} with all of them; it stays the likeliest "
        f"without {sum(found.stays_without)} of them, one at a time, and with {sum(found.stays_twice)} run twice."
    )
    rows = [
        (b, *(round(100 * float(v), 2) for v in pair))
        for b, pair in zip(blocks, zip(found.without, found.twice, strict=True), strict=True)
    ]
    return Picture(spec, alt, ("block", "left out (%)", "run twice (%)"), rows)


def mechanism_stream(found: Stream, number: int, token: int) -> Picture:
    """Draw block `number` (from 1) with the lengths of what goes in, is added, and comes out; left out if it did not run."""
    runs = found.order.count(number - 1)
    at = found.order.index(number - 1) if runs else number - 1
    into, out = float(found.norms[at]), float(found.norms[at + 1 if runs else at])
    adds = found.added[:, at] if runs else np.zeros(2)
    name = plain(shorten(found.offered[token], 10))
    word = {
        0: f"Block {number} is left out",
        1: f"Block {number} of {LAYERS}: {WIDTH} numbers a token",
        2: f"Block {number} runs twice",
    }[runs]
    spec = block(
        word,
        (f"length {into:.0f}", f"length {out:.0f}"),
        (("attention", f"length {adds[0]:.0f}"), ("feed-forward", f"length {adds[1]:.0f}")),
        before=plain(shorten(found.tokens[-1], 8)),
        after=f"… → {name}",
        runs=runs,
    )
    alt = (
        f"Sketch of {word.lower()}: a vector of {into:.0f} units of length comes in, attention adds one of {adds[0]:.0f} and the "
        f"feed-forward network one of {adds[1]:.0f}, and {out:.0f} go on to the next block."
    )
    return Picture(spec, alt)
