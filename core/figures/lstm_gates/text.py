"""One cell over a text: its gates as rows, and under them what it holds."""

import numpy as np

from core.experiments.characters import visible
from core.experiments.lstm_gates.results import GATES, KEEPER, MEMORY, Cell, window
from core.figures.lstm_gates.cell import characters, number
from core.figures.lstm_gates.hold import axis, line
from core.figures.palette import ACCENT
from core.figures.parts import heat_map
from core.figures.picture import Picture
from core.figures.style import layout, plain

SPLIT = (0.52, 0.6)  # where the content's panel ends and the gates begin, as shares of the height


def over_text(cell: Cell, at: int) -> Picture:
    """Draw a cell's gates at every character, and below them what it holds after it; character `at` is marked."""
    gates, memory = GATES[cell.kind], [float(value) for value in cell.of(MEMORY[cell.kind])]
    first, stop = window(len(cell.text), at - cell.first)
    text = [visible(character) for character in cell.text[first:stop]]
    map_ = heat_map(
        f"Cell {cell.unit}: gates (dark: open), memory",
        np.stack([cell.of(gate)[first:stop] for gate in gates]),
        text,
        gates,
        signed=False,
        what="open to",
        mark=at - cell.first - first,
        first=cell.first + first + 1,
    )
    heat, old = map_["data"][0], map_["layout"]
    heat["colorbar"] |= {"len": 1 - SPLIT[1], "y": (1 + SPLIT[1]) / 2, "tickfont": {"size": 14}}
    said = [
        f"character {cell.first + first + i + 1}, “{plain(letter)}”: cell {cell.unit} holds {number(memory[first + i])}"
        for i, letter in enumerate(text)
    ]
    content = line("", heat["x"], [round(value, 3) for value in memory[first:stop]], ACCENT, said)
    content |= {"yaxis": "y2", "fill": "tozeroy", "showlegend": False}
    spec = {
        "data": [heat, content],
        "layout": layout(
            old["title"]["text"],
            height=340,
            shapes=old["shapes"],
            margin={"l": 8, "r": 8, "t": 40, "b": 44},
            xaxis={**old["xaxis"], "anchor": "y2", "tickfont": {**old["xaxis"]["tickfont"], "size": 14}},
            yaxis={**old["yaxis"], "domain": [SPLIT[1], 1], "title": {"text": "gate"}},
            yaxis2=axis("holds", domain=[0, SPLIT[0]]),
        ),
    }
    keep = cell.of(KEEPER[cell.kind])
    alt = (
        f"Heat map of the gates of cell {cell.unit} over {len(text)} characters, its {KEEPER[cell.kind]} gate {keep.mean():.2f} "
        f"on average (half-life {characters(cell.half_life)}); below it a line: it holds {number(memory[at - cell.first])} after "
        f"character {at + 1}, between {number(min(memory))} and {number(max(memory))} over the text."
    )
    rows = [
        (cell.first + i + 1, visible(letter), *(round(float(v), 4) for v in cell.values[:, i]))
        for i, letter in enumerate(cell.text)
    ]
    return Picture(spec, alt, ("character", "text", *cell.names), rows)
