"""The four shapes as sketches, the open one lit, with how many steps take something in and give something out."""

from core.experiments.four_shapes.results import SHAPES, Shape
from core.figures import style
from core.figures.palette import ACCENT, CATEGORY, MUTED
from core.figures.picture import Picture
from core.figures.style import arrow, label

IN, STATE, OUT, SIMPLER = CATEGORY[1], ACCENT, CATEGORY[2], CATEGORY[3]
LOW, MIDDLE, HIGH = 0.75, 1.75, 2.75


def _columns(shape: Shape) -> tuple[int, set[int], set[int]]:
    """Return how many steps a sketch has, and which of them take something in and give something out."""
    return {
        "one to one": (1, {0}, {0}),
        "many to one": (3, {0, 1, 2}, {2}),
        "one to many": (3, {0}, {0, 1, 2}),
        "many to many": (4, {0, 1}, {2, 3}),
    }[shape]


def mechanism(shape: Shape, goes_in: str, comes_out: str) -> Picture:
    """Draw all four; `goes_in` and `comes_out` say what and how many, of the open one."""
    notes, traces, left = [], [], 0.5
    for each in SHAPES:
        count, ins, outs = _columns(each)
        lit = each == shape
        colours = (IN, STATE, OUT) if lit else (MUTED, MUTED, MUTED)
        xs = [left + 0.62 * n for n in range(count)]
        for x, n in zip(xs, range(count), strict=True):
            if n in ins:
                notes.append(arrow((x, LOW + 0.2), (x, MIDDLE - 0.22), colours[0], 2))
            if n in outs:
                notes.append(arrow((x, MIDDLE + 0.22), (x, HIGH - 0.2), colours[2], 2))
            if n:
                notes.append(arrow((xs[n - 1] + 0.15, MIDDLE), (x - 0.15, MIDDLE), colours[1], 2))
        for y, chosen, colour, symbol in (
            (LOW, ins, colours[0], "circle"),
            (MIDDLE, set(range(count)), colours[1], "square"),
            (HIGH, outs, colours[2], "circle"),
        ):
            traces.append({
                "type": "scatter", "mode": "markers", "x": [xs[n] for n in sorted(chosen)], "y": [y] * len(chosen),
                "marker": {"color": colour, "size": 13, "symbol": symbol}, "hoverinfo": "skip", "showlegend": False,
            })  # fmt: skip
        first, _, last = each.partition(" to ")
        middle = (xs[0] + xs[-1]) / 2
        words = f"{first}<br>to {last}"
        notes.append(label(middle, 3.6, f"<b>{words}</b>" if lit else words, STATE if lit else MUTED, size=14))
        left = xs[-1] + 1.35
    notes.append(label(0.0, 0.0, f"in: {goes_in}", IN, xanchor="left"))
    notes.append(label(left - 0.95, 0.0, f"out: {comes_out}", OUT, xanchor="right"))
    alt = f"Sketch of four shapes; lit is {shape}: in {goes_in}, out {comes_out}."
    return Picture(style.sketch(notes, [], (-0.1, left - 0.85), (-0.35, 4.1), traces=traces), alt)
