"""How long predictions stay off after the state was damaged, for all four models."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.experiments.characters import visible
from core.experiments.rnn.results import HEALED, KINDS, Averages, Damage, Kind
from core.figures.palette import CATEGORY, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, key, layout, percent, plain

DASHES = {"rnn_tanh": "solid", "rnn_relu": "dot", "gru": "dash", "lstm": "dashdot"}
COLOURS = {"rnn_tanh": CATEGORY[0], "rnn_relu": CATEGORY[3], "gru": CATEGORY[2], "lstm": CATEGORY[1]}
LEAST = 1e-4  # nats: where a curve is at the bottom of the picture
THRESHOLD = float(-np.expm1(-HEALED))  # the same as HEALED, as a share of probability


def memory(damages: Sequence[Damage], model: str, after: str, averages: Averages, kind: Kind) -> Picture:
    """Draw how much probability each damaged model loses, against the characters read since; `after` are those characters.

    The grey line is the chosen model's mean over many positions of held-out text.
    """
    longest = shown(damages)
    traces = [
        _curve(one, after[:longest], one.model == model) for one in sorted(damages, key=lambda d: d.model == model)
    ]
    average = (averages.erased if kind == "erase" else averages.swapped)[:longest]
    traces.append(
        {
            "type": "scatter",
            "mode": "lines",
            "name": f"{KINDS[model]}, average position",
            "x": list(range(1, len(average) + 1)),
            "y": [100 * float(y) for y in -np.expm1(-average)],
            "line": {"color": MUTED, "width": 2},
            "hovertemplate": "on average, %{x} characters later: %{y:.1f} % lost<extra></extra>",
        }
    )
    line = {"color": TEXT, "width": 1.5, "dash": "dot"}
    level = {
        "type": "line",
        "x0": 0,
        "x1": 1,
        "xref": "paper",
        "y0": 100 * THRESHOLD,
        "y1": 100 * THRESHOLD,
        "line": line,
    }
    note = {"text": "a tenth", "x": 1, "xref": "paper", "xanchor": "right", "yanchor": "bottom", "showarrow": False}
    spec = {
        "data": traces,
        "layout": layout(
            "Probability lost after the damage",
            key(traces),
            height=350,
            shapes=[level],
            annotations=[{**note, "y": 100 * THRESHOLD, "font": {"color": TEXT, "size": 15}}],
            xaxis={
                "title": {"text": f"characters read since the state was {WORDS[kind]}"},
                "range": [0.5, max(longest, 1) + 0.5],
                "fixedrange": True,
            },
            yaxis={"title": {"text": "lost (%)"}, "range": [0, 102], "automargin": True, "fixedrange": True},
        ),
    }
    columns = ("characters since", "character", *(f"{KINDS[one.model]}: lost (%)" for one in damages))
    count = max((len(one.divergence) for one in damages), default=0)
    rows = [(n + 1, visible(after[n]), *(round(100 * float(one.lost[n]), 3) for one in damages)) for n in range(count)]
    return Picture(spec, _describe(damages, model), columns, rows)


WORDS: dict[str, str] = {"erase": "erased", "swap": "swapped"}


def _curve(damage: Damage, after: str, chosen: bool) -> dict[str, Any]:
    name = KINDS[damage.model]
    hover = [
        f"{name}, {n + 1} later ({plain(_around(after, n))}): {percent(float(share))} of the probability is lost"
        for n, share in enumerate(damage.lost[: len(after)])
    ]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": list(range(1, len(hover) + 1)),
        "y": [100 * float(share) for share in damage.lost[: len(after)]],
        "line": {"color": COLOURS[damage.model], "width": 3.5 if chosen else 1.2, "dash": DASHES[damage.model]},
        "opacity": 1.0 if chosen else 0.55,
        "customdata": hover,
        "hovertemplate": HOVER,
    }


def shown(damages: Sequence[Damage]) -> int:
    """Return how many characters are shown: until all curves are at the bottom, and at least 30 where there are so many."""
    longest = max((len(one.divergence) for one in damages), default=0)
    above = [int(place) + 1 for one in damages for place in np.flatnonzero(one.divergence > LEAST)[-1:]]
    return min(longest, 80, max([30, *above]) + 3)


def _around(text: str, position: int) -> str:
    """Return the character at a position with a few before it."""
    return "…" + "".join(visible(c) for c in text[max(0, position - 5) : position + 1])


def _describe(damages: Sequence[Damage], model: str) -> str:
    chosen = next(one for one in damages if one.model == model)
    if not len(chosen.divergence):
        return "Line chart without a line: no character follows the damage."
    healed = f"less than a tenth for good after {chosen.lasts}" if chosen.lasts else "still a tenth or more at the end"
    return (
        f"Line chart of the probability that {len(damages)} damaged models lose: {KINDS[model]} loses "
        f"{percent(float(chosen.lost[0]))} after one character; of the {len(chosen.divergence)} that follow, {healed}."
    )
