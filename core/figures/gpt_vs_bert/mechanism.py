"""The two machines as sketches: which words reach which vectors, and what stands on either side of a blank."""

from typing import Any

from core.experiments.gpt_vs_bert.results import Moved
from core.figures.palette import CATEGORY, FAINT, GROUND, TEXT
from core.figures.picture import Picture
from core.figures.style import label, plain, shorten, sketch

CAUSAL, BOTH = CATEGORY[0], CATEGORY[1]
NAMES = ("SmolLM2, like GPT", "MiniLM, like BERT")


def fans(causal: Moved, both: Moved) -> Picture:
    """Draw, for each model, a line from the changed word to every vector that attends to it, as wide as its attention."""
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    counts = []
    for start, name, found, colour in ((0.0, NAMES[0], causal, CAUSAL), (5.2, NAMES[1], both, BOTH)):
        size = len(found.words)
        across = [start + 0.25 + 4.3 * n / max(size - 1, 1) for n in range(size)]
        taken = found.weights[found.first : found.first + size, found.first + found.changed]
        seers = [n for n in range(size) if taken[n] > 0]
        for n in seers:
            width = 1 + 22 * float(taken[n]) * (n != found.changed)
            ends = {"x0": across[found.changed], "y0": 0.75, "x1": across[n], "y1": 2.35}
            shapes.append({"type": "line", **ends, "line": {"color": colour, "width": min(width, 7)}, "opacity": 0.75})
        for n, x in enumerate(across):
            shapes += [_dot(x, 0.75, n == found.changed, colour), _dot(x, 2.35, n in seers, colour)]
        counts.append(len(seers))
        notes += [label(start, 3.35, f"<b>{name}</b>", colour, xanchor="left")]
        notes += [label(start, 2.85, f"{len(seers)} of {size} take from it", TEXT, size=14, xanchor="left")]
        word = plain(shorten(found.words[found.changed], 14))
        side: dict[str, Any] = {"xanchor": "left" if found.changed < size / 2 else "right"}
        notes += [label(across[found.changed], 0.25, f"<b>{word}</b>", colour, **side)]
    alt = (
        f"Sketch: {counts[0]} of {len(causal.words)} vectors in the causal model take something from word "
        f"{causal.changed + 1}, {causal.words[causal.changed]}; in the model that reads both sides {counts[1]} do."
    )
    return Picture(sketch(notes, shapes, (0.0, 10.0), (-0.1, 3.7)), alt)


def blank(
    left: int, right: int, seen: int, answers: tuple[str, str], names: tuple[str, str] = ("SmolLM2", "MiniLM")
) -> Picture:
    """Draw a blank with so many words on its left and right, `seen` of those on the right; and what each model says.

    The causal model sees the left ones alone when it has to fill the blank.
    """
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    size = left + 1 + right
    across = [0.3 + 9.2 * n / max(size - 1, 1) for n in range(size)]
    for y, name, visible, colour, answer in (
        (2.15, names[0], 0, CAUSAL, answers[0]), (0.35, names[1], seen, BOTH, answers[1])
    ):  # fmt: skip
        for n, x in enumerate(across):
            if n == left:
                notes.append(label(x, y, "<b>?</b>", TEXT, size=20))
            else:
                shapes.append(_dot(x, y, n < left or left < n <= left + visible, colour))
        said = f"<b>{name}</b> sees {left + visible} of {left + right}: <b>{plain(shorten(answer, 24))}</b>"
        notes.append(label(0.1, y + 0.75, said, colour, xanchor="left"))
    alt = (
        f"Sketch: {names[0]} sees the {left} words before the blank: {answers[0]}; {names[1]} sees {left + seen} of "
        f"{left + right} words: {answers[1]}."
    )
    return Picture(sketch(notes, shapes, (0.0, 10.0), (-0.1, 3.7)), alt)


def _dot(x: float, y: float, lit: bool, colour: str) -> dict[str, Any]:
    line = {"color": colour if lit else FAINT, "width": 2}
    ends = {"x0": x - 0.12, "x1": x + 0.12, "y0": y - 0.13, "y1": y + 0.13}
    return {"type": "circle", **ends, "line": line, "fillcolor": colour if lit else GROUND}
