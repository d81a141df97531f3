"""The damaged vector: what is left of the translation."""

from typing import Any

import numpy as np
from jaxtyping import Float

from core.experiments.encoder_decoder.results import AMOUNTS, HALF, Damage
from core.figures.palette import ACCENT, CATEGORY, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, key, layout

AXES = {
    "noise": "length of the noise (the vector's own = 1)",
    "zero": "share of the numbers set to zero",
    "swap": "share of the numbers swapped for the other sentence's",
    "blend": "share of the other sentence's vector",
}


def curve(damage: Damage, amount: float) -> Picture:
    """Draw the agreement with the undamaged translation (and with the other sentence's) against the amount of damage."""
    lines = [("your sentence's translation", damage.chrf, ACCENT, "solid")]
    if damage.has_other:
        lines.append(("the other sentence's", damage.other_chrf, CATEGORY[1], "dash"))
    traces = [trace for line in lines for trace in _line(*line)]
    dots = {"color": TEXT, "width": 1.5, "dash": "dot"}
    here = {"type": "line", "x0": amount, "x1": amount, "y0": 0, "y1": 1, "yref": "paper", "line": dots}
    half = {"type": "line", "x0": 0, "x1": 1, "y0": HALF, "y1": HALF, "line": {**dots, "width": 1}}
    still: dict[str, Any] = {"fixedrange": True, "tickfont": {"size": 15}}
    spec = {
        "data": traces,
        "layout": layout(
            "Agreement of what is written with …",
            key(traces),
            height=340,
            shapes=[here, half],
            xaxis={"title": {"text": AXES[damage.kind]}, "range": [-0.02, 1.02], "dtick": 0.25, **still},
            yaxis={
                "title": {"text": "agreement (chrF, 0 to 100)"},
                "range": [-3, 104],
                "dtick": 25,
                "automargin": True,
                **still,
            },
        ),
    }
    own, other = damage.chrf.mean(0), damage.other_chrf.mean(0)
    columns: tuple[str, ...] = ("amount", "chrF with your sentence's", "written in the first draw", "in English")
    rows: list[tuple[Any, ...]] = [
        (each, round(float(own[n]), 2), text, damage.glosses.get(text, ""))
        for n, (each, text) in enumerate(zip(AMOUNTS, damage.texts, strict=True))
    ]
    if damage.has_other:
        columns = (*columns, "chrF with the other's")
        rows = [(*row, round(float(score), 2)) for row, score in zip(rows, other, strict=True)]
    return Picture(spec, _describe(damage, amount), columns, rows)


def _line(name: str, scores: Float[np.ndarray, "draws amounts"], colour: str, dash: str) -> list[dict[str, Any]]:
    """Return the mean over the draws, and where there are several a band from the least to the most."""
    mean, low, high = scores.mean(0), scores.min(0), scores.max(0)
    several = len(scores) > 1
    band = {
        "type": "scatter",
        "mode": "lines",
        "x": [*AMOUNTS, *reversed(AMOUNTS)],
        "y": [float(v) for v in [*high, *reversed(low)]],
        **{"fill": "toself", "fillcolor": colour, "opacity": 0.15, "line": {"width": 0}},
        **{"hoverinfo": "skip", "showlegend": False},
    }
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": list(AMOUNTS),
        "y": [round(float(v), 3) for v in mean],
        "line": {"color": colour, "width": 2.5, "dash": dash},
        "marker": {"size": 6},
        "customdata": [
            f"at {at:g}: chrF {m:.0f} with {name}" + (f", between {a:.0f} and {b:.0f}" if several else "")
            for at, m, a, b in zip(AMOUNTS, mean, low, high, strict=True)
        ],
        "hovertemplate": HOVER,
    }
    return [band, line] if several else [line]


def _describe(damage: Damage, amount: float) -> str:
    at, mean = damage.at(amount), damage.chrf.mean(0)
    fallen = "it never stays under half" if damage.half is None else f"from {damage.half:g} on it stays under half"
    other = f"; with the other sentence's it is {damage.other_chrf.mean(0)[at]:.0f}" if damage.has_other else ""
    return (
        f"Line chart of the agreement (chrF) with the undamaged translation against the amount of damage: {mean[at]:.0f} at "
        f"{amount:g}, {mean[-1]:.0f} at 1; {fallen}{other}."
    )
