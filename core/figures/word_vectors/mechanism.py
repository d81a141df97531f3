"""The machines as sketches: skip-gram on a passage of the text, a table that is looked up, and one word in two sentences."""

from collections.abc import Sequence
from typing import Any

from core.experiments.word_vectors.results import Learned, SensesRead
from core.figures.palette import ACCENT, CATEGORY, GROUND, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import arrow, label, percent, plain, shorten, sketch

OTHER = CATEGORY[1]
WIDE, HIGH = (0.0, 10.0), (-0.1, 4.0)


def skip_gram(learned: Learned, window: int, stage: int) -> Picture:
    """Draw a passage: the middle word is pulled to the words in its window, and pushed from words that were drawn."""
    middle = len(learned.passage) // 2
    shown = [n for n in range(len(learned.passage)) if abs(n - middle) <= 2]
    pulled, pushed = (float(value) for value in learned.foretold[stage])
    notes: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    for place, n in enumerate(shown):
        x, near = 1.0 + 2.0 * place, 0 < abs(n - middle) <= window
        word = plain(shorten(learned.passage[n], 8))
        colour = ACCENT if near or n == middle else MUTED
        notes.append(label(x, 3.0, f"<b>{word}</b>" if n == middle else word, colour, size=17 if n == middle else 15))
        if near:
            top = 3.35 + 0.12 * abs(n - middle)
            shapes.append({"type": "path", "path": f"M 5,3.3 Q {(5 + x) / 2},{top + 0.4} {x},3.3",
                           "line": {"color": ACCENT, "width": 3}})  # fmt: skip
    notes.append(
        label(5, 2.25, f"its neighbours: pulled near,<br>now a probability of <b>{percent(pulled)}</b>", ACCENT)
    )
    for place, word in enumerate(learned.drawn):
        notes.append(label(2.0 + 3.0 * place, 1.2, plain(shorten(word, 8)), OTHER))
        shapes.append({"type": "line", "x0": 5, "y0": 1.7, "x1": 2.0 + 3.0 * place, "y1": 1.45,
                       "line": {"color": OTHER, "width": 1.5, "dash": "dot"}})  # fmt: skip
    notes.append(
        label(5, 0.4, f"words drawn at random: pushed away,<br>now a probability of <b>{percent(pushed)}</b>", OTHER)
    )
    alt = (
        f"Sketch: {learned.passage[middle]} is pulled to the words at most {window} away, whose probability is now "
        f"{percent(pulled)}, and pushed from words drawn at random, at {percent(pushed)}."
    )
    return Picture(sketch(notes, shapes, WIDE, HIGH), alt)


def chain(parts: Sequence[tuple[str, str]], lit: int) -> Picture:
    """Draw boxes from left to right, each with what it is called and what is in it; box `lit` is what the control moves."""
    each = 10 / len(parts)
    notes: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    for n, (name, inside) in enumerate(parts):
        left, right, colour = n * each + 0.1, (n + 1) * each - 0.45, ACCENT if n == lit else MUTED
        box = {"type": "rect", "x0": left, "x1": right, "y0": 0.7, "y1": 2.9, "fillcolor": GROUND, "layer": "below"}
        shapes.append({**box, "line": {"color": colour, "width": 3 if n == lit else 1.5}})
        notes.append(label((left + right) / 2, 3.3, plain(name), colour))
        lines = "<br>".join(plain(shorten(line, 12)) for line in inside.split("\n"))
        notes.append(label((left + right) / 2, 1.8, lines, TEXT))
        if n + 1 < len(parts):
            notes.append(arrow((right + 0.05, 1.8), (right + 0.5, 1.8), MUTED))
    said = "; ".join(f"{name}: {inside}".replace("\n", " ") for name, inside in parts)
    return Picture(sketch(notes, shapes, WIDE, HIGH), f"Sketch from left to right. {said}.")


def two_sentences(read: SensesRead) -> Picture:
    """Draw the two sentences of a word, the one vector that GloVe has for it and the two that the encoder makes."""
    notes: list[dict[str, Any]] = []
    for row, (sentence, lean) in enumerate(zip(read.sentences, read.leans, strict=True)):
        y = 3.55 - 0.62 * row
        notes.append(label(0, y, f"{row + 1} {plain(shorten(sentence, 42))}", TEXT, xanchor="left", size=14))
        x = 5.4 + 2.6 * row
        cue = read.cues[0] if lean > 0 else read.cues[1]
        notes.append(label(x, 0.35, f"<b>●</b> {row + 1}<br>{plain(shorten(cue, 9))}", ACCENT))
    word = plain(shorten(read.word, 10))
    notes += [label(1.4, 1.9, f"GloVe, <b>{word}</b>", OTHER), label(6.7, 1.9, f"MiniLM, <b>{word}</b>", ACCENT)]
    notes.append(label(6.7, 1.25, f"cosine of the two: {read.alike:.2f}", ACCENT, size=14))
    if read.glove is None:
        notes.append(label(1.4, 0.35, "no vector", OTHER))
    else:
        cue = read.cues[0] if read.glove > 0 else read.cues[1]
        notes += [label(1.4, 1.25, "one for both", OTHER, size=14)]
        notes.append(label(1.4, 0.35, f"<b>■</b> 1 and 2<br>{plain(shorten(cue, 9))}", OTHER))
    shapes = [{"type": "line", "x0": 3.2, "x1": 3.2, "y0": -0.1, "y1": 2.1, "line": {"color": MUTED, "width": 1}}]
    alt = (
        f"Sketch: {read.word} in two sentences; MiniLM's two vectors have cosine {read.alike:.2f}, and GloVe has one vector "
        "for both."
    )
    return Picture(sketch(notes, shapes, WIDE, HIGH), alt)
