"""The recall task against distance, and how fast characters go through each kind of layer."""

import math
from typing import Any

import numpy as np

from core.experiments.lstm_gates.tables import NAMES, Recall, Speed
from core.figures.lstm_gates.cell import LIT, sketch
from core.figures.lstm_gates.hold import axis, guessing, line, share
from core.figures.palette import ACCENT, CATEGORY, GROUND
from core.figures.picture import Picture
from core.figures.style import arrow, key, label, layout, percent

COLOURS = {
    "rnn_tanh": CATEGORY[1],
    "lstm": ACCENT,
    "gru": CATEGORY[2],
    "lstm, forget bias 0": CATEGORY[4],
    "lstm, forget bias 1": CATEGORY[3],
    "lstm, forget bias 3": ACCENT,
    "transformer": CATEGORY[3],
}
DASHES = {"lstm, forget bias 0": "dot", "lstm, forget bias 1": "dash"}
TICKS = [2, 5, 10, 20, 40, 80, 200, 800, 3200]


def recall_curve(table: Recall, together: bool) -> Picture:
    """Draw accuracy against distance: of networks trained on that distance alone, or on all from 2 to 200 at once."""
    traces: list[dict[str, Any]] = []
    rows: list[tuple[Any, ...]] = []
    how = "trained on all distances" if together else "trained on that distance alone"
    names = table.kinds if together else table.variants
    for number, variant in enumerate(names):
        shares = table.together[number] if together else table.of(variant)
        distances = table.asked if together else table.distances
        tried = ~np.isnan(shares).any(0)
        x, tried_shares = [int(d) for d in distances[tried]], shares[:, tried]
        mean, low, high = tried_shares.mean(0), tried_shares.min(0), tried_shares.max(0)
        said = [
            f"{NAMES[variant]}, {how}, asked after {d} steps: {percent(m)} recalled, {percent(a)} to {percent(b)} over the seeds"
            for d, m, a, b in zip(x, mean, low, high, strict=True)
        ]
        name, dash = NAMES[variant].replace("LSTM, forget", "LSTM,"), DASHES.get(variant, "solid")
        drawn = line(name, x, [100 * float(m) for m in mean], COLOURS[variant], said, dash=dash)
        traces.append({**drawn, "mode": "lines+markers"})
        rows += [
            (NAMES[variant], d, seed, round(100 * float(one), 2))
            for seed, each in enumerate(tried_shares)
            for d, one in zip(x, each, strict=True)
        ]
    last = table.asked[-1] if together else table.distances[-1]
    start = math.log10(float(table.distances[0]) * 0.85)
    spec = {
        "data": traces,
        "layout": layout(
            f"Recalled after training on {'all distances' if together else 'one distance'}",
            key(traces),
            height=356,
            shapes=[guessing()],
            annotations=[label(start, 14, "guessing", size=14, xanchor="left", yanchor="bottom")],
            xaxis=axis(
                "steps from the symbol to the question",
                type="log",
                tickvals=TICKS,
                range=[start, math.log10(float(last) * 1.15)],
            ),
            yaxis=share(),
        ),
    }
    if together:
        alt = (
            f"Line chart of recall up to {last:,} steps, {how}: the worst network has {percent(table.together.min())}."
        )
    else:
        ends = (f"{NAMES[v]} " + _end(table.fails_at(v)) for v in table.variants)
        alt = f"Line chart of recall against distance, {how}: the mean falls under 50 % for {', '.join(ends)}."
    return Picture(spec, alt, ("network", "steps to the question", "seed", "recalled (%)"), rows)


def _end(distance: float) -> str:
    return "never" if math.isinf(distance) else f"at {distance:.0f} steps"


def speed(table: Speed, batch: int) -> Picture:
    """Draw characters a second against the length of the text, for so many texts at once."""
    lengths = [int(n) for n in table.lengths]
    traces = []
    for name in table.names:
        rates = [float(v) for v in table.of(name, batch)]
        said = [
            f"{NAMES[name]}, texts of {n} characters: {v:,.0f} characters a second"
            for n, v in zip(lengths, rates, strict=True)
        ]
        traces.append({**line(NAMES[name], lengths, rates, COLOURS[name], said), "mode": "lines+markers"})
    spec = {
        "data": traces,
        "layout": layout(
            f"Training speed, {batch} text{'s' if batch > 1 else ''} at a time",
            key(traces),
            height=350,
            xaxis=axis("length of the text (characters)", type="log", tickvals=lengths),
            yaxis=axis("characters a second", type="log", tickformat="~s", dtick="D2"),
        ),
    }
    each = (
        f"{NAMES[name]} {table.of(name, batch)[0]:,.0f} and {table.of(name, batch)[-1]:,.0f}" for name in table.names
    )
    alt = (
        f"Line chart of characters a second, forward and backward, at {lengths[0]} and {lengths[-1]} characters: "
        f"{'; '.join(each)}."
    )
    rows = [
        (NAMES[name], each_batch, n, round(float(s), 5), round(float(v)))
        for b, each_batch in enumerate(table.batches)
        for r, name in enumerate(table.names)
        for n, s, v in zip(lengths, table.seconds[b, r], table.of(name, each_batch), strict=True)
    ]
    return Picture(spec, alt, ("layer", "texts at a time", "characters", "seconds", "characters a second"), rows)


def _box(x: float, y: float, colour: str) -> dict[str, Any]:
    ends = {"x0": x - 0.5, "x1": x + 0.5, "y0": y - 0.36, "y1": y + 0.36}
    return {"type": "rect", "layer": "below", "fillcolor": GROUND, "line": {"color": colour, "width": 2}, **ends}


def chain(table: Speed, batch: int) -> Picture:
    """Draw an LSTM's steps, which wait for one another, over a block that takes all characters at once, with their times."""
    longest = int(table.lengths[-1])
    seconds = table.seconds[table.batches.index(batch), :, -1]
    took = {name: 1000 * float(each) for name, each in zip(table.names, seconds, strict=True)}
    xs, above, below = (0.7, 2.4, 4.1, 5.8), 3.2, 1.3
    shapes = [_box(x, y, colour) for y, colour in ((above, LIT), (below, ACCENT)) for x in xs]
    words = [
        *(arrow((x + 0.5, above), (x + 1.2, above), LIT) for x in xs),
        *(arrow((x, below - 0.85), (x, below - 0.38), ACCENT) for x in xs),
        *(label(x, y, str(n + 1), size=16) for y in (above, below) for n, x in enumerate(xs)),
        label(7.2, above, f"<b>{took['lstm']:,.0f} ms</b>", LIT, size=17, xanchor="left"),
        label(7.2, below, f"<b>{took['transformer']:,.0f} ms</b>", ACCENT, size=17, xanchor="left"),
        label(0.2, 3.85, f"LSTM: {longest} steps, one after another", size=15, xanchor="left"),
        label(0.2, 2.05, "transformer block: all at once", size=15, xanchor="left"),
    ]
    alt = (
        f"Sketch: an LSTM's {longest} steps wait for one another and take {took['lstm']:,.0f} ms; a transformer block takes all "
        f"characters at once, in {took['transformer']:,.0f} ms."
    )
    return sketch(shapes, words, alt)
