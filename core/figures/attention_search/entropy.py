"""What the temperature does to the mask of a search, for every way to match."""

from typing import Any

from core.experiments.attention_search import TEMPERATURES, WAYS, Settings, Sweep
from core.figures.palette import ACCENT, CATEGORY
from core.figures.style import HOVER, Figure, layout

LINES = ((ACCENT, "solid"), (CATEGORY[1], "dash"), (CATEGORY[2], "dot"), (CATEGORY[3], "dashdot"))


def entropy_curve(sweep: Sweep, settings: Settings, entropy: float) -> Figure:
    """Return entropy against temperature for every way to match, with the reader's setting marked."""
    chosen = chosen_way(settings)
    traces: list[dict[str, Any]] = []
    for way, (name, row, (colour, dash)) in enumerate(zip(WAYS, sweep.entropy, LINES, strict=True)):
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x": list(TEMPERATURES),
                "y": [float(v) for v in row],
                "line": {"color": colour, "dash": dash, "width": 4 if way == chosen else 2},
                "customdata": [
                    f"{name} at temperature {t:.3g}: {v:.2f} bits, {2**v:.1f} of {sweep.items} items"
                    for t, v in zip(TEMPERATURES, row, strict=True)
                ],
                "hovertemplate": HOVER,
            }
        )
    mark = {
        "type": "scatter",
        "mode": "markers",
        "name": "your setting",
        "x": [settings.temperature],
        "y": [entropy],
        "marker": {"color": LINES[chosen][0], "size": 14, "symbol": "diamond"},
        "customdata": [f"your setting, temperature {settings.temperature:g}: {entropy:.2f} bits"],
        "hovertemplate": HOVER,
        "showlegend": False,
    }
    return {
        "data": [*traces, mark],
        "layout": layout(
            "What the temperature does to the mask",
            "diamond: your setting",
            height=360,
            margin={"l": 8, "r": 16, "t": 68, "b": 100},
            legend={"orientation": "h", "x": 0, "y": -0.3, "xanchor": "left", "yanchor": "top"},
            xaxis={
                "type": "log",
                "title": {"text": "temperature"},
                "tickvals": [0.01, 0.03, 0.1, 0.3, 1],
                "fixedrange": True,
            },
            yaxis={"title": {"text": "entropy (bits)"}, "rangemode": "tozero", "fixedrange": True, "automargin": True},
        ),
    }


def chosen_way(settings: Settings) -> int:
    """Return which of `WAYS` the settings are."""
    wanted = (settings.match, settings.scaled or settings.match != "dot")
    return [(way.match, way.scaled) for way in WAYS.values()].index(wanted)


def describe_entropy(sweep: Sweep, settings: Settings, entropy: float) -> str:
    """Return the figure in one sentence, from its numbers."""
    row = sweep.entropy[chosen_way(settings)]
    return (
        f"Line chart of the mask's entropy against the temperature: it goes from {row[0]:.2f} bits at {TEMPERATURES[0]:g} to "
        f"{row[-1]:.2f} bits at {TEMPERATURES[-1]:g}; your setting has {entropy:.2f} bits."
    )
