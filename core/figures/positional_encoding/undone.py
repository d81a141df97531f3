"""A sentence through the Fourier transform and through a head, and both undone."""

from typing import Any

import numpy as np

from core.experiments.positional_encoding.results import HEAD_WIDTH, WIDTH, Undone
from core.figures.palette import ACCENT, CATEGORY, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.positional_encoding.common import box, piece_axis, sketch, tiny
from core.figures.style import HOVER, arrow, key, label, layout, plain

LIMIT = 3.0  # what undoing gives back is drawn up to so many times the size of what was put in


def undone(found: Undone) -> Picture:
    """Draw one number of every piece: as it was put in, and as it comes back from the Fourier transform and from the head."""
    size = max(float(np.abs(found.put_in).max()), 1e-6)
    traces: list[dict[str, Any]] = []
    ways: tuple[tuple[str, np.ndarray, str, dict[str, Any]], ...] = (
        ("put in", found.put_in, MUTED, {"width": 9}),
        ("back: Fourier", found.fourier, CATEGORY[1], {"width": 2.5, "dash": "dash"}),
        ("back: head", found.head, ACCENT, {"width": 3.5}),
    )
    for name, values, colour, look in ways:
        said = [f"{plain(token)}: {value:.3f} {name}" for token, value in zip(found.tokens, values, strict=True)]
        traces.append({
            "type": "scatter", "mode": "lines+markers", "name": name, "x": list(range(len(values))),
            "y": [round(float(v), 4) for v in values], "line": look | {"color": colour},
            "marker": {"color": colour, "size": 11 if colour == ACCENT else 6}, "customdata": said, "hovertemplate": HOVER,
        })  # fmt: skip
    top = min(LIMIT * size, 1.15 * max(float(np.abs(v).max()) for v in (found.put_in, found.head)))
    drawn = layout(
        "The number that comes back worst", key(traces), height=355,
        xaxis=piece_axis(found.tokens),
        yaxis={"title": {"text": "value"}, "fixedrange": True, "automargin": True, "range": [-top, top]},
    )  # fmt: skip
    alt = (
        f"Line chart over {len(found.tokens)} pieces: undone, the Fourier transform gives the numbers back with an error of "
        f"{tiny(found.errors[0])}, head {found.head_number} of layer {found.layer} with {tiny(found.errors[1])}."
    )
    rows = [
        (f"{n} {token}", *(round(float(v[n - 1]), 5) for v in (found.put_in, found.fourier, found.head)))
        for n, token in enumerate(found.tokens, 1)
    ]
    return Picture({"data": traces, "layout": drawn}, alt, ("piece", "put in", "back: Fourier", "back: head"), rows)


def undo_sketch(found: Undone) -> Picture:
    """Draw the two ways: through the transform and back, through the head and back, with the error of each."""
    shapes, notes = [box(0.1, 1.9, 1.55, 2.45)], [label(1.0, 2.0, "words")]
    kinds = (("Fourier", CATEGORY[1], False), (f"head {found.head_number}", ACCENT, True))
    for y, (name, colour, lit), error in zip((2.75, 0.35), kinds, found.errors, strict=True):
        middle = y + 0.45
        shapes += [box(2.5, 4.6, y, y + 0.9, lit=lit), box(5.2, 6.8, y, y + 0.9)]
        notes += [label(3.55, middle, f"<b>{name}</b>", colour), label(6.0, middle, "undo", TEXT)]
        notes += [arrow((1.9, 2.2 if y > 1 else 1.8), (2.5, middle), MUTED), arrow((4.6, middle), (5.2, middle), MUTED)]
        notes += [arrow((6.8, middle), (7.3, middle), MUTED)]
        notes += [label(8.6, middle, f"<b>{tiny(error)}</b> off", colour)]
    share = f"takes {HEAD_WIDTH} of {WIDTH} numbers"
    notes.append(label(2.5, 1.62, share, MUTED, size=14, xanchor="left"))
    alt = (
        f"Sketch: a sentence goes through the Fourier transform and through a head, and both are undone: {tiny(found.errors[0])} "
        f"off and {tiny(found.errors[1])} off."
    )
    return sketch(shapes, notes, alt)
