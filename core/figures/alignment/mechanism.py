"""The decoder at one word, as a sketch: source words, the weights that lead from them to the context vector, the word."""

import numpy as np

from core.experiments.alignment.results import Alignment, Inside, shown
from core.figures import style
from core.figures.alignment.ticks import short, spoken
from core.figures.palette import CATEGORY, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import arrow, label, percent, plain

KEPT = 3  # source words in the sketch


def mechanism(alignment: Alignment, row: int, hidden: int, inside: Inside | None) -> Picture:
    """Draw how target word `row` is written from the source words it looked at most; `hidden` is crossed out (-1: none).

    With `inside`, rows and source positions are pieces, and `row` is a step.
    """
    if inside is None:
        table = alignment.words
        source, target, weights = table.source, table.target[row], table.weights[row]
        before = float(table.before[row])
        after = float(table.after(hidden)[row]) if hidden >= 0 else before
    else:
        source, target = tuple(map(shown, alignment.source)), shown(alignment.target[row])
        weights, before = inside.weights[row], float(np.exp(alignment.logprobs[row]))
        after = before
    best = [int(n) for n in np.argsort(-weights, kind="stable") if n != hidden]
    kept = sorted([*best[: KEPT - (hidden >= 0)], *([hidden] if hidden >= 0 else [])])
    places = np.linspace(1.4, 8.6, len(kept)) if len(kept) > 1 else [5.0]
    notes = []
    for x, n in zip(places, kept, strict=True):
        word, share = plain(short(source[n], 10)), float(weights[n])
        colour = CATEGORY[1] if n == hidden else TEXT
        notes.append(label(x, 0.45, f"<s>{word}</s>" if n == hidden else f"<b>{word}</b>", colour, size=16))
        middle = 0.55 * x + 0.45 * 5
        if n == hidden:
            notes.append(label(x, 0.98, f"<s>{percent(round(share, 2)).replace('.0', '')}</s> hidden", colour))
            continue
        notes.append(arrow((x, 0.75), (5 + 0.12 * (x - 5), 1.95), CATEGORY[0], 1 + 7 * share))
        side, up = (-0.75, 1.55) if x < 4.9 else (0.75, 1.55 if x > 5.1 else 1.3)
        notes.append(label(middle + side, up, percent(round(share, 2)).replace(".0", ""), MUTED))
    notes += [
        label(5, 2.3, "context vector"),
        arrow((5, 2.6), (5, 3.05), CATEGORY[2], 3),
        label(5, 3.4, f"writes <b>{plain(short(target, 14))}</b> {percent(after)}", size=17),
    ]
    box = {"type": "rect", "x0": 3.1, "x1": 6.9, "y0": 1.98, "y1": 2.6, "line": {"color": TEXT, "width": 2}}
    spec = style.sketch(notes, [box], (0, 10), (0.1, 3.75))
    shares = ", ".join(f"{spoken(source[n])} {percent(float(weights[n]))}" for n in kept if n != hidden)
    gone = f" {spoken(source[hidden])} is hidden." if hidden >= 0 else ""
    return Picture(
        spec,
        f"Sketch: the decoder weighs {shares} into its context vector and writes {spoken(target)}, {percent(after)}.{gone}",
    )
