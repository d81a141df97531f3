"""A source word hidden: what every target word had given it, and what each loses."""

from typing import Any

import numpy as np

from core.experiments.alignment import Table
from core.figures.alignment.ticks import numbered, short, spoken, word_axis
from core.figures.palette import CATEGORY
from core.figures.style import HOVER, Figure, layout, percent, plain


def hidden_bars(table: Table, place: int) -> Figure:
    """Return for each target word the weight that it gave source word `place`, and the nats that it loses without it."""
    name = plain(short(table.source[place], 16))
    weights = [100 * float(weight) for weight in table.weights[:, place]]
    losses = [float(loss) for loss in table.losses[:, place]]
    words = list(map(plain, table.target))
    gave = [
        f"“{word}” gave “{name}” {weight:.1f} % of its attention" for word, weight in zip(words, weights, strict=True)
    ]
    lost = [f"“{word}” loses {loss:.2f} nats without “{name}”" for word, loss in zip(words, losses, strict=True)]
    panels = (("x", weights, CATEGORY[0], gave), ("x2", losses, CATEGORY[1], lost))
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "x": values,
            "y": numbered(table.target),
            "xaxis": axis,
            "marker": {"color": colour},
            "customdata": hover,
            "hovertemplate": HOVER,
        }
        for axis, values, colour, hover in panels
    ]
    deep = 25 if len(words) <= 24 else 18
    fixed: dict[str, Any] = {"fixedrange": True}
    low, high = min([0.0, *losses]), max([0.5, *losses])
    return {
        "data": bars,
        "layout": layout(
            f"Without “{name}”: looks and losses",
            "left: weight given to it; right: log-probability lost",
            height=130 + deep * max(len(words), 3),
            showlegend=False,
            margin={"l": 8, "r": 16, "t": 68, "b": 48},
            xaxis=fixed | {"title": {"text": "weight (%)"}, "domain": [0, 0.47], "range": [0, 105]},
            xaxis2=fixed
            | {
                "title": {"text": "loss (nats)"},
                "domain": [0.53, 1],
                "range": [1.1 * low, 1.1 * high],
                "zeroline": True,
            },
            yaxis=word_axis(table.target, "target word", down=True),
        ),
    }


def describe_hidden(table: Table, place: int) -> str:
    """Return the bars in one sentence, from their numbers."""
    if not len(table.target):
        return "Bar chart without a bar: nothing was written."
    losses = table.losses[:, place]
    worst, most = int(np.argmax(losses)), int(np.argmax(table.weights[:, place]))
    return (
        f"Two rows of {len(table.target)} bars: without {spoken(table.source[place])}, {spoken(table.target[worst])} loses most, "
        f"{losses[worst]:.2f} nats; {spoken(table.target[most])} gave it most weight, "
        f"{percent(float(table.weights[most, place]))}."
    )
