"""Held out: how often each model is right on what none of them was trained on, with intervals, baselines and lengths."""

from typing import Any

from core.experiments.sentiment.results import FILM, MODELS, HeldOut, Row, Tested, by_length, rows
from core.figures.palette import ACCENT, CATEGORY, GROUND, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, arrow, label, layout, percent, sketch

COLUMNS = ("model", "correct", "snippets", "share (%)", "95 % from", "95 % to")


def accuracy(tested: Tested, name: str) -> Picture:
    """Draw the share of correct verdicts of each model and baseline on one set of snippets."""
    found = rows(tested)
    best = max(found, key=lambda row: row.right)
    order = [row.name for row in found]
    dots = {
        "type": "scatter",
        "mode": "markers+text",
        "x": [round(100 * row.share, 2) for row in found],
        "y": list(range(len(found))),
        "error_x": _interval(found),
        "marker": {
            "size": 13,
            "color": [ACCENT if row.name in MODELS.values() else MUTED for row in found],
            "symbol": ["circle" if row.name in MODELS.values() else "diamond" for row in found],
        },
        "text": [f"<b>{percent(row.share)}</b>" if row is best else percent(row.share) for row in found],
        "textposition": "top center",
        "textfont": {"size": 15, "color": TEXT},
        "customdata": [
            f"{row.name}: {row.right:,} of {row.asked:,} correct; 95 % interval {100 * row.interval[0]:.1f} to "
            f"{100 * row.interval[1]:.1f} %" for row in found
        ],
        "hovertemplate": HOVER,
    }  # fmt: skip
    spec = {
        "data": [dots],
        "layout": layout(
            f"Correct of {len(tested.positive):,}: {name}",
            height=375,
            margin={"l": 8, "r": 20, "t": 40, "b": 48},
            showlegend=False,
            xaxis={"title": {"text": "correct verdicts (%); bars: 95 % interval"}, "range": [40, 100], "fixedrange": True},
            yaxis={
                "tickmode": "array",
                "tickvals": list(range(len(found))),
                "ticktext": order,
                "tickfont": {"size": 15},
                "range": [len(found) - 0.6, -0.8],
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
                "automargin": True,
            },
            shapes=[{"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 3.5, "y1": 3.5, "line": {"color": MUTED, "width": 1, "dash": "dot"}}],
        ),
    }  # fmt: skip
    listed = ", ".join(f"{row.name} {percent(row.share)}" for row in found)
    return Picture(spec, f"Dots with intervals, correct verdicts on {name}: {listed}.", COLUMNS, [_cells(r) for r in found])


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
            height=360,
            margin={"l": 8, "r": 16, "t": 84, "b": 48},
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
    every, inside = held.train + held.tune + tested, name in (FILM, "with a negation", "words shuffled")
    shapes, notes, left = [], [label(0, 3.4, f"<b>{every:,} film snippets</b>, split by seed {held.seed}", xanchor="left")], 0.0
    for number, (count, words) in enumerate(((held.train, "train"), (held.tune, "choose"), (tested, "test"))):
        width = 10 * count / every
        lit = number == 2 and inside
        box = {"type": "rect", "x0": left, "x1": left + width - 0.1, "y0": 1.75, "y1": 2.6}
        shapes.append({**box, "line": {"color": ACCENT, "width": 2}, "fillcolor": ACCENT if lit else GROUND, "layer": "below"})
        if number != 1:
            notes.append(label(left + width / 2 - 0.05, 2.17, f"{words} {count:,}", GROUND if lit else TEXT))
        left += width
    if inside:
        notes += [arrow((9, 1.65), (9, 1.1), ACCENT), label(10, 0.65, f"<b>{asked:,} {name}</b>", ACCENT, xanchor="right")]
    else:
        notes += [label(0, 0.65, "never seen in training:", MUTED, xanchor="left"),
                  label(10, 0.65, f"<b>{asked:,} {name}</b>", ACCENT, xanchor="right")]  # fmt: skip
    alt = (
        f"Sketch: {held.train:,} film snippets to train on, {held.tune:,} to choose settings by, {tested:,} to test on; now "
        f"counted: {asked:,} {name}."
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
