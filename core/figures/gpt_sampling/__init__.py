"""The pictures of the lesson on GPT sampling. Plotly figures as plain dictionaries: building them costs nothing."""

from typing import Any

from core.experiments.gpt_sampling import NOTES, Choice, Sweep
from core.figures.gpt_sampling.beam import beam_tree as beam_tree
from core.figures.gpt_sampling.beam import describe_beam as describe_beam
from core.figures.gpt_sampling.texts import describe_text as describe_text
from core.figures.gpt_sampling.texts import text_chances as text_chances
from core.figures.palette import ACCENT, CATEGORY, MUTED
from core.figures.style import HOVER, MONOSPACE, Figure, layout, percent, plain, swatch


def may_come_next(choice: Choice) -> Figure:
    """Return bars of the likeliest tokens: the model's own chances, what is drawn from, and what was cut."""
    labels = [plain(label) for label in choice.labels]
    base = [float(100 * p) for p in choice.base]
    drawn = [float(100 * p) for p in choice.probs]
    kept = [bool(k) for k in choice.kept]
    never = "the filters cut it" if choice.filters.temperature else "never drawn at temperature 0"
    hover = [
        f"{label}: the model gives it {b:.2f} %; " + (f"drawn {d:.2f} % of the time" if k else never)
        for label, b, d, k in zip(labels, base, drawn, kept, strict=True)
    ]
    places = list(range(len(labels)))
    common = {"type": "bar", "orientation": "h", "y": places, "customdata": hover, "hovertemplate": HOVER}
    bars = [
        {
            **common,
            "x": drawn,
            "name": "drawn from",
            "marker": {"color": ACCENT},
            "text": [f"{d:.1f} %" if k else choice.out for d, k in zip(drawn, kept, strict=True)],
            "textposition": "outside",
            "textfont": {"size": 13},
            "cliponaxis": False,
            "width": 0.52,
            "offset": -0.12,
        },
        {
            **common,
            "x": base,
            "name": "the model's own",
            "marker": {"color": MUTED},
            "width": 0.2,
            "offset": -0.4,
        },
    ]
    ticks = {"tickvals": places, "ticktext": labels, "autorange": "reversed", "automargin": True, "showgrid": False}
    reach = 1.16 * max([*drawn, *base])
    return {
        "data": bars,
        "layout": layout(
            "What may come next",
            f"{swatch(ACCENT)} drawn from &nbsp; {swatch(MUTED)} the model's own",
            height=150 + 26 * len(labels),
            barmode="overlay",
            showlegend=False,  # it would stand in two lines, as narrow as the plot is, and under the title
            xaxis={"title": {"text": "chance (%)"}, "range": [0, reach], "zeroline": False, "fixedrange": True},
            yaxis={**ticks, "title": {"text": ""}, "fixedrange": True, "tickfont": MONOSPACE},
        ),
    }


def describe_next(choice: Choice) -> str:
    """Return the figure in one sentence, from its numbers."""
    label, chance = choice.top
    return (
        f"Bar chart of the {len(choice.labels)} likeliest next tokens: {label} leads with {percent(chance)}; "
        f"{choice.kept_count:,} of {choice.vocabulary:,} tokens can be drawn and {percent(choice.removed_mass)} of the "
        f"chance was cut away."
    )


def from_the_notes() -> Figure:
    """Return the same prompt through the course notes' model, as bars."""
    labels, chances = [n for n, _ in NOTES], [c for _, c in NOTES]
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": labels,
        "x": chances,
        "marker": {"color": MUTED},
        "text": [f"{c:.1f} %" for c in chances],
        "textposition": "outside",
        "textfont": {"size": 13},
        "cliponaxis": False,
        "hovertemplate": "%{y}: the notes' model gives it %{x:.2f} %<extra></extra>",
    }
    return {
        "data": [bars],
        "layout": layout(
            "Another model",
            "from the course notes",
            height=150 + 26 * len(labels),
            xaxis={"title": {"text": "chance (%)"}, "range": [0, 1.2 * max(chances)], "fixedrange": True},
            yaxis={"autorange": "reversed", "automargin": True, "fixedrange": True, "tickfont": MONOSPACE},
        ),
    }


def temperature_sweep(sweep: Sweep, at: float, entropy: float) -> Figure:
    """Return entropy against temperature, with the reader's own setting marked."""
    lines = [
        ("temperature alone", sweep.plain, MUTED, "dot"),
        ("with your other filters", sweep.filtered, ACCENT, "solid"),
    ]
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": [float(t) for t in sweep.temperatures],
            "y": [float(v) for v in values],
            "line": {"color": colour, "dash": dash, "width": 3},
            "hovertemplate": "at temperature %{x:.2f}: %{y:.2f} bits, " + name + "<extra></extra>",
        }
        for name, values, colour, dash in lines
    ]
    highest = max(entropy, float(sweep.plain.max()), float(sweep.filtered.max()))
    mark = {
        "type": "scatter",
        "mode": "markers",
        "name": "you are here",
        "x": [at],
        "y": [entropy],
        "marker": {"color": CATEGORY[1], "size": 13, "symbol": "diamond"},
        "hovertemplate": "your setting, temperature %{x:.2f}: %{y:.2f} bits<extra></extra>",
    }
    return {
        "data": [*traces, mark],
        "layout": layout(
            "Uncertainty at each temperature",
            height=430,
            legend={"orientation": "h", "x": 0, "y": -0.22, "xanchor": "left", "yanchor": "top"},
            xaxis={"title": {"text": "temperature"}, "range": [-0.05, 2.05], "fixedrange": True},
            yaxis={"title": {"text": "entropy (bits)"}, "range": [-0.04 * highest, 1.08 * highest], "fixedrange": True},
        ),
    }
