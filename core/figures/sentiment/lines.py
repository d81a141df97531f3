"""A file's lines: what a model that reads in order makes of each, against the bag of words."""

from core.experiments.sentiment.results import BAG, MODELS, Scored
from core.figures.palette import ACCENT, CATEGORY, GROUND, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, arrow, label, layout, percent, plain, shorten, sketch, swatch

NAMES = tuple(MODELS.values())


def lines(scored: Scored, model: int) -> Picture:
    """Draw each line as a dot: the bag's probability of "positive" across, the model's up."""
    ups, across = scored.beliefs[model], scored.beliefs[BAG]
    groups = ((True, "marked positive", CATEGORY[0], "circle"), (False, "marked negative", CATEGORY[1], "x"),
              (None, "not marked", MUTED, "circle-open"))  # fmt: skip
    traces = []
    for value, name, colour, symbol in groups:
        chosen = [at for at, label_ in enumerate(scored.labels) if label_ is value]
        if chosen:
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": name,
                    "x": [round(100 * float(across[at]), 2) for at in chosen],
                    "y": [round(100 * float(ups[at]), 2) for at in chosen],
                    "marker": {"size": 10, "color": colour, "symbol": symbol, "opacity": 0.85},
                    "customdata": [
                        f"“{plain(shorten(scored.texts[at], 90))}”<br>{NAMES[model]} {percent(float(ups[at]))} positive, bag "
                        f"{percent(float(across[at]))}" for at in chosen
                    ],
                    "hovertemplate": HOVER,
                }
            )  # fmt: skip
    line = {"type": "line", "line": {"color": TEXT, "width": 1.5, "dash": "dot"}}
    axis = {"range": [-2, 102], "tickvals": [0, 25, 50, 75, 100], "fixedrange": True, "zeroline": False}
    spec = {
        "data": traces,
        "layout": layout(
            f"{len(scored.texts):,} lines: {NAMES[model]} against bag",
            "  ".join(f"{swatch(colour)} {name}" for value, name, colour, _ in groups if value in scored.labels),
            height=330,
            margin={"l": 8, "r": 16, "t": 66, "b": 48},
            showlegend=False,
            xaxis={**axis, "title": {"text": "bag of words: positive (%)"}},
            yaxis={**axis, "title": {"text": f"{NAMES[model]}: positive (%)"}},
            shapes=[{**line, "x0": 50, "x1": 50, "yref": "paper", "y0": 0, "y1": 1},
                    {**line, "y0": 50, "y1": 50, "xref": "paper", "x0": 0, "x1": 1}],
            annotations=[
                label(1, 98, f"only the {NAMES[model]}<br>says “positive”", TEXT, xanchor="left", yanchor="top", align="left"),
                label(99, 2, "only the bag<br>says “positive”", TEXT, xanchor="right", yanchor="bottom"),
            ],
        ),
    }  # fmt: skip
    differ = int(((ups > 0.5) != (across > 0.5)).sum())
    alt = (
        f"Dots, one a line of text: of {len(scored.texts):,} the {NAMES[model]} finds {int((ups > 0.5).sum()):,} positive, the "
        f"bag of words {int((across > 0.5).sum()):,}; they disagree on {differ:,}."
    )
    said = {True: "positive", False: "negative", None: ""}
    rows = [
        (text, said[label_], *(round(100 * float(p), 1) for p in scored.beliefs[:, at]))
        for at, (text, label_) in enumerate(zip(scored.texts, scored.labels, strict=True))
    ]
    return Picture(spec, alt, ("text", "marked", *(f"{name}: positive (%)" for name in NAMES)), rows)


def through(source: str, count: int, model: int) -> Picture:
    """Sketch the way of a file: its lines go through the four models and come back with four numbers each."""
    notes = [label(0, 1.7, f"<b>{plain(shorten(source, 12))}</b><br>{count:,} lines", TEXT, xanchor="left")]
    shapes = []
    for row, name in enumerate(NAMES):
        y = 3.2 - row
        lit = row in (model, BAG)
        colour = ACCENT if lit else MUTED
        notes += [arrow((2.65, 1.7), (3.35, y), colour, 1.5), label(5.0, y, f"<b>{name}</b>" if lit else name, colour)]
        notes.append(arrow((6.65, y), (7.35, 1.7), colour, 1.5))
        box = {"type": "rect", "x0": 3.4, "x1": 6.6, "y0": y - 0.4, "y1": y + 0.4}
        shapes.append(
            {**box, "line": {"color": colour, "width": 2 if lit else 1}, "fillcolor": GROUND, "layer": "below"}
        )
    notes.append(label(7.5, 1.7, "scored<br>lines (CSV)", TEXT, xanchor="left", align="left"))
    alt = f"Sketch: {count:,} lines of {source} go through four models and come back with a probability from each."
    return Picture(sketch(notes, shapes, (0.0, 10.2), (-0.4, 3.8)), alt)
