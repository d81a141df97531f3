"""The vector before and after it was damaged, and how fast the translation goes with it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from core.experiments.encoder_decoder import AMOUNTS, HALF, Damage
from core.figures.encoder_decoder.states import vector_strip
from core.figures.palette import ACCENT, CATEGORY, TEXT
from core.figures.style import HOVER, Figure, layout, plain

AXES = {
    "noise": "length of the noise (the vector's own = 1)",
    "zero": "share of those units set to zero",
    "swap": "share of those units swapped",
    "blend": "share of the other sentence's vector",
}
READERS = ("forward", "backward")


def vectors(rows: Sequence[tuple[str, Float[np.ndarray, "wide"]]]) -> Figure:
    """Return vectors as strips, one below another, named."""
    traces: list[dict[str, Any]] = []
    axes: dict[str, Any] = {}
    notes: list[dict[str, Any]] = []
    each = 1 / len(rows)
    for number, (name, vector) in enumerate(rows):
        suffix = "" if not number else str(number + 1)
        top = 1 - number * each
        traces.append(
            {
                **vector_strip(vector, READERS),
                "xaxis": f"x{suffix}",
                "yaxis": f"y{suffix}",
                "showscale": False,
            }
        )
        plain_axis = {"showticklabels": False, "ticks": "", "showgrid": False, "zeroline": False, "fixedrange": True}
        axes[f"xaxis{suffix}"] = {**plain_axis, "anchor": f"y{suffix}"}
        axes[f"yaxis{suffix}"] = {
            **plain_axis,
            "anchor": f"x{suffix}",
            "domain": [top - each * 0.68, top - each * 0.02],
            "autorange": "reversed",
        }
        place = {"x": 0, "xref": "paper", "xanchor": "left", "y": top - each * 0.7, "yref": "paper", "yanchor": "top"}
        notes.append({**place, "text": plain(name), "showarrow": False, "font": {"color": TEXT}})
    axes["xaxis" if len(rows) == 1 else f"xaxis{len(rows)}"]["title"] = {"text": ""}
    return {
        "data": traces,
        "layout": layout(
            "The vector on its way",
            f"{len(rows[0][1])} numbers, orange below 0, green above",
            height=90 + 78 * len(rows),
            annotations=notes,
            margin={"l": 8, "r": 16, "t": 62, "b": 8},
            **axes,
        ),
    }


def describe_vectors(rows: Sequence[tuple[str, Float[np.ndarray, "wide"]]]) -> str:
    """Return the strips in one sentence, from their numbers."""
    first, last = rows[0][1], rows[-1][1]
    changed = int((np.abs(first - last) > 1e-6).sum())
    return (
        f"{len(rows)} strips of {len(first)} numbers ({', '.join(name for name, _ in rows)}); {changed} of them differ between "
        "the first and the last."
    )


def damage_curve(damage: Damage, amount: float) -> Figure:
    """Return the agreement with the undamaged translation (and with the other sentence's) against the amount of damage."""
    lines = [("with its own translation", damage.chrf, ACCENT, "solid")]
    if damage.kind in ("swap", "blend"):
        lines.append(("with the other sentence's", damage.other_chrf, CATEGORY[1], "dash"))
    traces: list[dict[str, Any]] = []
    for name, scores, colour, dash in lines:
        mean, low, high = scores.mean(0), scores.min(0), scores.max(0)
        if len(scores) > 1:
            band = {
                "type": "scatter",
                "mode": "lines",
                "x": [*AMOUNTS, *reversed(AMOUNTS)],
                "y": [float(v) for v in [*high, *reversed(low)]],
                "fill": "toself",
                "fillcolor": colour,
                "opacity": 0.15,
                "line": {"width": 0},
                "hoverinfo": "skip",
                "showlegend": False,
            }
            traces.append(band)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "x": list(AMOUNTS),
                "y": [round(float(v), 3) for v in mean],
                "line": {"color": colour, "width": 2.5, "dash": dash},
                "marker": {"size": 6},
                "customdata": [
                    f"at {at:g}: chrF {m:.0f} {name}" + (f", between {a:.0f} and {b:.0f}" if len(scores) > 1 else "")
                    for at, m, a, b in zip(AMOUNTS, mean, low, high, strict=True)
                ],
                "hovertemplate": HOVER,
            }
        )
    here = {"type": "line", "x0": amount, "x1": amount, "y0": 0, "y1": 1, "yref": "paper"}
    half = {"type": "line", "x0": 0, "x1": 1, "y0": HALF, "y1": HALF}
    dots = {"color": TEXT, "width": 1.5, "dash": "dot"}
    draws = len(damage.chrf)
    return {
        "data": traces,
        "layout": layout(
            "What is left of the translation",
            f"mean of {draws} draws; the band is all of them" if draws > 1 else "nothing here is left to chance",
            height=400,
            shapes=[{**here, "line": dots}, {**half, "line": {**dots, "width": 1}}],
            showlegend=len(lines) > 1,
            legend={"orientation": "h", "x": 0, "y": -0.24, "xanchor": "left", "yanchor": "top"},
            xaxis={"title": {"text": AXES[damage.kind]}, "range": [-0.02, 1.02], "fixedrange": True, "dtick": 0.25},
            yaxis={
                "title": {"text": "chrF (0 to 100)"},
                "range": [-3, 104],
                "tickvals": [0, 25, 50, 75, 100],
                "automargin": True,
                "fixedrange": True,
            },
        ),
    }


def describe_curve(damage: Damage, amount: float) -> str:
    """Return the curve in one sentence, from its numbers."""
    at, mean = damage.at(amount), damage.chrf.mean(0)
    fallen = "it never stays under half" if damage.half is None else f"from {damage.half:g} on it stays under half"
    other = (
        f"; with the other sentence's it is {damage.other_chrf.mean(0)[at]:.0f}"
        if damage.kind in ("swap", "blend")
        else ""
    )
    return (
        f"Line chart of the agreement (chrF) with the undamaged translation against the amount of damage: {mean[at]:.0f} at "
        f"{amount:g}, {mean[-1]:.0f} at 1; {fallen}{other}."
    )
