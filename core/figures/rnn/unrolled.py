"""The network unrolled over its last few steps, with its state and with the state erased; and folded, as a sketch."""

from typing import Any

import numpy as np
from jaxtyping import Float

from core.experiments.characters import visible
from core.experiments.rnn.features import Tracking, shares
from core.experiments.rnn.results import Erased, Read, Step, compare
from core.figures import style
from core.figures.palette import CATEGORY, DIVERGING, MUTED, SEQUENTIAL, TEXT
from core.figures.parts import scale
from core.figures.picture import Picture
from core.figures.style import HOVER, MONOSPACE, arrow, label, layout, percent, plain

EACH = 2  # units a feature in a state's column
HALF = 0.26  # width of a column, to either side
KEPT, GIVEN, ERASED = (
    (2.55, 3.75),
    1.95,
    (0.15, 1.35),
)  # heights: a state that was kept, the characters, one that was erased
MOST = 6  # steps in the picture
INPUT, STATE, OUTPUT = CATEGORY[1], CATEGORY[0], CATEGORY[2]  # the colours of W_ih, W_hh and W_ho


def unrolled(read: Read, tracking: Tracking, erased: Erased) -> Picture:
    """Draw the last steps twice: above as they were, below from a state of zeros on; at the right what comes next."""
    position, since = erased.position, erased.since
    steps = min(since + 2, MOST, position + 1)
    positions = list(range(position + 1 - steps, position + 1))
    late = list(range(max(0, steps - since), steps))  # the columns that were read after the erasing
    units = [unit for _, unit in tracking.rows(EACH)]
    signed = read.model != "rnn_relu"
    above = _column(shares(read.states[positions], tracking, units), list(range(steps)), KEPT, signed, "kept")
    below = _column(shares(erased.states[-len(late) :], tracking, units), late, ERASED, signed, "erased")
    arrows = []
    for column in range(steps):
        arrows.append(arrow((column, GIVEN + 0.22), (column, KEPT[0]), INPUT))
        arrows.append(arrow((column - 1 + HALF, _middle(KEPT)), (column - HALF, _middle(KEPT)), STATE))
    for column in late:
        arrows.append(arrow((column, GIVEN - 0.22), (column, ERASED[1]), INPUT))
        arrows.append(arrow((column - 1 + HALF, _middle(ERASED)), (column - HALF, _middle(ERASED)), STATE))
    arrows += [arrow((steps - 1 + HALF, _middle(h)), (steps - 0.35, _middle(h)), OUTPUT) for h in (KEPT, ERASED)]
    step = compare(read, erased)
    words = [
        label(late[0] - 0.62, _middle(ERASED) + 0.28, "zeros" if since == len(late) else f"zeros, {since} back"),
        label(-0.95, _middle(KEPT), "state<br>kept", STATE),
        label(-0.95, _middle(ERASED), "state<br>erased", STATE),
        *_outputs(step, steps),
    ]
    letters = {
        "type": "scatter",
        "mode": "text",
        "x": list(range(steps)),
        "y": [GIVEN] * steps,
        "text": [f"<b>{plain(visible(read.text[p]))}</b>" for p in positions],
        "textfont": {"size": 22, "color": TEXT, **MONOSPACE},
        "customdata": [f"character {p + 1} goes in: {plain(visible(read.text[p]))}" for p in positions],
        "hovertemplate": HOVER,
        "showlegend": False,
    }
    spec = {
        "data": [above, below, letters],
        "layout": layout(
            "The network, unrolled step by step",
            height=350,
            annotations=[*arrows, *words],
            margin={"l": 8, "r": 8, "t": 40, "b": 8},
            xaxis={"visible": False, "range": [-1.35, steps + 0.75], "fixedrange": True},
            yaxis={"visible": False, "range": [0.0, 3.9], "fixedrange": True},
        ),
    }
    rows = [(visible(c), round(100 * kept, 3), round(100 * lost, 3)) for c, kept, lost in step.likeliest]
    columns = ("next character", "with its state (%)", "with the state erased (%)")
    return Picture(spec, _describe(step, read), columns, rows)


