"""The pictures of the lesson on LSTM gates that show a text: all gates, one cell, and what a held gate costs."""

from typing import Any

import numpy as np
from jaxtyping import Float

from core.experiments import lstm_gates as lesson
from core.experiments.characters import visible
from core.experiments.lstm_gates import Gates, Read
from core.figures.lstm_gates.cell import BELOW, NAMES, characters
from core.figures.lstm_gates.cell import cell_story as cell_story
from core.figures.lstm_gates.cell import describe_story as describe_story
from core.figures.lstm_gates.recall import bias_curve as bias_curve
from core.figures.lstm_gates.recall import describe_bars as describe_bars
from core.figures.lstm_gates.recall import describe_bias as describe_bias
from core.figures.lstm_gates.recall import describe_curve as describe_curve
from core.figures.lstm_gates.recall import recall_bars as recall_bars
from core.figures.lstm_gates.recall import recall_curve as recall_curve
from core.figures.lstm_gates.speed import describe_speed as describe_speed
from core.figures.lstm_gates.speed import speed as speed
from core.figures.palette import ACCENT, CATEGORY, FAINT, MUTED
from core.figures.parts import heat_map, text_axis
from core.figures.style import HOVER, Figure, layout, plain


def gate_map(gates: Gates, name: str, at: int | None = None) -> Figure:
    """Return one quantity of the shown units over the text, the longest memory on top; `at` points out a character."""
    values = gates.of(name)
    signed = name in lesson.SIGNED
    limit = 1.0
    if name == "cell":  # the only one without bounds
        limit = max(1.0, float(np.ceil(2 * np.quantile(np.abs(values), 0.995)) / 2))
    count = len(gates.units)
    what = "all" if count == gates.hidden else f"{count} of the {gates.hidden}"
    figure = heat_map(
        f"{NAMES[name]}: {what} cells",
        values,
        [visible(character) for character in gates.text],
        [
            f"cell {unit}, number {rank} by memory (half-life {characters(life)})"
            for unit, rank, life in zip(gates.units, gates.ranks, gates.half_lives, strict=True)
        ],
        signed=signed,
        limit=limit,
        what=NAMES[name].lower(),
        height=460,
        mark=None if at is None else at - gates.first,
        first=gates.first + 1,
    )
    rows = range(0, count, max(1, count // 8))
    figure["layout"]["yaxis"]["title"] |= {"text": "half-life (characters)"}
    figure["layout"]["yaxis"] |= {
        "tickvals": [row + 0.01 for row in rows],
        "ticktext": [characters(gates.half_lives[row]).split()[0].replace("no", "∞") for row in rows],
    }
    return figure


def describe_map(gates: Gates, name: str) -> str:
    """Return the heat map in one sentence, from its numbers."""
    values = gates.of(name)
    return (
        f"Heat map of the {NAMES[name].lower()} of {len(gates.units)} cells over {len(gates.text)} characters: the mean is "
        f"{values.mean():.2f}, in the top row {values[0].mean():.2f}, in the bottom row {values[-1].mean():.2f}; half-lives "
        f"fall from {characters(gates.half_lives[0])} to {characters(gates.half_lives[-1])}."
    )


def surprise(found: Read, held: Float[np.ndarray, "time"], start: int, stop: int) -> Figure:
    """Return how surprising the text is with nothing held and with the hold (bits), which is on from `start` to `stop`."""
    places = list(range(len(found.text)))
    names = [f"“{plain(visible(character))}”" for character in found.text]
    said = [
        f"character {i + 1}, {name}: "
        + (f"{a:.1f} bits, with the hold {b:.1f}" if np.isfinite(a) else "no surprise is known")
        for i, (name, a, b) in enumerate(zip(names, found.bits, held, strict=True))
    ]
    means = [lesson.running_mean(values) for values in (found.bits, held)]
    there = [i for i in places if np.isfinite(means[0][i]) and np.isfinite(means[1][i])]
    between = {
        "type": "scatter",
        "mode": "lines",
        "x": [*there, *reversed(there)],
        "y": [round(float(means[1][i]), 3) for i in there] + [round(float(means[0][i]), 3) for i in reversed(there)],
        "fill": "toself",
        "fillcolor": CATEGORY[1],
        "line": {"width": 0},
        "opacity": 0.25,
        "name": "what the hold costs",
        "hoverinfo": "skip",
    }
    lines = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": places,
            "y": _numbers(values),
            "line": {"color": colour, "width": 3, "dash": dash},
            "customdata": said,
            "hovertemplate": HOVER,
        }
        for name, values, colour, dash in (
            ("nothing held", means[0], MUTED, "dot"),
            ("with the hold", means[1], ACCENT, "solid"),
        )
    ]
    shapes = []
    if (start, stop) != (0, len(found.text)):
        edges = {"x0": start - 0.5, "x1": stop - 0.5, "y0": 0, "y1": 1, "yref": "paper"}
        shapes = [
            {"type": "rect", "layer": "below", "line": {"width": 0}, "fillcolor": FAINT, "opacity": 0.25, **edges}
        ]
    return {
        "data": [between, *lines],
        "layout": layout(
            "Surprise at each character",
            f"lines: mean of the last {lesson.SMOOTH} characters",
            height=400,
            shapes=shapes,
            legend=BELOW,
            xaxis=text_axis([visible(character) for character in found.text]),
            yaxis={"title": {"text": "surprise (bits)"}, "fixedrange": True, "rangemode": "tozero"},
        ),
    }


def describe_surprise(found: Read, held: Float[np.ndarray, "time"]) -> str:
    """Return the two lines in one sentence, from their numbers."""
    before, after = lesson.mean_bits(found.bits), lesson.mean_bits(held)
    return (
        f"Line chart over {len(found.text)} characters: the surprise is {before:.2f} bits a character on average with nothing "
        f"held and {after:.2f} with the hold."
    )


def _numbers(values: Float[np.ndarray, "time"]) -> list[Any]:
    """Return values for JSON, which has no nan."""
    return [round(float(value), 3) if np.isfinite(value) else None for value in values]
