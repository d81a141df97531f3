"""The machine as a sketch: text goes in, each next character gets a probability; and one number of its state."""

from typing import Any

from core.experiments.char_rnn.results import KINDS, Coloured, Run, rounded
from core.experiments.characters import visible
from core.figures.palette import ACCENT, GROUND, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import arrow, label, percent, plain, sketch

WIDE, HIGH = (0.0, 10.0), (-0.2, 4.0)


def _box(words: str, left: float, right: float) -> tuple[dict[str, Any], dict[str, Any]]:
    box = {"type": "rect", "x0": left, "x1": right, "y0": 0.7, "y1": 3.1, "fillcolor": GROUND, "layer": "below",
           "line": {"color": ACCENT, "width": 3}}  # fmt: skip
    return box, label((left + right) / 2, 1.9, words, ACCENT)


def reading(run: Run, moment: int) -> Picture:
    """Draw the run's prompt on its way through the model to the next character's probabilities, at a moment of the training."""
    now = run.moments[moment]
    name, read = KINDS[run.setting.kind], rounded(now.read)
    box, said = _box(f"<b>{name}</b><br>{run.setting.size} units<br>{read}<br>read", 3.3, 6.1)
    prompt = "".join(visible(c) if c == "\n" else c for c in run.prompt)
    notes = [
        label(1.3, 3.5, "it has read", MUTED), label(8.1, 3.5, "it expects next", MUTED), said,
        label(2.75, 1.9, plain(prompt[-12:]), TEXT, xanchor="right"),
        arrow((2.8, 1.9), (3.25, 1.9), MUTED), arrow((6.15, 1.9), (6.6, 1.9), MUTED),
    ]  # fmt: skip
    shapes = [box]
    for row, (character, share) in enumerate(now.following[:4]):
        y = 2.95 - 0.78 * row
        notes.append(label(6.85, y, f"<b>{plain(visible(character))}</b>", TEXT, size=16))
        shapes.append({"type": "rect", "x0": 7.15, "x1": 7.15 + 1.2 * share, "y0": y - 0.2, "y1": y + 0.2,
                       "fillcolor": ACCENT, "line": {"width": 0}})  # fmt: skip
        notes.append(label(7.2 + 1.2 * share, y, percent(share), TEXT, xanchor="left", size=14))
    best = now.following[0] if now.following else ("", 0.0)
    alt = (
        f"Sketch: after {read} characters of training the {name} reads “{prompt.strip()}” and expects “{visible(best[0])}” "
        f"next, with {percent(best[1])}."
    )
    return Picture(sketch(notes, shapes, WIDE, HIGH), alt)


def unit(read: Coloured, feature: int, words: str) -> Picture:
    """Draw the state as a row of numbers, of which one is taken out and laid over the text."""
    name = read.labels[feature]
    r = float(read.held_out[feature])
    shapes: list[dict[str, Any]] = []
    notes = [label(1.9, 3.5, f"{read.units} numbers", MUTED), label(7.6, 3.5, "over the text", MUTED)]
    for row in range(3):
        for column in range(6):
            lit = (row, column) == (1, 3)
            shapes.append({"type": "rect", "x0": 0.2 + 0.58 * column, "x1": 0.68 + 0.58 * column, "y0": 0.7 + 0.8 * row,
                           "y1": 1.3 + 0.8 * row, "fillcolor": ACCENT if lit else GROUND,
                           "line": {"color": ACCENT if lit else MUTED, "width": 2 if lit else 1}, "layer": "below"})  # fmt: skip
    notes += [arrow((2.5, 1.8), (4.4, 1.8), ACCENT), label(7.3, 2.5, f"<b>{name}</b>", ACCENT, size=17),
              label(7.3, 1.75, f"compared with: <b>{plain(words)}</b>"),
              label(7.3, 1.0, f"correlation <b>{r:.2f}</b>".replace("-", "\u2212"), ACCENT)]  # fmt: skip
    alt = (
        f"Sketch: of the {read.units} numbers of the state one, {name}, is laid over the text; its correlation with “{words}” "
        f"is {r:.2f}."
    )
    return Picture(sketch(notes, shapes, WIDE, HIGH), alt)


def untrained(kind: str, size: int) -> Picture:
    """Draw a model that has read nothing yet: it expects every character as often as the text has it, whatever came before."""
    box, said = _box(f"<b>{KINDS[kind]}</b><br>{size} units<br>nothing<br>read", 3.6, 6.3)
    notes = [label(1.5, 1.9, "the text", TEXT, size=17), said, label(8.4, 1.9, "train it<br>to see", MUTED),
             arrow((2.7, 1.9), (3.5, 1.9), MUTED), arrow((6.35, 1.9), (6.9, 1.9), MUTED)]  # fmt: skip
    return Picture(
        sketch(notes, [box], WIDE, HIGH), f"Sketch: the text goes into an untrained {KINDS[kind]}, {size} numbers wide."
    )
