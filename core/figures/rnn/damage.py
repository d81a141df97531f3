"""How long predictions stay wrong after the state was damaged, and how likely each character of a drawn text was."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from core.experiments.characters import Written, visible
from core.experiments.rnn import HEALED, KINDS, Damage
from core.figures.palette import CATEGORY, MUTED, TEXT
from core.figures.style import HOVER, Figure, layout, percent, plain

LEAST = 1e-4  # nats: the bottom of the axis
DASHES = {"rnn_tanh": "solid", "rnn_relu": "dot", "gru": "dash", "lstm": "dashdot"}
COLOURS = {"rnn_tanh": CATEGORY[0], "rnn_relu": CATEGORY[3], "gru": CATEGORY[2], "lstm": CATEGORY[1]}
BANDS = ("half or more", "10 to 50 %", "1 to 10 %", "under 1 %")


def band(chance: float) -> int:
    """Return which of `BANDS` a chance is in."""
    return int(chance < 0.5) + int(chance < 0.1) + int(chance < 0.01)


def damage_curves(
    damages: Sequence[Damage], model: str, after: str, average: Float[np.ndarray, "steps"], title: str
) -> Figure:
    """Return the divergence of each model against the characters read since the damage, on a log axis.

    `after` are those characters; `average` is the chosen model's mean over many places of held-out text.
    """
    traces: list[dict[str, Any]] = []
    longest = shown(damages)
    for one in sorted(damages, key=lambda each: each.model == model):
        name, chosen = KINDS[one.model], one.model == model
        hover = [
            f"{name}, after {n + 1} more ({plain(_around(after, n))}): {float(kl):.3g} nats"
            for n, kl in enumerate(one.divergence[:longest])
        ]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x": list(range(1, len(hover) + 1)),
                "y": [max(float(kl), LEAST) for kl in one.divergence[:longest]],
                "line": {"color": COLOURS[one.model], "width": 3 if chosen else 1.2, "dash": DASHES[one.model]},
                "opacity": 1.0 if chosen else 0.55,
                "customdata": hover,
                "hovertemplate": HOVER,
            }
        )
    mean = {
        "type": "scatter",
        "mode": "lines",
        "name": f"{KINDS[model]}, mean of many places",
        "x": list(range(1, min(len(average), longest) + 1)),
        "y": [max(float(kl), LEAST) for kl in average[:longest]],
        "line": {"color": MUTED, "width": 2},
        "hovertemplate": "mean over held-out text, after %{x} characters: %{y:.3g} nats<extra></extra>",
    }
    top = max([1.0, *(float(one.max(initial=0.0)) for one in (average, *(each.divergence for each in damages)))])
    line = {"color": TEXT, "width": 1.5, "dash": "dot"}
    threshold = {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": HEALED, "y1": HEALED, "line": line}
    note = {"text": f"{HEALED:g} nats", "x": 1, "xref": "paper", "xanchor": "right", "yanchor": "bottom"}
    return {
        "data": [*traces, mean],
        "layout": layout(
            title,
            height=470,
            shapes=[threshold],
            annotations=[{**note, "y": float(np.log10(HEALED)), "showarrow": False, "font": {"color": TEXT}}],
            legend={"orientation": "h", "x": 0, "y": -0.27, "xanchor": "left", "yanchor": "top"},
            xaxis={
                "title": {"text": "characters since then"},
                "range": [0.5, max(longest, 1) + 0.5],
                "fixedrange": True,
            },
            yaxis={
                "title": {"text": "divergence (nats)"},
                "type": "log",
                "range": [float(np.log10(LEAST)), float(np.log10(top)) + 0.2],
                "tickvals": [0.0001, 0.001, 0.01, 0.1, 1, 10],
                "ticktext": ["0.0001", "0.001", "0.01", "0.1", "1", "10"],
                "automargin": True,
                "fixedrange": True,
            },
        ),
    }


def shown(damages: Sequence[Damage]) -> int:
    """Return how many characters are shown: until all curves are at the bottom, and at least 30 where there are so many."""
    longest = max((len(one.divergence) for one in damages), default=0)
    above = [int(place) + 1 for one in damages for place in np.flatnonzero(one.divergence > LEAST)[-1:]]
    return min(longest, max([30, *above]) + 3)


def _around(text: str, place: int) -> str:
    """Return the character at a place with a few before it."""
    return "…" + "".join(visible(c) for c in text[max(0, place - 5) : place + 1])


def describe_damage(damages: Sequence[Damage], model: str) -> str:
    """Return the curves in one sentence, from their numbers."""
    chosen = next(one for one in damages if one.model == model)
    if not len(chosen.divergence):
        return "Line chart without a line: no character follows the damage."
    healed = (
        f"it is under {HEALED:g} for good after {chosen.lasts}" if chosen.lasts else f"it is not yet under {HEALED:g}"
    )
    return (
        f"Line chart of how far the damaged predictions of {len(damages)} models are from the undamaged ones: for "
        f"{KINDS[model]} {chosen.divergence[0]:.2f} nats after one character; of the {len(chosen.divergence)} that follow, "
        f"{healed}."
    )


def written_chances(written: Written) -> Figure:
    """Return the chance of each character of a drawn text under the model alone, coloured as on the strip."""
    bars = []
    for number, name in enumerate(BANDS):
        places = [i for i, chance in enumerate(written.chances) if band(chance) == number]
        bars.append(
            {
                "type": "bar",
                "name": name,
                "x": [i + 1 for i in places],
                "y": [100 * written.chances[i] for i in places],
                "marker": {"color": CATEGORY[number]},
                "customdata": [
                    f"character {i + 1}, {plain(visible(written.text[i]))}: a chance of {percent(written.chances[i])}"
                    for i in places
                ],
                "hovertemplate": HOVER,
            }
        )
    return {
        "data": bars,
        "layout": layout(
            "How likely each character was",
            height=240,
            bargap=0.1,
            showlegend=False,
            xaxis={"title": {"text": "character"}, "fixedrange": True},
            yaxis={"title": {"text": "chance (%)"}, "automargin": True, "fixedrange": True},
        ),
    }


def describe_written(written: Written) -> str:
    """Return the bars in one sentence, from their numbers."""
    sure = sum(band(chance) == 0 for chance in written.chances)
    rare = sum(band(chance) == 3 for chance in written.chances)
    return (
        f"Bar chart of the chance of each of {len(written.chances)} characters that were drawn: {sure} had a chance of "
        f"half or more, {rare} of under 1 %."
    )
