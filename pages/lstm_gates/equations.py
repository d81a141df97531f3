"""One step of one cell as equations with its numbers in them."""

import math

from core.experiments import lstm_gates as lesson
from core.experiments.lstm_gates import Cell


def equations(cell: Cell, at: int) -> tuple[str, str]:
    """Return the step's equations with its numbers in them: first the gates, then the memory (LaTeX)."""
    t = at - cell.first
    step = lesson.sum_at(cell, t)
    letters = {"forget": "f", "input": "i", "candidate": "g", "output": "o", "reset": "r", "update": "z"}
    lines = []
    for row, name in enumerate(lesson.GATES[cell.kind]):
        letter, squash = letters[name], r"\tanh" if name == "candidate" else r"\sigma"
        inside, looped = _plain(cell.from_input[row, t]), _term(cell.from_state[row, t])
        if (cell.kind, name) == ("gru", "candidate"):
            letter, looped = "n", rf"+ {_plain(cell.of('reset')[t])} \cdot {_factor(cell.from_state[row, t])}"
        lines += [rf"{letter}_t &= {squash}({inside} {looped})", rf"&= {_plain(cell.of(name)[t])}"]
    if cell.kind == "lstm":  # short enough for one line each
        lines = [first + second[1:] for first, second in zip(lines[::2], lines[1::2], strict=True)]
    sums = [
        r"h_t &= z_t\, h_{t-1} + (1 - z_t)\, n_t" if cell.kind == "gru" else r"c_t &= f_t\, c_{t-1} + i_t\, g_t",
        rf"&= {_plain(step.keep)} \cdot {_factor(step.before)}",
        rf"&\quad + {_plain(step.write)} \cdot {_factor(step.candidate)}",
        rf"&= {_plain(step.kept)} {_term(step.written)} = {_plain(step.memory)}",
    ]
    if cell.kind == "lstm":
        shown = rf"{_plain(step.output)} \cdot {_factor(math.tanh(step.memory))} = {_plain(step.hidden)}"
        sums += [r"h_t &= o_t \tanh c_t", rf"&= {shown}"]
    return _aligned(lines), _aligned(sums)


def _aligned(lines: list[str]) -> str:
    return r"\begin{aligned}" + r" \\ ".join(lines) + r"\end{aligned}"


def _plain(value: float) -> str:
    """Return a number with three digits behind the point, and no minus before a zero."""
    shown = f"{value:.3f}"
    return shown.lstrip("-") if not float(shown) else shown


def _factor(value: float) -> str:
    return f"({_plain(value)})" if _plain(value).startswith("-") else _plain(value)


def _term(value: float) -> str:
    return f"{'-' if value < 0 else '+'} {_plain(abs(value))}"
