"""The picture of the lesson on LSTM gates that shows one cell over the text, and how its parts are named."""

import math
from typing import Any

from core.experiments import lstm_gates as lesson
from core.experiments.lstm_gates import Cell
from core.figures.palette import ACCENT, CATEGORY, MUTED, TEXT
from core.figures.parts import text_axis
from core.figures.style import HOVER, Figure, layout, plain

NAMES = {
    "forget": "Forget gate",
    "input": "Input gate",
    "output": "Output gate",
    "candidate": "Candidate",
    "cell": "Cell",
    "hidden": "Hidden state",
    "update": "Update gate",
    "reset": "Reset gate",
}
BELOW = {"orientation": "h", "x": 0, "xanchor": "left", "yref": "container", "y": 0, "yanchor": "bottom"}


def characters(text: float) -> str:
    """Return a half-life in words: "41 characters", "no end"."""
    if math.isinf(text):
        return "no end"
    return f"{text:,.0f} characters" if text >= 9.95 else f"{text:.1f} characters"


def cell_story(cell: Cell, at: int) -> Figure:
    """Return one cell over the text: what it holds and shows above, its gates below, and the chosen character."""
    gates = tuple(name for name in lesson.GATES[cell.kind] if name != "candidate")
    panels = [("cell",), ("candidate", "hidden"), gates] if cell.kind == "lstm" else [("hidden", "candidate"), gates]
    # From the bottom up: the gates' panel, then the others, each with a little room below it.
    tops = (1.0, 0.68, 0.3) if cell.kind == "lstm" else (1.0, 0.46)
    heavy = (lesson.MEMORY[cell.kind], lesson.KEEPER[cell.kind])
    colours = dict(zip((*gates, *NAMES), (ACCENT, *CATEGORY[1:3]), strict=False))
    colours |= {"cell": MUTED, "hidden": CATEGORY[4] if cell.kind == "lstm" else MUTED, "candidate": CATEGORY[3]}
    traces: list[dict[str, Any]] = []
    axes: dict[str, Any] = {}
    for number, names in enumerate(panels):
        axis = "y" if not number else f"y{number + 1}"
        floor = tops[number + 1] + 0.05 if number + 1 < len(panels) else 0.0
        axes[axis.replace("y", "yaxis")] = {
            "title": {"text": "gates" if names == gates else "cell" if names == ("cell",) else "−1 to 1"},
            "domain": [floor, tops[number]],
            "fixedrange": True,
            **({"range": [-0.05, 1.05]} if names == gates else {} if names == ("cell",) else {"range": [-1.1, 1.1]}),
        }
        traces += [
            {
                "type": "scatter",
                "mode": "lines",
                "name": NAMES[name],
                "x": list(range(len(cell.text))),
                "y": [round(float(value), 4) for value in cell.of(name)],
                "yaxis": axis,
                "line": {"color": colours[name], "width": 2.5 if name in heavy else 1.5},
                "customdata": _said(cell, name),
                "hovertemplate": HOVER,
            }
            for name in names
        ]
    line = {"color": TEXT, "width": 1.5, "dash": "dot"}
    mark = {
        "type": "line",
        "x0": at - cell.first,
        "x1": at - cell.first,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": line,
    }
    return {
        "data": traces,
        "layout": layout(
            f"Cell {cell.unit} over the text",
            f"number {cell.rank} of {cell.hidden} by memory: half-life {characters(cell.half_life)}",
            height=480,
            shapes=[mark],
            legend=BELOW,
            xaxis={**text_axis(cell.text), "anchor": axis},
            **axes,
        ),
    }


def _said(cell: Cell, name: str) -> list[str]:
    what = "content" if name == "cell" else NAMES[name].lower()
    return [
        f"character {cell.first + i + 1}, “{plain(character)}”: {what} of cell {cell.unit} {value:.3f}"
        for i, (character, value) in enumerate(zip(cell.text, cell.of(name), strict=True))
    ]


def describe_story(cell: Cell, at: int) -> str:
    """Return the time line in one sentence, from its numbers."""
    memory, place = cell.of(lesson.MEMORY[cell.kind]), at - cell.first
    keep = cell.of(lesson.KEEPER[cell.kind])
    return (
        f"Line chart of cell {cell.unit} over {len(cell.text)} characters: it holds between {memory.min():.2f} and "
        f"{memory.max():.2f}, its {lesson.KEEPER[cell.kind]} gate is {keep.mean():.2f} on average; at character {at + 1} it "
        f"holds {memory[place]:.2f}."
    )