def _describe(step: Step, read: Read) -> str:
    best, kept, lost = step.likeliest[0]
    return (
        f"The network unrolled up to character {step.position + 1}, twice. With its state it gives {visible(best)} "
        f"{percent(kept)}; with the state erased {step.since} characters before, {percent(lost)}. The same three matrices, "
        f"{', '.join(f'{m.rows} by {m.columns}' for m in read.matrices)}, are used at every step."
    )


def mechanism(read: Read, position: int, erased: Erased | None = None) -> Picture:
    """Draw the network folded: a character goes in, the state loops back, a guess comes out; the loop is cut if it was."""
    seen = visible(read.text[position])
    if erased:
        now, _, share = max(compare(read, erased).likeliest, key=lambda row: row[2])
    else:
        probabilities = read.probabilities(position)
        now, share = read.vocabulary[int(probabilities.argmax()) - 1], float(probabilities.max())
    loop = "M 5.6,1.95 C 7.2,3.4 2.8,3.4 4.4,1.95"
    box = {"type": "rect", "x0": 3.8, "x1": 6.2, "y0": 0.75, "y1": 1.95, "line": {"color": TEXT, "width": 2}}
    line = {"color": STATE, "width": 4, "dash": "dot" if erased else "solid"}
    annotations = [
        arrow((2.1, 1.35), (3.8, 1.35), INPUT),
        arrow((6.2, 1.35), (7.5, 1.35), OUTPUT),
        label(1.3, 1.35, f"<b>{plain(seen)}</b>", size=24),
        label(1.3, 0.55, "goes in", MUTED),
        label(5, 1.35, f"{read.states.shape[1]}<br>numbers"),
        label(5, 0.4, "the state", MUTED),
        label(8.9, 1.35, f"<b>{plain(visible(now))}</b> {percent(share)}", size=17),
        label(8.9, 0.55, "likely next", MUTED),
        label(5, 3.35, f"erased {erased.since} back" if erased else "handed on", STATE),
    ]
    spec = style.sketch(annotations, [box, {"type": "path", "path": loop, "line": line}], (0.2, 11.2), (0.1, 3.7))
    alt = (
        f"Sketch of the network: {seen} goes in, {read.states.shape[1]} numbers are kept and handed on to the next step, "
        f"{visible(now)} is the likeliest next character."
    )
    return Picture(spec, alt)


def _middle(height: tuple[float, float]) -> float:
    return sum(height) / 2


def _column(
    values: Float[np.ndarray, "unit steps"], at: list[int], height: tuple[float, float], signed: bool, how: str
) -> dict[str, Any]:
    """Return states as columns of cells with gaps between them."""
    edges: list[float] = []
    cells: list[list[float | None]] = [[] for _ in values]
    for place, column in enumerate(at):
        edges += [column - HALF, column + HALF]
        for row, unit in enumerate(values):
            if place:
                cells[row].append(None)
            cells[row].append(round(float(unit[place]), 3))
    return {
        "type": "heatmap",
        "x": edges,
        "y": [float(y) for y in np.linspace(height[1], height[0], len(values) + 1)],
        "z": cells,
        "zmin": -1.0 if signed else 0.0,
        "zmax": 1.0,
        "colorscale": scale(DIVERGING if signed else SEQUENTIAL),
        "showscale": False,
        "hoverongaps": False,
        "hovertemplate": f"a unit of the state that was {how}: at %{{z:.2f}} of its reach<extra></extra>",
    }


def _outputs(step: Step, steps: int) -> list[dict[str, Any]]:
    """Return what both chains end in: the likeliest next character, and the one that came in the state's colour."""
    found = []
    for height, which in ((KEPT, 1), (ERASED, 2)):
        rows = sorted(step.likeliest, key=lambda row: -float(row[which]))
        chosen = [
            row for number, row in enumerate(rows) if row[0] == step.came or number < 1 + (rows[0][0] == step.came)
        ]
        lines = [
            f"<span style='color:{OUTPUT if row[0] == step.came else TEXT}'><b>{plain(visible(row[0]))}</b> "
            f"{percent(float(row[which]))}</span>"
            for row in chosen[:2]
        ]
        found.append(label(steps + 0.2, _middle(height), "<br>".join(lines), size=17))
    return found
