"""A training as it goes on: what of its writing occurs in the text, and its bits a character beside what counting gets."""

import math
from collections.abc import Sequence
from typing import Any

from core.experiments.char_rnn.results import COUNTED, KINDS, MEASURES, STYLE, Counts, Run, rounded
from core.figures.palette import ACCENT, CATEGORY, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, label, layout, percent, swatch

COLOURS = dict(zip((*MEASURES, *STYLE), (CATEGORY[2], CATEGORY[1], ACCENT, CATEGORY[3]), strict=True))
START = 0.5  # of the first moment after the start: where "not a character yet" stands on a scale of logarithms


def _places(run: Run) -> list[float]:
    """Return where each moment stands: the characters read."""
    reads = [moment.read for moment in run.moments]
    return [float(read) or START * next(one for one in reads if one) for read in reads]


def _axis(places: Sequence[float]) -> dict[str, Any]:
    """Return the axis of characters read, with the start at its left end."""
    last = max(places)
    ticks = [10.0**n for n in range(3, 9) if places[0] * 1.5 < 10**n <= last * 1.1]
    names = [
        f"{int(10**n / 1000)}k" if n < 6 else f"{10 ** (n - 6)} M" for n in (round(math.log10(at)) for at in ticks)
    ]
    return {
        "type": "log", "range": [math.log10(places[0]) - 0.05, math.log10(last) + 0.06], "fixedrange": True,
        "tickvals": [places[0], *ticks], "ticktext": ["start", *names], "title": {"text": "characters read"},
    }  # fmt: skip


def stages(run: Run, counts: Counts, moment: int, text: str, style: bool = False) -> Picture:
    """Draw what share of its letter triples, words and word pairs occur in the text, over the training, marking `moment`.

    style: draw the share of pieces that a judge takes for the text, too.
    """
    measures = MEASURES | (STYLE if style else {})
    places = _places(run)
    traces: list[dict[str, Any]] = []
    for measure in measures:
        shares = [100 * float(getattr(one.shares, measure)) for one in run.moments]
        real, colour = 100 * float(getattr(counts.real, measure)), COLOURS[measure]
        traces.append({
            "type": "scatter", "mode": "lines+markers", "x": places, "y": shares, "line": {"color": colour, "width": 3},
            "marker": {"size": [13 if n == moment else 6 for n in range(len(places))], "color": colour},
            "showlegend": False, "hovertemplate": HOVER,
            "customdata": [f"After {rounded(one.read)} characters {share:.1f} % of its {_counted(measure, text)}"
                           for one, share in zip(run.moments, shares, strict=True)],
        })  # fmt: skip
        traces.append({"type": "scatter", "mode": "lines", "x": [places[0], places[-1]], "y": [real, real],
                       "line": {"color": colour, "width": 1.5, "dash": "dot"},
                       "showlegend": False, "hoverinfo": "skip"})  # fmt: skip
        half = run.reached(measure, counts.real)
        if not math.isnan(half):
            middle = (shares[0] + real) / 2
            traces.append({
                "type": "scatter", "mode": "markers", "x": [half], "y": [middle], "showlegend": False,
                "marker": {"symbol": "diamond-open", "size": 15, "color": colour, "line": {"width": 3}},
                "hovertemplate": f"Halfway after {rounded(half)} characters<extra></extra>",
            })  # fmt: skip
    line = {"type": "line", "x0": places[moment], "x1": places[moment], "y0": 0, "y1": 1, "yref": "paper", "layer": "below",
            "line": {"color": TEXT, "width": 1.5, "dash": "dot"}}  # fmt: skip
    key = "  ".join(f"{swatch(COLOURS[measure])} {words}" for measure, words in measures.items())
    drawn = layout(
        f"Its writing: how much is in {text}", key, height=290, margin={"l": 8, "r": 12, "t": 66, "b": 46},
        shapes=[line], xaxis=_axis(places),
        yaxis={"range": [-2, 104], "fixedrange": True, "automargin": True, "title": {"text": "found in the text (%)"}},
    )  # fmt: skip
    now = run.moments[moment].shares
    alt = f"Lines over the characters read: after {rounded(run.moments[moment].read)}, " + ", ".join(
        f"{percent(float(getattr(now, measure)))} of the {words} that it writes occur in {text} (real text: "
        f"{percent(float(getattr(counts.real, measure)))})" for measure, words in MEASURES.items()
    ) + "."  # fmt: skip
    columns = ("characters read", *(f"{words} (%)" for words in MEASURES.values()), "style (%)", "bits a character")
    rows = [
        (one.read, *(round(100 * float(getattr(one.shares, measure)), 1) for measure in MEASURES),
         "" if math.isnan(one.shares.style) else round(100 * one.shares.style, 1), round(one.bits, 3))
        for one in run.moments
    ]  # fmt: skip
    return Picture({"data": traces, "layout": drawn}, alt, columns, rows)


