"""The sketches of the lesson on vanishing gradients: a gradient on its way back through the steps, and a clipped one."""

from itertools import pairwise
from typing import Any

from core.experiments.vanishing_gradients.results import NAMES, Cliff, Curve, Reading
from core.figures.palette import CATEGORY, GROUND, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import HOVER, arrow, label, layout
from core.figures.vanishing_gradients.numbers import LINES, amount, part

STEPS = ((9.2, 0), (6.7, 1), (4.2, 2))  # where the last steps stand, and how far back they are
FIRST = 0.8  # where the step of the claim stands
LIT = CATEGORY[1]


def mechanism(rnn: Curve, lstm: Curve) -> Picture:
    """Draw both on their way back: the plain RNN above, below the LSTM with its forget gates as open as they are."""
    shown = f"LSTM, gate {100 * (lstm.kept or 0.0):.0f} % open: × {lstm.factor:.2f} a step"
    return _lanes((rnn, f"plain RNN: × {rnn.factor:.2f} a step", TEXT, None), (lstm, shown, LIT, lstm.kept))


def trained(found: Reading, kind: str) -> Picture:
    """Draw one trained model's gradient on its way back, above before the training."""
    after, before = found.pair(kind)
    states = ((before, "untrained", TEXT), (after, "trained", LIT))
    return _lanes(
        *((one, f"{NAMES[kind]}, {how}: × {one.factor:.2f} a step", colour, None) for one, how, colour in states)
    )


Lane = tuple[Curve, str, str, float | None]


def _lanes(*lanes: Lane) -> Picture:
    """Draw each model's last steps in a row, darker where more gradient arrives; the lit lane has a gate, if it has one."""
    annotations: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    data = []
    reach = lanes[0][0].reach
    for (curve, title, colour, gate), height in zip(lanes, (2.75, 0.75), strict=True):
        left = curve.left()
        stops = [(x, back) for x, back in STEPS if back < len(left)]
        if reach > 2:
            stops.append((FIRST, reach))
        shares = [float(left[back]) for _, back in stops]
        ends = [x for x, _ in stops]
        for start, end in pairwise(ends):
            annotations.append(arrow((start - 0.5, height), (end + 0.5, height), LINES[curve.kind][0]))
            middle = (start + end) / 2
            if end == FIRST:
                annotations.append(label(middle, height, " … ", size=18, bgcolor=GROUND))
            elif gate is not None:  # two blades with a gap as wide as the gate is open
                line = {"color": LIT, "width": 5}
                for sign in (1, -1):
                    blade = {"x0": middle, "x1": middle, "y0": height + sign * 0.5, "y1": height + sign * 0.5 * gate}
                    shapes.append({"type": "line", "line": line, **blade})
        annotations.append(label(-0.2, height + 0.86, title, colour, size=16, xanchor="left"))
        dots = {"size": 26, "color": LINES[curve.kind][0], "line": {"width": 2, "color": TEXT}}
        dots |= {"opacity": [min(1.0, max(share, 0.06)) for share in shares]}
        hover = [f"{back} back: {part(share)} is left" for (_, back), share in zip(stops, shares, strict=True)]
        lane = {"type": "scatter", "mode": "markers", "x": ends, "y": [height] * len(ends), "marker": dots}
        data.append({**lane, "customdata": hover, "hovertemplate": HOVER, "showlegend": False})
    names = {0: "last step"} | {back: f"{back} back" for back in (1, 2, reach) if 0 < back <= reach}
    places = {back: x for x, back in STEPS} | ({reach: FIRST} if reach > 2 else {})
    annotations += [label(places[back], -0.12, name, size=14) for back, name in names.items()]
    said = "; ".join(f"{title.split(':')[0]}: {part(curve.far)}" for curve, title, *_ in lanes)
    return Picture(
        {"data": data, "layout": _bare(annotations, shapes, [-0.3, 10.2], [-0.4, 4.05])},
        f"Sketch of a gradient that goes back from step to step; left {reach} back: {said}.",
    )


def clipping(cliff: Cliff) -> Picture:
    """Draw what an update does: the weights make a gradient, which is cut to the limit before it moves them."""
    cut = min(cliff.norm, cliff.limit)
    moved = f"the weights move by {amount(cliff.rate * cut)}"
    boxes: list[tuple[float, str, str]] = [(1.5, f"weights<br>scale {cliff.scale:.2f}", LIT)]
    boxes += [(5.0, f"gradient<br>{amount(cliff.norm)} long", TEXT), (8.5, f"cut to<br>{cut:.2g}", TEXT)]
    shapes: list[dict[str, Any]] = []
    annotations = [label(5.0, 0.45, moved, size=16), label(5.0, 3.65, f"one update, number {cliff.at}", size=16)]
    for x, words, colour in boxes:
        line = {"color": colour, "width": 2.5}
        shapes.append({"type": "rect", "x0": x - 1.4, "x1": x + 1.4, "y0": 1.6, "y1": 3.2, "line": line})
        annotations.append(label(x, 2.4, words, colour, size=16))
    annotations += [arrow((x + 1.4, 2.4), (x + 2.1, 2.4), MUTED, 3) for x, *_ in boxes[:2]]
    back = {"type": "path", "path": "M 8.5,1.6 L 8.5,0.9 L 1.5,0.9", "line": {"color": MUTED, "width": 3}}
    annotations.append(arrow((1.5, 0.9), (1.5, 1.6), MUTED, 3))
    alt = (
        f"Sketch of update {cliff.at}: at scale {cliff.scale:.2f} the weights have a gradient {amount(cliff.norm)} long, cut "
        f"to {cut:.2g}; {moved}."
    )
    data = [{"type": "scatter", "x": [None], "y": [None], "showlegend": False, "hoverinfo": "skip"}]
    return Picture({"data": data, "layout": _bare(annotations, [*shapes, back], [0, 10], [0.1, 4.0])}, alt)


def _bare(
    annotations: list[dict[str, Any]], shapes: list[dict[str, Any]], wide: list[float], high: list[float]
) -> dict[str, Any]:
    """Return the layout of a sketch: no axes, no margins."""
    axes: dict[str, Any] = {"visible": False, "fixedrange": True}
    frame: dict[str, Any] = {"annotations": annotations, "shapes": shapes, "margin": {"l": 0, "r": 0, "t": 0, "b": 0}}
    return layout("", height=190, xaxis={**axes, "range": wide}, yaxis={**axes, "range": high}, **frame)
