"""The pictures of the lesson on recurrent networks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from core.experiments.characters import visible
from core.experiments.rnn import Read, Step
from core.experiments.rnn.features import FEATURES, Followed, Tracking
from core.figures.palette import ACCENT, CATEGORY, SEQUENTIAL, TEXT
from core.figures.parts import heat_map, text_axis
from core.figures.rnn.chain import describe_unrolled as describe_unrolled
from core.figures.rnn.chain import unrolled as unrolled
from core.figures.rnn.damage import damage_curves as damage_curves
from core.figures.rnn.damage import describe_damage as describe_damage
from core.figures.rnn.damage import describe_written as describe_written
from core.figures.rnn.damage import written_chances as written_chances
from core.figures.style import HOVER, MONOSPACE, Figure, layout, percent, plain


def state_map(
    read: Read, tracking: Tracking, values: Float[np.ndarray, "rows time"], part: slice, place: int, chosen: int
) -> Figure:
    """Return the rows of `tracking` over the shown part of the text, the chosen row framed, the place marked."""
    rows = tracking.rows()
    each = len(rows) // len(FEATURES)
    return heat_map(
        "The state, character by character",
        values,
        [visible(character) for character in read.text[part]],
        [f"{tracking.label(unit)} (best for: {FEATURES[feature].words})" for feature, unit in rows],
        signed=read.model != "rnn_relu",
        what="share of its reach",
        subtitle=f"{each} units for each of {len(FEATURES)} things, best first",
        height=480,
        mark=place - part.start,
        first=part.start + 1,
        groups=[feature.name for feature in FEATURES],
        chosen=chosen,
    )


def describe_state(read: Read, tracking: Tracking, part: slice) -> str:
    """Return the heat map in one sentence, from its numbers."""
    rows = tracking.rows()
    return (
        f"Heat map of {len(rows)} rows over {part.stop - part.start} characters: for each of {len(FEATURES)} nameable things "
        f"the {len(rows) // len(FEATURES)} units, of {read.states.shape[1]}, that follow it best."
    )


def unit_line(followed: Followed, characters: Sequence[str], place: int, first: int = 1) -> Figure:
    """Return one unit's value at every character, over what it should follow (shaded, scaled to the unit's range)."""
    words = FEATURES[followed.feature].words
    values = [float(v) for v in followed.values]
    low, high = min([*values, 0.0]), max([*values, 0.0])
    truth, reach = followed.truth, max(float(np.max(followed.truth, initial=0.0)), 1e-9)
    if followed.held_out < 0:  # it falls where the feature rises
        low, high = high, low
    shade = [low + (high - low) * float(t) / reach for t in truth]
    names = [visible(character) for character in characters]
    hover = [
        f"character {first + i}, {plain(name)}: {followed.label} is at {value:.2f}; {words}: {_amount(t)}"
        for i, (name, value, t) in enumerate(zip(names, values, truth, strict=True))
    ]
    places = list(range(len(values)))
    ground = {
        "type": "scatter",
        "mode": "lines",
        "x": places,
        "hoverinfo": "skip",
        "line": {"width": 0, "shape": "hvh"},
    }
    traces: list[dict[str, Any]] = [
        {**ground, "y": [low] * len(places), "showlegend": False},
        {**ground, "y": shade, "name": words, "fill": "tonexty", "fillcolor": SEQUENTIAL[1]},
        {
            "type": "scatter",
            "mode": "lines",
            "name": followed.label,
            "x": places,
            "y": values,
            "line": {"color": ACCENT, "width": 2},
            "customdata": hover,
            "hovertemplate": HOVER,
        },
    ]
    line = {"color": TEXT, "width": 1.5, "dash": "dot"}
    mark = {"type": "line", "x0": place, "x1": place, "y0": 0, "y1": 1, "yref": "paper", "line": line}
    return {
        "data": traces,
        "layout": layout(
            f"{followed.label.capitalize()} along the text",
            height=260,
            shapes=[mark],
            xaxis=text_axis(names),
            yaxis={"title": {"text": "value"}, "automargin": True, "fixedrange": True, "zeroline": True},
        ),
    }


def _amount(value: float) -> str:
    return "yes" if value == 1 else "no" if value == 0 else f"{value:.0f}"


def describe_unit(followed: Followed) -> str:
    """Return the line in one sentence, from its numbers."""
    return (
        f"Line chart: {followed.label} goes from {float(np.min(followed.values)):.2f} to "
        f"{float(np.max(followed.values)):.2f} along the text; with “{FEATURES[followed.feature].words}” its correlation is "
        f"{followed.held_out:.2f} on held-out text."
    )


def next_chances(step: Step) -> Figure:
    """Return the likeliest next characters as bars, with the one that came in a colour of its own."""
    rows = list(step.likeliest)
    came = step.came
    if came is not None and step.rank > len(rows):
        rows.append((came, step.chance))
    labels = [visible(character) for character, _ in rows]
    chances = [100 * chance for _, chance in rows]
    hover = [
        f"{plain(label)}: a chance of {chance:.2f} %" + (", and it came" if character == came else "")
        for label, (character, _), chance in zip(labels, rows, chances, strict=True)
    ]
    places = list(range(len(rows)))
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": chances,
        "y": places,
        "marker": {"color": [CATEGORY[1] if character == came else ACCENT for character, _ in rows]},
        "text": [f"{c:.1f} %" + (" came" if r[0] == came else "") for c, r in zip(chances, rows, strict=True)],
        "textposition": "outside",
        "textfont": {"size": 13},
        "cliponaxis": False,
        "customdata": hover,
        "hovertemplate": HOVER,
    }
    return {
        "data": [bars],
        "layout": layout(
            "What the state says comes next",
            height=120 + 26 * len(rows),
            xaxis={"title": {"text": "chance (%)"}, "range": [0, 1.25 * max(chances)], "fixedrange": True},
            yaxis={
                "tickvals": places,
                "ticktext": [plain(label) for label in labels],
                "autorange": "reversed",
                "automargin": True,
                "showgrid": False,
                "fixedrange": True,
                "tickfont": MONOSPACE,
            },
        ),
    }


def describe_next(step: Step) -> str:
    """Return the bars in one sentence, from their numbers."""
    label, chance = step.likeliest[0]
    said = f"Bar chart of the likeliest next characters: {visible(label)} leads with {percent(chance)}"
    if step.came is None:
        return said + "; the text ends here."
    if not step.rank:
        return said + f"; {visible(step.came)} came, which the model does not know."
    return said + f"; {visible(step.came)} came, rank {step.rank}, with {percent(step.chance)}."
