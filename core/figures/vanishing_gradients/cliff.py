"""Two trainings, with and without clipping, and the walk over the cliff."""

import math
from typing import Any

from core.experiments.vanishing_gradients import NAMES, UPDATES, Cliff
from core.figures.palette import ACCENT, CATEGORY, MUTED, TEXT
from core.figures.style import Figure, layout
from core.figures.vanishing_gradients.numbers import BELOW, amount, log_axis

WAYS = (("clipped", ACCENT, "solid"), ("unclipped", CATEGORY[1], "dash"))


def trainings(cliff: Cliff) -> Figure:
    """Return the gradient's norm (above) and the loss (below) at every update, with and without clipping."""
    data: list[dict[str, Any]] = []
    for (name, colour, dash), training in zip(WAYS, (cliff.clipped, cliff.free), strict=True):
        for axis, values, what in (
            ("y", training.losses, "loss %{y:.3g} nats"),
            ("y2", training.norms, "norm %{y:.2g}"),
        ):
            data.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": name,
                    "x": list(range(len(values))),
                    "y": [float(value) for value in values],
                    "yaxis": axis,
                    "line": {"color": colour, "width": 2.5, "dash": dash},
                    "showlegend": axis == "y",
                    "hovertemplate": "update %{x}, " + name + ": " + what + "<extra></extra>",
                }
            )
    data.append(
        {
            "type": "scatter",
            "mode": "lines",
            "name": "limit of the norm",
            "x": [0, len(cliff.clipped.norms) - 1],
            "y": [cliff.limit, cliff.limit],
            "yaxis": "y2",
            "line": {"color": MUTED, "width": 1},
            "hoverinfo": "skip",
        }
    )
    losses = [*map(float, cliff.clipped.losses), *map(float, cliff.free.losses)]
    norms = [*map(float, cliff.clipped.norms), *map(float, cliff.free.norms), cliff.limit]
    return {
        "data": data,
        "layout": layout(
            f"All {UPDATES} updates",
            "above the gradient's norm, below the loss",
            height=450,
            legend=BELOW | {"y": -0.3},
            xaxis={"title": {"text": "update"}, "fixedrange": True, "anchor": "y"},
            yaxis={"title": {"text": "loss (nats)"}, "domain": [0, 0.46], **log_axis(losses, 3)},
            yaxis2={"title": {"text": "gradient norm"}, "domain": [0.54, 1], **log_axis(norms, 3)},
        ),
    }


def describe_trainings(cliff: Cliff) -> str:
    """Return the figure in one sentence, from its numbers."""
    free = f"{amount(float(cliff.free.losses[-1]))} without it after {len(cliff.free.losses)}"
    return (
        f"Two line charts over the updates of a training: with clipping the loss ends at "
        f"{amount(float(cliff.clipped.losses[-1]))} nats after {len(cliff.clipped.losses)} updates, at {free}; the gradient's "
        f"norm reaches {amount(float(cliff.clipped.norms.max()))} with clipping and {amount(float(cliff.free.norms.max()))} "
        "without."
    )


def walk(cliff: Cliff) -> Figure:
    """Return the loss along the gradient, and where one update lands with clipping and without."""
    finite = [(float(d), float(v)) for d, v in zip(cliff.distances, cliff.losses, strict=True) if math.isfinite(v)]
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "loss on the way",
            "x": [d for d, _ in finite],
            "y": [v for _, v in finite],
            "line": {"color": MUTED, "width": 2.5},
            "hovertemplate": "after going %{x:.2g}: loss %{y:.3g} nats<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "lines",
            "name": "loss before",
            "x": [float(cliff.distances[0]), float(cliff.distances[-1])],
            "y": [cliff.start, cliff.start],
            "line": {"color": TEXT, "width": 1, "dash": "dot"},
            "hovertemplate": "before the update: loss %{y:.3g} nats<extra></extra>",
        },
    ]
    for (name, colour, _), clipped in zip(WAYS, (True, False), strict=True):
        distance, loss = cliff.landing(clipped=clipped)
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": f"one update, {name}",
                "x": [distance],
                "y": [loss if math.isfinite(loss) else None],
                "marker": {"color": colour, "size": 14, "symbol": "circle" if clipped else "x"},
                "hovertemplate": name + ": one update goes %{x:.2g} far, to a loss of %{y:.3g} nats<extra></extra>",
            }
        )
    high = max((v for _, v in finite), default=1.0)
    wide = high > 100 * max(min((v for _, v in finite), default=1.0), 1e-12) and high > 20
    axis = log_axis(v for _, v in finite) if wide else {"rangemode": "tozero", "fixedrange": True}
    return {
        "data": data,
        "layout": layout(
            "One step downhill, and over the cliff" if is_cliff(cliff) else "One step downhill",
            f"{NAMES[cliff.kind]}, scale {cliff.scale:.2f}, at update {cliff.at}",
            height=450,
            legend=BELOW | {"y": -0.3},
            xaxis={
                "title": {"text": "distance gone"},
                "range": [math.log10(float(cliff.distances[0])), math.log10(float(cliff.distances[-1])) + 0.05],
                **log_axis(map(float, cliff.distances)),
            },
            yaxis={"title": {"text": "loss (nats)"}, **axis},
        ),
    }


def is_cliff(cliff: Cliff) -> bool:
    """Return whether an unclipped update ends above where it began and a clipped one does not."""
    return cliff.landing(clipped=False)[1] > cliff.start >= cliff.landing(clipped=True)[1]


def describe_walk(cliff: Cliff) -> str:
    """Return the figure in one sentence, from its numbers."""
    (short, low), (far, high) = cliff.landing(clipped=True), cliff.landing(clipped=False)
    return (
        f"Line chart of the loss along one gradient: from {amount(cliff.start)} nats, a clipped update goes "
        f"{amount(short)} far to {amount(low)}, an unclipped one {amount(far)} far to {amount(high)}."
    )
