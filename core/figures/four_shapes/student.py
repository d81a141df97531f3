"""One student: at the left the one step, at the right the probability for each number of hours, and the real students."""

from typing import Any

import numpy as np

from core.experiments.four_shapes.results import BINS, MOST_HOURS, Classed, Passing
from core.experiments.intervals import Counted
from core.figures.four_shapes.sketch import IN, OUT, SIMPLER, STATE
from core.figures.palette import MUTED, SEQUENTIAL, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, arrow, label, layout, percent, swatch

LEFT, RIGHT = [0.0, 0.24], [0.41, 1.0]  # on a phone the words at the left just have room


def student(found: Passing, classed: Classed, gpa: float, quiz: int, hours: int) -> Picture:
    """Draw the step and the curve; a point marks the student."""
    x = list(range(MOST_HOURS + 1))
    middle, low, high, plain = ([100 * float(v) for v in row] for row in
                                (found.middle, found.low, found.high, found.logistic))  # fmt: skip
    said = [f"{h} hours a week: {m:.1f} % to pass, between {a:.1f} and {b:.1f} %" for h, m, a, b in
            zip(x, middle, low, high, strict=True)]  # fmt: skip
    calm = {"type": "scatter", "mode": "lines", "x": x, "showlegend": False}
    traces = [
        {**calm, "y": low, "line": {"width": 0}, "hoverinfo": "skip"},
        {**calm, "y": high, "line": {"width": 0}, "hoverinfo": "skip", "fill": "tonexty", "fillcolor": SEQUENTIAL[2]},
        {**calm, "y": plain, "line": {"color": SIMPLER, "width": 2, "dash": "dash"}, "hovertemplate": HOVER,
         "customdata": [f"Logistic regression, {h} hours: {p:.1f} %" for h, p in zip(x, plain, strict=True)]},
        {**calm, "y": middle, "line": {"color": STATE, "width": 3}, "customdata": said, "hovertemplate": HOVER},
        _real(classed.passed),
        {"type": "scatter", "mode": "markers", "x": [hours], "y": [middle[hours]], "showlegend": False,
         "marker": {"color": OUT, "size": 16, "line": {"color": TEXT, "width": 2}}, "hovertemplate": HOVER,
         "customdata": [f"This student: {said[hours]}"]},
        {"type": "scatter", "mode": "markers", "x": [0], "y": [0], "xaxis": "x2", "yaxis": "y2", "hoverinfo": "skip",
         "marker": {"symbol": "square", "size": 34, "color": STATE}, "showlegend": False},
    ]  # fmt: skip
    step: dict[str, Any] = {"xref": "x2", "yref": "y2"}
    notes = [
        label(0, -1.25, f"grades {gpa:.1f}<br>quiz {quiz}<br>{hours} hours", IN, yanchor="top", **step),
        label(
            0, 1.25, f"passes:<br><b>{percent(float(found.middle[hours]))}</b>", OUT, size=18, yanchor="bottom", **step
        ),
        {**arrow((0, -1.2), (0, -0.4), IN), "xref": "x2", "yref": "y2", "axref": "x2", "ayref": "y2"},
        {**arrow((0, 0.4), (0, 1.2), OUT), "xref": "x2", "yref": "y2", "axref": "x2", "ayref": "y2"},
    ]
    still = {"visible": False, "fixedrange": True}
    key = (
        f"{swatch(STATE)} network (band: how unsure), {swatch(OUT)} this student,<br>"
        f"{swatch(SIMPLER)} logistic regression, {swatch(MUTED)} real students"
    )
    drawn = layout(
        "Will this student pass?", key, height=350, annotations=notes, margin={"l": 8, "r": 12, "t": 68, "b": 48},
        xaxis={"domain": RIGHT, "range": [-1, MOST_HOURS + 1], "fixedrange": True, "title": {"text": "hours of study a week"}},
        yaxis={"range": [0, 102], "fixedrange": True, "automargin": True, "title": {"text": "passes (%)"}, "anchor": "x"},
        xaxis2={**still, "domain": LEFT, "range": [-1, 1], "anchor": "y2"},
        yaxis2={**still, "range": [-3.2, 3.2], "anchor": "x2"},
    )  # fmt: skip
    alt = (
        f"A student with grades of {gpa:.1f}, {quiz} points in the quiz and {hours} hours of study passes with "
        f"{middle[hours]:.1f} %, the interval is {low[hours]:.1f} to {high[hours]:.1f} %; from 0 to {MOST_HOURS} hours "
        f"the line goes from {middle[0]:.1f} to {middle[-1]:.1f} %."
    )
    rows = [tuple(round(float(v), 2) for v in row) for row in zip(x, middle, low, high, plain, strict=True)]
    return Picture({"data": traces, "layout": drawn}, alt,
                   ("hours", "passes (%)", "from (%)", "to (%)", "logistic regression (%)"), rows)  # fmt: skip


def _real(passed: tuple[Counted, ...]) -> dict[str, object]:
    """Return the real students' dots, one for each group of hours, with their intervals."""
    middles = [float(np.mean(each)) for each in (*BINS[:-1], (20, 30))]
    shares = [100 * each.share for each in passed]
    names = [f"{low} to {high} hours" for low, high in BINS[:-1]] + [f"{BINS[-1][0]} hours or more"]
    return {
        "type": "scatter", "mode": "markers", "x": middles, "y": shares, "showlegend": False, "hovertemplate": HOVER,
        "marker": {"color": MUTED, "size": 10},
        "customdata": [f"Of {each.asked} real students with {name}, {percent(each.share)} passed"
                       for each, name in zip(passed, names, strict=True)],
        "error_y": {"type": "data", "symmetric": False, "color": MUTED, "thickness": 2, "width": 0,
                    "array": [100 * each.interval[1] - s for each, s in zip(passed, shares, strict=True)],
                    "arrayminus": [s - 100 * each.interval[0] for each, s in zip(passed, shares, strict=True)]},
    }  # fmt: skip
