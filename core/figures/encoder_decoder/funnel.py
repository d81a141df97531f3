"""The machine as a funnel: a sentence goes in, one vector goes on, a sentence comes out; what is lost is struck through."""

from collections.abc import Sequence
from functools import partial
from textwrap import shorten
from typing import Any

import numpy as np
from jaxtyping import Float

from core.experiments.encoder_decoder.results import Anchors, Damage, Example, Reading
from core.experiments.encoder_decoder.words import Spelled
from core.figures.palette import CATEGORY, DIVERGING, MUTED, SEQUENTIAL, TEXT
from core.figures.parts import scale
from core.figures.picture import Picture
from core.figures.style import label, layout, plain

WIDE, HIGH, LINE = 340, 190, 17  # the sketch in px, as wide as its column at the least, and a line of text in it
LETTERS, LINES, WORD = 45, 7, 22  # letters a line, lines in all, letters of a word
STRIP, CELLS = 20, 32  # height of the vector, and cells in each of its two rows

Word = tuple[str, bool]  # and whether it arrived


def through(example: Example) -> Picture:
    """Draw a held-out sentence on its way through the vector."""
    words = _words(example.anchors, "", example.written)
    return _funnel(words, example.vector, example.gloss or example.written, "one vector")


def through_damage(reading: Reading, damage: Damage, amount: float) -> Picture:
    """Draw the reader's sentence on its way through the damaged vector."""
    written = damage.texts[damage.at(amount)]
    words = _words(reading.anchors, reading.text, written)
    out = damage.glosses.get(written, written)
    return _funnel(
        words, damage.damaged(amount), out, f"damage {amount:g}" if amount else "one vector", damaged=amount > 0
    )


def spelled(found: Spelled) -> Picture:
    """Draw a word on its way through the vector of g2p-en: letters in, phonemes out."""
    words = [(letter, True) for letter in found.word]
    return _funnel(words, found.read[-1], " ".join(found.written), "one vector")


def _words(anchors: Anchors | None, text: str, written: str) -> list[Word]:
    if anchors is None:
        return [(word, True) for word in text.split()]
    return list(zip(anchors.words, anchors.arrived(written), strict=True))


def _funnel(
    words: Sequence[Word], vector: Float[np.ndarray, "wide"], out: str, says: str, *, damaged: bool = False
) -> Picture:
    above = _wrapped(words, LINES - 2)
    below = _wrapped([(word, True) for word in out.split()] or [("nothing", True)], LINES - len(above))
    slope = min(max((HIGH - LINE * (len(above) + len(below)) - STRIP - 10) / 2, 17), 36)
    top = LINE * len(above) + 3
    neck = (top + slope, top + slope + STRIP)
    end = neck[1] + slope
    left, right = 112, WIDE - 112
    border = {"color": TEXT if damaged else MUTED, "width": 3 if damaged else 1}
    shapes = [
        _slope(top, neck[0], left, is_lit=not damaged),
        _slope(end, neck[1], left),
        {"type": "rect", "x0": left, "x1": right, "y0": neck[0], "y1": neck[1], "line": border},
    ]
    middle = sum(neck) / 2
    line = partial(label, size=14, xanchor="left", yanchor="top", align="left")
    notes = [
        *(line(0, LINE * n, text) for n, text in enumerate(above)),
        *(line(0, end + 3 + LINE * n, text) for n, text in enumerate(below)),
        label(WIDE / 2, (top + neck[0]) / 2, "encoder", size=14),
        label(WIDE / 2, (end + neck[1]) / 2, "decoder", size=14),
        label(left - 6, middle, says, size=14, xanchor="right"),
        label(right + 6, middle, f"{len(vector)} numbers", size=14, xanchor="left"),
    ]
    spec = {
        "data": [_strip(vector, (left, right), neck)],
        "layout": layout(
            "",
            height=HIGH,
            annotations=notes,
            shapes=shapes,
            showlegend=False,
            margin={"l": 0, "r": 0, "t": 0, "b": 0},
            xaxis={"visible": False, "range": [0, WIDE], "fixedrange": True},
            yaxis={"visible": False, "range": [HIGH, 0], "fixedrange": True},
        ),
    }
    return Picture(spec, _describe(words, len(vector), out))


def _describe(words: Sequence[Word], numbers: int, out: str) -> str:
    lost = [word for word, arrived in words if not arrived]
    typed, written, named = (
        shorten(each, 180, placeholder=" …") for each in (" ".join(w for w, _ in words), out, ", ".join(lost))
    )
    said = f"; {len(lost)} did not arrive and are struck through: {named}" if lost else ""
    return f"Funnel: “{typed}” goes through {numbers} numbers and comes out as “{written or 'nothing'}”{said}."


def _slope(wide_at: float, narrow_at: float, narrow: float, *, is_lit: bool = False) -> dict[str, Any]:
    """Return one half of the funnel, from its open end to the neck."""
    corners = ((6, wide_at), (WIDE - 6, wide_at), (WIDE - narrow, narrow_at), (narrow, narrow_at))
    path = "M " + " L ".join(f"{x:g},{y:g}" for x, y in corners) + " Z"
    colour = SEQUENTIAL[3] if is_lit else SEQUENTIAL[1]
    return {"type": "path", "path": path, "fillcolor": colour, "line": {"width": 0}, "layer": "below"}


def _strip(vector: Float[np.ndarray, "wide"], x: tuple[float, float], y: tuple[float, float]) -> dict[str, Any]:
    """Return every so manieth number of the vector as two rows of cells."""
    chosen = np.linspace(0, len(vector) - 1, 2 * CELLS).astype(int)
    return {
        "type": "heatmap",
        "x": [float(v) for v in np.linspace(*x, CELLS + 1)],
        "y": [y[0], sum(y) / 2, y[1]],
        "z": [[round(float(vector[i]), 2) for i in row] for row in chosen.reshape(2, CELLS)],
        "zmin": -1,
        "zmax": 1,
        "colorscale": scale(DIVERGING),
        "showscale": False,
        "hovertemplate": "one of the vector's numbers: %{z:.2f}<extra></extra>",
    }


def _wrapped(words: Sequence[Word], most: int) -> list[str]:
    """Return words as at most so many lines; those that did not arrive are struck through."""
    lines: list[list[str]] = [[]]
    long = 0
    for word, arrived in words:
        shown = word if len(word) <= WORD else word[: WORD - 1] + "…"
        if long and long + 1 + len(shown) > LETTERS:
            if len(lines) == most:
                lines[-1].append("…")
                break
            lines.append([])
            long = 0
        struck = f"<span style='color:{CATEGORY[1]}'><s>{plain(shown)}</s></span>"
        lines[-1].append(plain(shown) if arrived else struck)
        long += 1 + len(shown)
    return [" ".join(line) for line in lines]
