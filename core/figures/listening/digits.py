"""A spoken digit: what a GRU believes after each frame, and how many of all recordings it names."""

from typing import Any

import numpy as np

from core.experiments.listening.results import DIGITS, DigitHeard, DigitScores
from core.figures.palette import ACCENT, CATEGORY, MUTED, SEQUENTIAL, TEXT
from core.figures.parts import scale
from core.figures.picture import Picture
from core.figures.style import HOVER, label, layout, percent

READERS = {"forwards": "GRU", "backwards": "same GRU, reversed", "trained": "GRU trained reversed"}


def digit(heard: DigitHeard, scores: DigitScores, order: str) -> Picture:
    """Draw the belief of one recording frame by frame, and beside it how many of all recordings are named."""
    belief, steps = heard.belief, len(heard.belief)
    hover = [
        [f"after {t + 1} of {steps} frames: “{DIGITS[d]}” has {percent(float(belief[t, d]))}" for t in range(steps)]
        for d in range(10)
    ]
    heat = {
        "type": "heatmap", "x": list(range(1, steps + 1)), "y": list(range(10)),
        "z": np.round(100 * belief.T.astype(float), 2).tolist(),
        "zmin": 0, "zmax": 100, "colorscale": scale(SEQUENTIAL), "showscale": False, "text": hover,
        "hovertemplate": "%{text}<extra></extra>",
    }  # fmt: skip
    said, at = DIGITS[heard.digit], heard.digit
    readers = [
        (READERS[order], scores.in_order(order), ACCENT),
        ("mean frame", scores.nearest, CATEGORY[1]),
        ("guessing", scores.asked // 10, MUTED),
    ]
    axis: dict[str, Any] = {"fixedrange": True, "showgrid": False, "zeroline": False}
    words = [label(0.0, n - 0.33, name, xref="x2", yref="y2", xanchor="left") for n, (name, _, _) in enumerate(readers)]
    words += [
        label(0.0, n + 0.33, f"<b>{right} of {scores.asked}</b>", xref="x2", yref="y2", xanchor="left")
        for n, (_, right, _) in enumerate(readers)
    ]
    above: dict[str, Any] = {"xref": "paper", "yref": "paper", "y": 1.0, "xanchor": "left", "yanchor": "bottom"}
    words += [
        label(0.0, text="belief after each frame", size=15, **above),
        label(0.64, text="all recordings", size=15, **above),
    ]
    # A frame round the row of what was said.
    line = {"color": TEXT, "width": 2}
    edge = {"type": "rect", "x0": 0.5, "x1": steps + 0.5, "y0": at - 0.5, "y1": at + 0.5, "line": line}
    drawn = layout(
        f"“{said.capitalize()}”, {'read forwards' if order == 'forwards' else 'reversed'}: {steps} frames",
        height=352, margin={"l": 8, "r": 8, "t": 58, "b": 46}, annotations=words, shapes=[edge], showlegend=False,
        xaxis={**axis, "domain": [0, 0.58], "range": [0.5, steps + 0.5], "title": {"text": "frames read"}},
        yaxis={**axis, "range": [9.5, -0.5], "tickmode": "array", "tickvals": list(range(10)),
               "ticktext": [f"<b>{name}</b>" if n == at else name for n, name in enumerate(DIGITS)], "automargin": True},
        xaxis2={**axis, "domain": [0.64, 1.0], "range": [0, 104], "anchor": "y2", "tickvals": [0, 50, 100],
                "title": {"text": "named (%)"}},
        yaxis2={**axis, "anchor": "x2", "range": [2.6, -0.6], "visible": False},
    )  # fmt: skip
    bars = [_score(n, right, scores, name, colour) for n, (name, right, colour) in enumerate(readers)]
    alt = (
        f"Heat map of ten digits by {steps} frames: after the last the GRU gives “{DIGITS[heard.said]}” "
        f"{percent(float(belief[-1].max()))}, “{said}” was said; beside it, of {scores.asked} recordings "
        f"it names {readers[0][1]}, the nearest average {scores.nearest}."
    )
    rows = [(t + 1, *(round(100 * float(p), 2) for p in belief[t])) for t in range(steps)]
    return Picture(
        {"data": [heat, *bars], "layout": drawn}, alt, ("frames read", *(f"{name} (%)" for name in DIGITS)), rows
    )


def _score(row: int, right: int, scores: DigitScores, name: str, colour: str) -> dict[str, Any]:
    low, high = (100 * share for share in scores.interval(right))
    share = 100 * right / scores.asked
    hover = f"{name}: {right} of {scores.asked}, {share:.1f} % (95 % interval {low:.1f} to {high:.1f} %)"
    guessed = name == "guessing"
    return {
        "type": "bar", "orientation": "h", "xaxis": "x2", "yaxis": "y2", "x": [round(share, 2)], "y": [row], "width": 0.3,
        "marker": {"color": colour}, "customdata": [f"{name}: one in ten" if guessed else hover], "hovertemplate": HOVER,
        **({} if guessed else {"error_x": {"type": "data", "symmetric": False, "array": [round(high - share, 2)],
                                           "arrayminus": [round(share - low, 2)], "color": TEXT, "thickness": 2}}),
    }  # fmt: skip


def after_each_share(scores: DigitScores) -> Picture:
    """Draw how many recordings the GRU that reads forwards names after a part of the frames."""
    shares = [round(100 * share) for share in scores.shares]
    right = [int(count) for count in scores.after]
    bounds = [[100 * bound for bound in scores.interval(count)] for count in right]
    values = [100 * count / scores.asked for count in right]
    said = [
        f"after {s} % of the frames: {count} of {scores.asked} named (95 % interval {low:.1f} to {high:.1f} %)"
        for s, count, (low, high) in zip(shares, right, bounds, strict=True)
    ]
    line = {
        "type": "scatter", "mode": "lines+markers", "x": shares, "y": [round(v, 2) for v in values], "customdata": said,
        "hovertemplate": HOVER, "line": {"color": ACCENT, "width": 3}, "marker": {"size": 8},
        "error_y": {"type": "data", "symmetric": False,
        "array": [round(h - v, 2) for v, (_, h) in zip(values, bounds, strict=True)],
                    "arrayminus": [round(v - low, 2) for v, (low, _) in zip(values, bounds, strict=True)], "color": TEXT},
    }  # fmt: skip
    drawn = layout(
        "When is a digit clear?", f"{scores.asked} recordings, the GRU that reads forwards", height=360, showlegend=False,
        xaxis={"title": {"text": "of the recording heard (%)"}, "fixedrange": True, "showgrid": False},
        yaxis={"title": {"text": "named (%)"}, "fixedrange": True, "range": [0, 104]},
    )  # fmt: skip
    half = shares.index(50)
    alt = (
        f"Line chart: after half of the frames the GRU names {values[half]:.1f} % of {scores.asked} recordings, after 80 % of "
        f"them {values[shares.index(80)]:.1f} %, after all {values[-1]:.1f} %."
    )
    return Picture(
        {"data": [line], "layout": drawn}, alt, ("heard (%)", "named"), list(zip(shares, right, strict=True))
    )