def _counted(measure: str, text: str) -> str:
    """Return what is counted, as the end of a sentence."""
    return f"pieces sound like {text}" if measure in STYLE else f"{MEASURES[measure]} occur in {text}"


def bits(run: Run | None, counts: Counts, text: str, moment: int = -1) -> Picture:
    """Draw the bits a character of a training (None: not begun) on held-out text, beside those of 1- to 5-grams."""
    places = _places(run) if run and len(run.moments) > 1 else [1_000.0, 1_000_000.0]
    traces: list[dict[str, Any]] = []
    notes = []
    for n, gram in enumerate(counts.grams, 1):
        traces.append({
            "type": "scatter", "mode": "lines", "x": [places[0], places[-1]], "y": [gram, gram], "showlegend": False,
            "line": {"color": MUTED, "width": 1.5, "dash": "dot"},
            "hovertemplate": HOVER, "customdata": [f"Counting {COUNTED[n - 1]}: {gram:.2f} bits a character"] * 2,
        })  # fmt: skip
        anchor = "top" if n == len(counts.grams) else "bottom"  # the last two are near each other
        words = f"counting {COUNTED[n - 1]}: {gram:.2f}"
        notes.append(label(math.log10(places[0]), gram, words, TEXT, xanchor="left", yanchor=anchor, size=14))
    top, low = counts.grams[0], min(counts.grams)
    rows: list[tuple[Any, ...]] = [(f"{n}-gram", "", "", round(gram, 3)) for n, gram in enumerate(counts.grams, 1)]
    alt = (
        f"Lines: 1- to 5-grams of {text} need "
        + ", ".join(f"{gram:.2f}" for gram in counts.grams)
        + " bits a character"
    )
    if run:
        name, values = KINDS[run.setting.kind], [one.bits for one in run.moments]
        top, low = max(top, min(values[0], top + 2)), min(low, *values)
        traces.append({
            "type": "scatter", "mode": "lines+markers", "x": places[: len(values)], "y": values, "showlegend": False,
            "line": {"color": ACCENT, "width": 3}, "hovertemplate": HOVER,
            "marker": {"color": ACCENT, "size": [13 if n == moment % len(values) else 6 for n in range(len(values))]},
            "customdata": [f"{name} after {rounded(one.read)} characters, {one.seconds:.0f} s: {one.bits:.2f} bits a character"
                           for one in run.moments],
        })  # fmt: skip
        rows += [(name, one.read, round(one.seconds, 1), round(one.bits, 3)) for one in run.moments]
        alt += f"; the {name} goes from {values[0]:.2f} to {values[-1]:.2f} in {rounded(run.last.read)} characters"
    drawn = layout(
        "Bits a character on held-out text",
        f"{swatch(ACCENT)} {KINDS[run.setting.kind]} in training" if run else "not begun",
        height=290, margin={"l": 8, "r": 12, "t": 66, "b": 46}, annotations=notes, xaxis=_axis(places),
        yaxis={"range": [low - 0.4, top + 0.35], "fixedrange": True, "automargin": True,
               "title": {"text": "bits (less is better)"}},
    )  # fmt: skip
    return Picture(
        {"data": traces, "layout": drawn}, f"{alt}.", ("model", "characters read", "seconds", "bits a character"), rows
    )
