"""Four ways to draw, compared: how likely their tokens are, and how often they repeat themselves."""

from collections.abc import Sequence

from core.experiments.gpt_sampling.texts import Measured
from core.figures.palette import ACCENT, CATEGORY, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, layout, percent

COLUMNS = (
    "method",
    "typical probability of a token (%)",
    "repeated 3-grams (%)",
    "distinct pairs (%)",
    "tokens",
    "text",
)


def methods(found: Sequence[Measured]) -> Picture:
    """Draw two panels with a bar for each text: its tokens' typical probability, and the share of 3-grams that repeat."""
    names, places = [one.name for one in found], list(range(len(found)))
    panels = (
        ("how likely a typical token is", [one.typical for one in found], ACCENT, "x", "y"),
        (
            "three tokens in a row that were there before",
            [one.repeated_3grams for one in found],
            CATEGORY[1],
            "x2",
            "y2",
        ),
    )
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "x": [100 * value for value in values],
            "y": places,
            "xaxis": x,
            "yaxis": y,
            "marker": {"color": colour},
            "text": [percent(value) if value else "0 %" for value in values],
            "textposition": "outside",
            "textfont": {"size": 15},
            "constraintext": "none",
            "cliponaxis": False,
            "customdata": [f"{name}: {percent(value)}, {what}" for name, value in zip(names, values, strict=True)],
            "hovertemplate": HOVER,
            "showlegend": False,
        }
        for what, values, colour, x, y in panels
    ]
    rows = {
        "autorange": "reversed",
        "fixedrange": True,
        "automargin": True,
        "showgrid": False,
        "tickfont": {"size": 15},
    }
    ends = [max(0.05, *values) * 125 for _, values, _, _, _ in panels]
    heads = [
        {
            "text": text,
            "x": x,
            "xref": "paper",
            "y": 1.0,
            "yref": "paper",
            "xanchor": "left",
            "yanchor": "bottom",
            "showarrow": False,
            "font": {"size": 15, "color": TEXT},
        }
        for text, x in (("typical probability of a token", 0.0), ("3-grams that are repeats", 0.58))
    ]
    spec = {
        "data": bars,
        "layout": layout(
            "Likelier tokens, or livelier text",
            height=250,
            margin={"l": 8, "r": 16, "t": 66, "b": 44},
            annotations=heads,
            xaxis={"title": {"text": "per token (%)"}, "domain": [0, 0.42], "range": [0, ends[0]], "fixedrange": True},
            yaxis={**rows, "title": {"text": ""}, "tickvals": places, "ticktext": names},
            xaxis2={"title": {"text": "repeated (%)"}, "domain": [0.58, 1], "range": [0, ends[1]], "fixedrange": True},
            yaxis2={**rows, "title": {"text": ""}, "showticklabels": False, "anchor": "x2"},
        ),
    }
    best = max(found, key=lambda one: one.typical)
    alt = (
        f"Two bar charts of {len(found)} texts: the tokens of {best.name} are the likeliest, typically {percent(best.typical)}; "
        + ", ".join(f"{one.name} repeats {percent(one.repeated_3grams)}" for one in found)
        + " of its 3-grams."
    )
    table = [
        (
            one.name,
            round(100 * one.typical, 3),
            round(100 * one.repeated_3grams, 2),
            round(100 * one.distinct_2, 2),
            one.tokens,
            one.text,
        )
        for one in found
    ]
    return Picture(spec, alt, COLUMNS, table)
