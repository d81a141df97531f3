"""Held out: how often each model is right on what none of them was trained on, with intervals, baselines and lengths."""

from typing import Any

from core.experiments.sentiment.results import (
    FILM,
    IN_ORDER,
    MODELS,
    NEGATED,
    PRODUCTS,
    TWEETS,
    HeldOut,
    Row,
    Tested,
    by_length,
    rows,
)
from core.figures.palette import ACCENT, CATEGORY, GROUND, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, arrow, key, label, layout, percent, sketch, swatch

SAID = {FILM: "film snippets", NEGATED: "with a word like “not”", TWEETS: "tweets", PRODUCTS: "product reviews"}
COLUMNS = ("model", "correct", "snippets", "share (%)", "95 % from", "95 % to")


def accuracy(tested: Tested, shuffled: Tested | None, name: str) -> Picture:
    """Draw the share of correct verdicts of each model and baseline; hollow: with each snippet's words shuffled, if read so."""
    found = rows(tested)
    best = max(found, key=lambda row: row.right)
    models = [row.name in MODELS.values() for row in found]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "name": "as written",
        "x": [round(100 * row.share, 2) for row in found],
        "y": list(range(len(found))),
        "error_x": _interval(found),
        "marker": {
            "size": 13,
            "color": [ACCENT if model else MUTED for model in models],
            "symbol": ["circle" if model else "diamond" for model in models],
        },
        "customdata": [
            f"{row.name}: {row.right:,} of {row.asked:,} correct; 95 % interval {100 * row.interval[0]:.1f} to "
            f"{100 * row.interval[1]:.1f} %" for row in found
        ],
        "hovertemplate": HOVER,
    }  # fmt: skip
    shares = {
        "type": "scatter",
        "mode": "text",
        "x": [round(100 * row.interval[1] + 0.6, 2) for row in found],
        "y": list(range(len(found))),
        "text": [f"  <b>{percent(row.share)}</b>" if row is best else f"  {percent(row.share)}" for row in found],
        "textposition": "middle right",
        "textfont": {"size": 15, "color": TEXT},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    mixed = rows(shuffled)[: len(IN_ORDER)] if shuffled else ()
    hollow = {
        "type": "scatter",
        "mode": "markers",
        "name": "its words shuffled",
        "x": [round(100 * row.share, 2) for row in mixed],
        "y": list(range(len(mixed))),
        "marker": {"size": 13, "color": CATEGORY[1], "symbol": "circle-open", "line": {"width": 2.5}},
        "customdata": [f"{row.name}, words shuffled: {row.right:,} of {row.asked:,} correct" for row in mixed],
        "hovertemplate": HOVER,
    }
    across = {"title": {"text": "correct (%), 95 % interval"}, "range": [45, 103], "fixedrange": True}
    spec = {
        "data": [dots, shares, *([hollow] if mixed else [])],
        "layout": layout(
            f"Correct of {len(tested.positive):,}: {name}",
            f"{swatch(ACCENT)} as written  ○ its words shuffled" if mixed else "",
            height=362,
            margin={"l": 8, "r": 16, "t": 66 if mixed else 40, "b": 48},
            showlegend=False,
            xaxis={**across, "tickvals": [50, 60, 70, 80, 90, 100]},
            yaxis={
                "tickmode": "array",
                "tickvals": list(range(len(found))),
                "ticktext": [row.name for row in found],
                "tickfont": {"size": 15},
                "range": [len(found) - 0.5, -0.5],
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
                "automargin": True,
            },
        ),
    }
    listed = ", ".join(f"{row.name} {percent(row.share)}" for row in found)
    table = [_cells(row) for row in found] + [(f"{row.name}, words shuffled", *_cells(row)[1:]) for row in mixed]
    return Picture(spec, f"Dots with intervals, correct verdicts on {name}: {listed}.", COLUMNS, table)


def lengths(tested: Tested, name: str) -> Picture:
    """Draw the share of correct verdicts against the snippets' length, a line a model."""
    bins = by_length(tested)
    names = [f"{low}–{high}" if high < 99 else f"{low} or more" for (low, high), _ in bins]
    traces = []
    for number, model in enumerate(MODELS.values()):
        of_model = [found[number] for _, found in bins]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": model,
                "x": [at + 0.05 * (number - 1.5) for at in range(len(names))],
                "y": [round(100 * row.share, 2) for row in of_model],
                "error_y": _interval(of_model),
                "line": {"color": CATEGORY[number], "width": 2.5, "dash": ("solid", "dash", "dot", "dashdot")[number]},
                "marker": {"size": 8},
                "customdata": [
                    f"{model}, {where} words: {row.right:,} of {row.asked:,} correct"
                    for where, row in zip(names, of_model, strict=True)
                ],
                "hovertemplate": HOVER,
            }
        )
    spec = {
        "data": traces,
        "layout": layout(
            f"By length: {name}",
            key(traces),
            height=360,
            xaxis={"title": {"text": "words and signs in the snippet"}, "tickmode": "array", "tickvals": list(range(len(names))),
                   "ticktext": names, "range": [-0.4, len(names) - 0.6], "fixedrange": True},
            yaxis={"title": {"text": "correct verdicts (%)"}, "fixedrange": True},
        ),
    }  # fmt: skip
    table = [(where, *_cells(row)) for where, (_, found) in zip(names, bins, strict=True) for row in found]
    first, last = (max(found, key=lambda row: row.right) for found in (bins[0][1], bins[-1][1]))
    alt = (
        f"Lines of correct verdicts on {name} by length: best at {names[0]} words the {first.name} with "
        f"{percent(first.share)}, at {names[-1]} the {last.name} with {percent(last.share)}."
    )
    return Picture(spec, alt, ("words", *COLUMNS), table)


