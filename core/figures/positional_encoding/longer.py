"""How well models read further than they were trained to, one line for each way to mark positions."""

from typing import Any

from core.experiments.positional_encoding.results import KINDS, LONGEST, TRAINED, Longer
from core.figures.palette import ACCENT, CATEGORY, MUTED, SEQUENTIAL, TEXT
from core.figures.picture import Picture
from core.figures.positional_encoding.common import box, sketch
from core.figures.style import HOVER, arrow, key, label, layout

NAMES = {"learned": "learned", "sinusoidal": "sines", "rotary": "rotary", "none": "no positions"}
LOOKS = {
    "learned": (CATEGORY[1], "solid"), "sinusoidal": (CATEGORY[3], "dash"), "rotary": (CATEGORY[0], "dashdot"),
    "none": (CATEGORY[2], "dot"),
}  # fmt: skip


def longer(found: Longer, length: int, only_last: bool) -> Picture:
    """Draw the bits a character against the position, with `length` marked; `only_last`: the last 64 characters are read."""
    traces: list[dict[str, Any]] = []
    curves = found.smooth
    ends = list(range(1, LONGEST + 1))
    for number, kind in enumerate(KINDS):
        colour, dash = LOOKS[kind]
        values = [float(v) for v in curves[number]]
        if only_last:
            values = [v if n <= TRAINED else float(found.window[number]) for n, v in zip(ends, values, strict=True)]
        said = [f"{NAMES[kind]}: {v:.2f} bits after {n} characters" for n, v in zip(ends, values, strict=True)]
        traces.append({
            "type": "scatter", "mode": "lines", "name": NAMES[kind], "x": ends[3:], "y": [round(v, 3) for v in values[3:]],
            "line": {"color": colour, "width": 3.5, "dash": dash}, "customdata": said[3:], "hovertemplate": HOVER,
        })  # fmt: skip
        traces.append({
            "type": "scatter", "mode": "markers", "x": [length], "y": [round(values[length - 1], 3)], "hovertemplate": HOVER,
            "marker": {"color": colour, "size": 12}, "customdata": [said[length - 1]], "showlegend": False,
        })  # fmt: skip
    level = {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": found.frequencies, "y1": found.frequencies,
             "line": {"color": MUTED, "width": 2, "dash": "dot"}}  # fmt: skip
    top = 1.08 * float(curves[:, 8:].max())
    trained = {"type": "rect", "x0": 0, "x1": TRAINED, "y0": 0, "y1": 1, "yref": "paper", "line": {"width": 0},
               "fillcolor": SEQUENTIAL[0], "layer": "below", "opacity": 0.6}  # fmt: skip
    mark = {"type": "line", "x0": length, "x1": length, "y0": 0, "y1": 1, "yref": "paper",
            "line": {"color": TEXT, "width": 1.5, "dash": "dot"}}  # fmt: skip
    drawn = layout(
        "Bits a character, " + ("last 64 read alone" if only_last else "all so far read"),
        key(traces), height=338, margin={"t": 64, "b": 48}, shapes=[trained, level, mark],
        annotations=[label(TRAINED / 2, 0.99, "trained on these", yref="paper", yanchor="top", size=14),
                     label(0, found.frequencies, "letter counts alone", xref="paper", xanchor="left", yanchor="top",
                           size=14)],
        xaxis={"title": {"text": "characters read"}, "range": [0, LONGEST + 2], "fixedrange": True,
               "tickvals": [1, 64, 128, 192, 256]},
        yaxis={"title": {"text": "bits a character"}, "range": [1.5, top], "fixedrange": True, "automargin": True},
    )  # fmt: skip
    bits = zip(KINDS, bits_at(found, length, only_last), strict=True)
    here = ", ".join(f"{NAMES[kind]} {value:.2f}" for kind, value in bits)
    alt = f"Line chart of bits a character over {LONGEST} positions, trained on {TRAINED}: after {length} characters {here}."
    rows = [
        *((str(n), *curves[:, n - 1].round(3).tolist()) for n in range(4, LONGEST + 1, 4)),
        (f"last {TRAINED} alone", *found.window.astype(float).round(3).tolist()),
    ]
    return Picture({"data": traces, "layout": drawn}, alt, ("characters read", *NAMES.values()), rows)


def bits_at(found: Longer, length: int, only_last: bool) -> list[float]:
    """Return the bits of each kind after so many characters, as drawn."""
    values = found.window if only_last and length > TRAINED else found.at(length)
    return [float(v) for v in values]


def length_sketch(found: Longer, length: int, only_last: bool) -> Picture:
    """Draw the text as a band: what was trained on, what is read now, and which positions have never been seen."""
    start, end = 0.3, 9.7
    unit = (end - start) / LONGEST
    first = length - TRAINED if only_last and length > TRAINED else 0
    x, seen = start + unit * length, start + unit * TRAINED
    shapes = [box(start, end, 2.2, 2.9)]
    shapes.append(box(start, seen, 2.2, 2.9, fillcolor=SEQUENTIAL[1]))
    shapes.append(box(start + unit * first, x, 1.15, 1.85, lit=True))
    size = length - first
    never = max(0, size - TRAINED)
    news = f"{never} of them never seen in training" if never else "all of them known from training"
    left: dict[str, Any] = {"xanchor": "left"}
    notes = [
        label(start, 3.35, f"trained: {TRAINED}", MUTED, size=14, **left),
        label(start, 0.2, news, size=14, **left),
    ]
    notes += [label(end, 3.35, f"{LONGEST} characters", MUTED, size=14, xanchor="right")]
    notes += [label(start, 0.7, f"<b>reads {size}</b> at positions 1 to {size}", ACCENT, **left)]
    notes.append(arrow((x, 3.3), (x, 2.9), ACCENT))
    alt = (
        f"Sketch: a text of {LONGEST} characters; the model reads {size} up to character {length} and was trained on {TRAINED}, "
        f"so {never} positions are new to it."
    )
    return sketch(shapes, notes, alt)
