"""The pictures of the lesson on LSTM gates that show the recall task: held and free, against distance, and while training."""

import math
from typing import Any

import numpy as np
from jaxtyping import Float

from core.data.recall import CHANCE
from core.experiments.lstm_gates import Recalled
from core.experiments.lstm_gates.tables import NAMES, Recall
from core.figures.lstm_gates.cell import BELOW
from core.figures.palette import ACCENT, CATEGORY, MUTED, TEXT
from core.figures.style import HOVER, Figure, layout, percent

COLOURS = {
    "rnn_tanh": CATEGORY[1],
    "lstm": ACCENT,
    "gru": CATEGORY[2],
    "lstm, forget bias 0": CATEGORY[4],
    "lstm, forget bias 1": ACCENT,
    "lstm, forget bias 3": CATEGORY[3],
}
DASHES = {"lstm, forget bias 0": "dot", "lstm, forget bias 3": "dash"}
SHARE = {"title": {"text": "answered rightly (%)"}, "range": [0, 104], "fixedrange": True}


def _guessing(low: float, high: float) -> dict[str, Any]:
    """Return the line of chance."""
    line = _line("guessing", [low, high], np.full(2, CHANCE), TEXT, "dot")
    return {**line, "customdata": ["who guesses is right 12.5 % of the time"] * 2}


def _band(
    x: list[float], low: Float[np.ndarray, "places"], high: Float[np.ndarray, "places"], colour: str
) -> dict[str, Any]:
    """Return the area between the lowest and the highest of the seeds."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [*x, *reversed(x)],
        "y": [100 * float(v) for v in [*high, *low[::-1]]],
        "fill": "toself",
        "fillcolor": colour,
        "line": {"width": 0},
        "opacity": 0.18,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def recall_bars(free: Recalled, held: Recalled) -> Figure:
    """Return how much of the recall task is answered rightly without and with the hold, and between which shares it lies."""
    names, both = ("free", "held"), (free, held)
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": list(names),
        "x": [100 * one.share for one in both],
        "marker": {"color": [MUTED, ACCENT]},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [100 * (one.interval[1] - one.share) for one in both],
            "arrayminus": [100 * (one.share - one.interval[0]) for one in both],
            "color": TEXT,
        },
        "customdata": [f"{n}: {one.right} of {one.asked} answered rightly" for n, one in zip(names, both, strict=True)],
        "hovertemplate": HOVER,
        "width": 0.6,
        "showlegend": False,
    }
    values = [
        {
            "y": name,
            "x": 100 * one.interval[1],
            "xanchor": "left",
            "xshift": 4,
            "showarrow": False,
            "text": percent(one.share),
        }
        for name, one in zip(names, both, strict=True)
    ]
    level = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": 100 * CHANCE, "x1": 100 * CHANCE}
    ticks = {"tickvals": [100 * CHANCE, 50, 100], "ticktext": ["guessing", "50", "100"]}
    return {
        "data": [bars],
        "layout": layout(
            f"Recall after {free.distance} steps",
            height=210,
            margin={"l": 8, "r": 8, "t": 44, "b": 44},
            shapes=[{**level, "line": {"color": TEXT, "width": 1.5, "dash": "dot"}}],
            annotations=[{**value, "font": {"size": 15}} for value in values],
            xaxis={**SHARE, **ticks, "range": [0, 165], "showgrid": False},
            yaxis={"title": {"text": ""}, "autorange": "reversed", "automargin": True, "fixedrange": True},
        ),
    }


def describe_bars(free: Recalled, held: Recalled) -> str:
    """Return the bars in one sentence, from their numbers."""
    low, high = held.interval
    return (
        f"Bar chart of the recall task at distance {free.distance}: {percent(free.share)} right with nothing held, "
        f"{percent(held.share)} with the hold (95 % interval {percent(low)} to {percent(high)}); guessing gives 12.5 %."
    )


def recall_curve(table: Recall, live: dict[str, tuple[Recalled, ...]] | None = None) -> Figure:
    """Return accuracy against distance: networks trained on that distance alone, and those that were trained on all.

    live: what the latter answered just now, by kind.
    """
    traces: list[dict[str, Any]] = []
    for variant in table.variants:
        shares, name, colour = table.of(variant), NAMES[variant], COLOURS[variant]
        tried = ~np.isnan(shares).any(0)
        x = [float(d) for d in table.distances[tried]]
        mean, low, high = shares[:, tried].mean(0), shares[:, tried].min(0), shares[:, tried].max(0)
        said = [
            f"{name}, trained at {d:.0f} steps alone: {percent(m)} right, {percent(a)} to {percent(b)} over the seeds"
            for d, m, a, b in zip(x, mean, low, high, strict=True)
        ]
        traces += [
            _band(x, low, high, colour),
            {**_line(name, x, mean, colour, DASHES.get(variant, "solid")), "customdata": said, "mode": "lines+markers"},
        ]
    worst = table.together.min((0, 1))
    x = [float(d) for d in table.asked]
    said = [
        f"trained on all distances, asked after {d:.0f}: the worst has {percent(v)}"
        for d, v in zip(x, worst, strict=True)
    ]
    traces.append({**_line("the worst that was trained on all", x, worst, MUTED, "longdash"), "customdata": said})
    for kind, asked in (live or {}).items():
        share = float(np.mean([one.share for one in asked]))
        mark = {"color": COLOURS[kind], "size": 12, "symbol": "diamond-open", "line": {"width": 2}}
        said = [f"{NAMES[kind]}, trained on all distances, asked now after {asked[0].distance}: {percent(share)} right"]
        point = _line(NAMES[kind], [float(asked[0].distance)], np.array([share]), COLOURS[kind])
        traces.append({**point, "mode": "markers", "marker": mark, "customdata": said, "showlegend": False})
    low_end, high_end = float(table.distances[0]), float(table.asked[-1])
    return {
        "data": [*traces, _guessing(low_end, high_end)],
        "layout": layout(
            "Recall against distance",
            height=470,
            legend=BELOW,
            xaxis={
                "type": "log",
                "title": {"text": "steps from the symbol to the question"},
                "tickvals": [2, 5, 10, 20, 40, 80, 200, 800, 3200],
                "range": [math.log10(low_end * 0.85), math.log10(high_end * 1.15)],
                "fixedrange": True,
            },
            yaxis=SHARE,
        ),
    }


def _line(
    name: str, x: list[float], shares: Float[np.ndarray, "places"], colour: str, dash: str = "solid"
) -> dict[str, Any]:
    """Return a line of shares in per cent, whose hover is its `customdata`."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x,
        "y": [100 * float(share) for share in shares],
        "line": {"color": colour, "width": 2.5, "dash": dash},
        "hovertemplate": HOVER,
    }