def parts(held: HeldOut, name: str, asked: int) -> Picture:
    """Sketch how the film snippets are parted, with the part or the other set that is being counted lit up."""
    tested = len(held.film.positive)
    every, inside = held.train + held.tune + tested, name in (FILM, NEGATED)
    shapes, notes, left = (
        [],
        [label(0, 3.4, f"<b>{every:,} film snippets</b>, split by seed {held.seed}", xanchor="left")],
        0.0,
    )
    for number, (count, words) in enumerate(((held.train, "train"), (held.tune, "choose"), (tested, "test"))):
        width = 10 * count / every
        lit = number == 2 and inside
        box = {"type": "rect", "x0": left, "x1": left + width - 0.1, "y0": 1.75, "y1": 2.6}
        shapes.append(
            {**box, "line": {"color": ACCENT, "width": 2}, "fillcolor": ACCENT if lit else GROUND, "layer": "below"}
        )
        if number != 1:
            notes.append(
                label(left + width / 2 - 0.05, 2.17, words if number else f"{words} {count:,}", GROUND if lit else TEXT)
            )
        left += width
    if inside:
        notes += [
            arrow((9, 1.65), (9, 1.1), ACCENT),
            label(10, 0.65, f"<b>{asked:,} {SAID[name]}</b>", ACCENT, xanchor="right"),
        ]
    else:
        notes += [label(0, 0.65, "never seen in training:", MUTED, xanchor="left"),
                  label(10, 0.65, f"<b>{asked:,} {SAID[name]}</b>", ACCENT, xanchor="right")]  # fmt: skip
    alt = (
        f"Sketch: {held.train:,} film snippets to train on, {held.tune:,} to choose settings by, {tested:,} to test on; now "
        f"counted: {asked:,} {SAID[name]}."
    )
    return Picture(sketch(notes, shapes, (0.0, 10.0), (0.0, 3.9)), alt)


def _interval(found: list[Row] | tuple[Row, ...]) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [100 * (row.interval[1] - row.share) for row in found],
        "arrayminus": [100 * (row.share - row.interval[0]) for row in found],
        "thickness": 2,
        "color": TEXT,
    }


def _cells(row: Row) -> tuple[Any, ...]:
    return (row.name, row.right, row.asked, *(round(100 * v, 2) for v in (row.share, *row.interval)))
