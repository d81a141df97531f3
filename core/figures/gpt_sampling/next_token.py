"""What may come next: the likeliest tokens, the course notes' own, and how uncertain the draw is at each temperature."""

from typing import Any

import numpy as np

from core.experiments.gpt_sampling.results import NOTES, Choice, Sweep
from core.figures.palette import ACCENT, CATEGORY, MUTED
from core.figures.picture import Picture
from core.figures.style import HOVER, MONOSPACE, key, layout, percent, plain, swatch

ROW = 22  # px


def next_token(choice: Choice) -> Picture:
    """Draw the likeliest tokens: what is drawn from, what was cut, and the model's own probabilities where they differ."""
    labels = [plain(label) for label in choice.labels]
    base = [100 * float(p) for p in choice.base]
    drawn = [100 * float(p) for p in choice.probs]
    kept = [bool(k) for k in choice.kept]
    out = "cut" if choice.filters.temperature else "left out"  # temperature 0 is no filter
    never = "the filters cut it" if choice.filters.temperature else "never drawn at temperature 0"
    own = choice.is_own
    hover = [
        f"{label}: the model gives it {b:.2f} %"
        + ("" if own else f"; drawn {d:.2f} % of the time" if k else f"; {never}")
        for label, b, d, k in zip(labels, base, drawn, kept, strict=True)
    ]
    written = [_written(d) if k else out for d, k in zip(drawn, kept, strict=True)]
    bars = [_bars(drawn, hover, ACCENT, *((0.7, -0.35) if own else (0.5, -0.12))) | _beside(written)]
    if not own:
        bars.append(_bars(base, hover, MUTED, 0.2, -0.38))
    subtitle = "" if own else f"{swatch(ACCENT)} drawn from &nbsp; {swatch(MUTED)} the model's own"
    title = f"The {len(labels)} likeliest of {choice.vocabulary:,} next tokens"
    spec = _figure(bars, title, subtitle, labels, [*drawn, *base])
    columns = ("token", "model's own probability (%)", "drawn from (%)", "kept")
    table = [
        (label, round(b, 4), round(d, 4), "yes" if k else out)
        for label, b, d, k in zip(choice.labels, base, drawn, kept, strict=True)
    ]
    return Picture(spec, _describe(choice), columns, table)


def _written(value: float) -> str:
    return f"{value:.1f} %" if value >= 0.1 else f"{value:.2f} %" if value >= 0.01 else "under 0.01 %"


def _bars(values: list[float], hover: list[str], colour: str, width: float, offset: float) -> dict[str, Any]:
    place = {"orientation": "h", "y": list(range(len(values))), "x": values, "width": width, "offset": offset}
    return {"type": "bar", **place, "marker": {"color": colour}, "customdata": hover, "hovertemplate": HOVER}


def _beside(text: list[str]) -> dict[str, Any]:
    look = {"textposition": "outside", "textfont": {"size": 15}, "constraintext": "none", "cliponaxis": False}
    return {"text": text, **look}


def _figure(
    bars: list[dict[str, Any]], title: str, subtitle: str, labels: list[str], values: list[float]
) -> dict[str, Any]:
    ticks = {"tickvals": list(range(len(labels))), "ticktext": labels, "tickfont": {**MONOSPACE, "size": 15}}
    look = {"autorange": "reversed", "automargin": True, "showgrid": False, "fixedrange": True}
    end = 1.14 * max(values)
    return {
        "data": bars,
        "layout": layout(
            title,
            subtitle,
            height=86 + ROW * len(labels),
            margin={"l": 8, "r": 16, "t": 56 if subtitle else 34, "b": 44},
            barmode="overlay",
            showlegend=False,
            xaxis={"title": {"text": "probability (%)"}, "range": [0, end], "zeroline": False, "fixedrange": True},
            yaxis={**ticks, **look, "title": {"text": ""}},
        ),
    }


def _describe(choice: Choice) -> str:
    label, probability = choice.top
    return (
        f"Bar chart of the {len(choice.labels)} likeliest next tokens: {label} leads with {percent(probability)}; "
        f"{choice.kept_count:,} of {choice.vocabulary:,} tokens can be drawn and {percent(choice.removed_mass)} of the "
        f"probability was cut away."
    )


def notes() -> Picture:
    """Draw the same prompt through the course notes' model."""
    labels, values = [label for label, _ in NOTES], [value for _, value in NOTES]
    hover = [f"{label}: the notes' model gives it {value:.2f} %" for label, value in NOTES]
    bars = _bars(values, hover, MUTED, 0.7, -0.35) | _beside([f"{value:.1f} %" for value in values])
    title = "Another model’s, in the course notes"
    alt = f"Bar chart of another model's probabilities after the same prompt, from the course notes: {labels[0]} leads."
    return Picture(_figure([bars], title, "", labels, values), alt, ("token", "probability (%)"), NOTES)


def sweep(found: Sweep, at: float, entropy: float) -> Picture:
    """Draw how many equally likely tokens would be as uncertain, against temperature, with the reader's setting marked."""
    other = bool((found.filtered != found.plain).any())
    lines = [("temperature alone", found.plain, MUTED if other else ACCENT, "dot" if other else "solid")]
    if other:
        lines.append(("with your other filters", found.filtered, ACCENT, "solid"))
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": [float(t) for t in found.temperatures],
            "y": [float(2.0**v) for v in values],
            "customdata": [
                _sentence(name, float(t), float(v)) for t, v in zip(found.temperatures, values, strict=True)
            ],
            "line": {"color": colour, "dash": dash, "width": 3},
            "hovertemplate": HOVER,
        }
        for name, values, colour, dash in lines
    ]
    top = float(np.log10(2.0 ** max(entropy, found.plain.max(), found.filtered.max(), 1.0)))
    mark = {
        "type": "scatter",
        "mode": "markers",
        "name": "you are here",
        "x": [at],
        "y": [2.0**entropy],
        "customdata": [_sentence("your setting", at, entropy)],
        "marker": {"color": CATEGORY[1], "size": 14, "symbol": "diamond"},
        "hovertemplate": HOVER,
    }
    spec = {
        "data": [*traces, mark],
        "layout": layout(
            "Higher temperature, more likely tokens",
            key([*traces, mark]),
            height=380,
            xaxis={"title": {"text": "temperature"}, "range": [-0.05, 2.05], "fixedrange": True},
            yaxis={
                "title": {"text": "as uncertain as (equal tokens)"},
                "type": "log",
                "range": [-0.15, top + 0.15],
                "tickvals": [1, 10, 100, 1_000, 10_000],
                "ticktext": ["1", "10", "100", "1,000", "10,000"],
                "fixedrange": True,
                "automargin": True,
            },
        ),
    }
    low, high = float(2.0 ** found.plain[0]), float(2.0 ** found.plain[-1])
    alt = (
        f"Line chart: from temperature {found.temperatures[0]:.2f} to {found.temperatures[-1]:.2f} a draw goes from as "
        f"uncertain as one of {low:,.1f} equal tokens to one of {high:,.0f}; at your setting it is {2.0**entropy:,.1f}."
    )
    columns = ("temperature", "equal tokens, temperature alone", "with your filters", "entropy (bits)")
    rows = [
        (float(t), round(float(2.0**a), 2), round(float(2.0**b), 2), round(float(a), 4))
        for t, a, b in zip(found.temperatures, found.plain, found.filtered, strict=True)
    ]
    return Picture(spec, alt, columns, rows)


def _sentence(name: str, temperature: float, entropy: float) -> str:
    return f"{name}, at temperature {temperature:.2f}: as uncertain as {2.0**entropy:,.1f} equal tokens"