def describe_curve(table: Recall) -> str:
    """Return the curves in one sentence, from their numbers."""
    ends = []
    for variant in table.variants:
        fails = table.fails_at(variant)
        ends.append(f"{NAMES[variant]} " + ("never" if math.isinf(fails) else f"at {fails:.0f} steps"))
    return (
        "Line chart of the recall task against distance, each network trained on one distance alone: the mean falls under "
        f"50 % for {', '.join(ends)}; trained on all distances at once the worst has {percent(table.together.min())}."
    )


def bias_curve(table: Recall) -> Figure:
    """Return the accuracy at distance 40 while an LSTM is trained, from a forget bias of 1 and of 0."""
    x = [float(step) for step in table.steps]
    traces = []
    for bias, curves, colour, dash in (
        (1, table.on_the_way[0], ACCENT, "solid"),
        (0, table.on_the_way[1], CATEGORY[4], "dot"),
    ):
        mean = curves.mean(0)
        said = [
            f"bias {bias} at the start, after {n:.0f} steps: {percent(v)} right" for n, v in zip(x, mean, strict=True)
        ]
        line = _line(f"bias {bias} at the start", x, mean, colour, dash)
        traces += [_band(x, curves.min(0), curves.max(0), colour), {**line, "customdata": said}]
    learned = np.flatnonzero(table.on_the_way.min((0, 1)) > 0.99)
    end = x[min(int(learned[0]) + 4, len(x) - 1)] if len(learned) else x[-1]  # what comes after is a straight line
    return {
        "data": [*traces, _guessing(x[0], x[-1])],
        "layout": layout(
            "While an LSTM learns all distances",
            "asked after 40 steps, mean and range over 3 seeds",
            height=360,
            legend=BELOW,
            xaxis={"title": {"text": "steps of training"}, "range": [0, end], "fixedrange": True},
            yaxis=SHARE,
        ),
    }


def describe_bias(table: Recall) -> str:
    """Return the two curves in one sentence, from their numbers."""
    half = len(table.steps) // 4
    one, nought = table.on_the_way.mean(1)
    return (
        f"Line chart of an LSTM's accuracy at distance 40 while it is trained: after {table.steps[half]} steps "
        f"{percent(one[half])} with a forget bias that started at 1 and {percent(nought[half])} with one that started at 0."
    )
