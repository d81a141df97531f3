"""One cell as a sketch: the line of its memory with a tap for each gate, and the numbers that flow through it."""

import math
from typing import Any

from core.experiments.lstm_gates.results import Sum
from core.figures import style
from core.figures.palette import ACCENT, CATEGORY, GROUND, MUTED, TEXT
from core.figures.picture import Picture
from core.figures.style import arrow, label

LINE, BRANCH, FOOT = 3.05, 1.75, 0.75  # heights: the memory, the taps of what comes in and goes out, their ends
REACH = (0.54, 0.44)  # half a tap's width and height
LIT = CATEGORY[1]


def number(value: float, digits: int = 2) -> str:
    """Return a number as it is written in a picture: a real minus sign, none before a zero, fewer digits from 10 on."""
    shown = f"{value:.{digits if abs(value) < 9.95 else 1}f}"
    return shown.lstrip("-") if not float(shown) else shown.replace("-", "\u2212")


def characters(life: float) -> str:
    """Return a half-life in words: "41 characters", "no end"."""
    if math.isinf(life):
        return "no end"
    return f"{life:,.0f} characters" if life >= 9.95 else f"{life:.1f} characters"


def mechanism(step: Sum, lit: str, held: str = "") -> Picture:
    """Draw one step of one cell: its memory goes from left to right through the gate that keeps; `lit` is the gate in colour.

    held: how that gate is held, in a word ("shut"), empty where it is not. What a GRU's update gate does not keep, it writes.
    """
    lstm = step.kind == "lstm"
    keeper, writer, third = ("forget", "input", "output") if lstm else ("update", "1 \u2212 update", "reset")
    x = 4.7 if lstm else 7.3
    taps = {keeper: (2.2, LINE), writer: (x, BRANCH), third: (8.7, BRANCH) if lstm else (2.2, FOOT)}
    opened = {keeper: step.keep, writer: step.write, third: step.gates[third]}
    shapes = [_line(f"M 0.1,{LINE} L 9.9,{LINE}", ACCENT, 6)]
    words = [
        arrow((x, FOOT), (x, BRANCH - REACH[1]), TEXT),
        arrow((x, BRANCH + REACH[1]), (x, LINE - 0.08), TEXT),
        label(0.0, 3.85, f"memory {number(step.before)}", ACCENT, xanchor="left"),
        label(10.0, 3.85, f"memory {number(step.memory)}", ACCENT, xanchor="right"),
        label(x, 0.4, f"new {number(step.candidate)}", MUTED),
    ]
    if lstm:
        words += [
            arrow((8.7, LINE), (8.7, BRANCH + REACH[1]), TEXT),
            arrow((8.7, BRANCH - REACH[1]), (8.7, FOOT), TEXT),
        ]
        words.append(label(8.7, 0.4, f"shown {number(step.hidden)}", MUTED))
    else:  # the new value sees the memory through the reset gate
        shapes.append(_line(f"M 0.6,{LINE} L 0.6,{FOOT} L 4.85,{FOOT}", TEXT, 2.5))
        words.append(arrow((4.8, FOOT), (5.9, FOOT), TEXT))
    for name, (across, up) in taps.items():
        aside = up == BRANCH
        words.append(label(across, up, number(opened[name]), size=14))
        words.append(
            _name(
                name,
                lit,
                held,
                across - 0.7 if aside else across,
                up if aside else up - 0.8 if up == LINE else 1.5,
                aside,
            )
        )
        shapes.append(_tap(across, up, lit in (name, name.removeprefix("1 \u2212 "))))
    values = ", ".join(f"{name} {number(value)}" for name, value in opened.items())
    alt = (
        f"Sketch of one cell at one step: memory {number(step.before)} comes in, its gates are at {values}, "
        f"{number(step.candidate)} is new, and memory {number(step.memory)} goes on."
    )
    return sketch(shapes, words, alt)


def _name(gate: str, lit: str, held: str, x: float, y: float, aside: bool) -> dict[str, Any]:
    """Return a gate's name, to the left of its tap or in the middle; that of the gate in colour with how it is held."""
    anchor = {"xanchor": "right" if aside else "center"}
    if gate != lit:
        return label(x, y, gate, size=16, **anchor)
    return label(
        x, y, f"<b>{gate}</b>{'<br>' if aside else ' '}{held}" if held else f"<b>{gate}</b>", LIT, size=16, **anchor
    )


def _tap(x: float, y: float, lit: bool) -> dict[str, Any]:
    ends = {"x0": x - REACH[0], "x1": x + REACH[0], "y0": y - REACH[1], "y1": y + REACH[1]}
    return {
        "type": "circle",
        "layer": "above",
        "fillcolor": GROUND,
        "line": {"color": LIT if lit else TEXT, "width": 4 if lit else 2},
        **ends,
    }


def _line(path: str, colour: str, width: float) -> dict[str, Any]:
    return {"type": "path", "layer": "below", "path": path, "line": {"color": colour, "width": width}}


def sketch(shapes: list[dict[str, Any]], words: list[dict[str, Any]], alt: str) -> Picture:
    """Return a sketch of the machine on a plane from 0 to 10 by 0 to 4, 190 px high."""
    spec = style.sketch(words, shapes, (-0.1, 10.1), (0.1, 4.15))
    return Picture(spec, alt)
