"""The pictures of the lesson on LSTM gates."""

from dataclasses import replace

import numpy as np

from core.experiments import lstm_gates
from core.experiments.lstm_gates.recorded import REPEATS, SYMBOL
from core.experiments.lstm_gates.results import DEFAULT_HOLD, DEFAULT_LAYER, DEFAULT_TEXT, NETWORKS, Cell, Hold, Sum
from core.experiments.recording import find
from core.figures import lstm_gates as figures
from core.figures.picture import Picture
from tests.core.figures.hostile import HOSTILE


def gru_cell() -> Cell:
    """A made-up unit of a GRU, over a window that begins before the text."""
    values = np.random.default_rng(1).uniform(0, 1, (4, 9)).astype(np.float32)
    return Cell("gru", 3, 1, 8, 2.5, tuple("abc def g"), -2, ("update", "reset", "candidate", "hidden"), values)


def pictures() -> dict[str, Picture]:
    """Every figure at its default, held in other ways, and with a hostile text."""
    free, held, symbol = (
        find(lstm_gates.recalled, NETWORKS["lstm"]["alone"], hold) for hold in (None, DEFAULT_HOLD, SYMBOL)
    )
    cell = find(lstm_gates.cell, DEFAULT_LAYER, DEFAULT_TEXT, 1, 0)
    table, speed = find(lstm_gates.recall_table), find(lstm_gates.race, REPEATS)
    letters = tuple((HOSTILE * 9)[: len(cell.text)])
    gru = Sum("gru", -0.5, {"update": 0.3, "reset": 0.0}, 0.9, 0.48, 0.48)
    return {
        "recall": figures.recall(free, held, DEFAULT_HOLD),
        "recall, one step": figures.recall(free, symbol, SYMBOL),
        "recall, for good": figures.recall(free, held, Hold("output", 0.5, 3, None)),
        "mechanism": figures.mechanism(held.step, "forget", "shut"),
        "mechanism, nothing held": figures.mechanism(free.step, "output"),
        "mechanism, gru": figures.mechanism(gru, "reset", "shut"),
        "mechanism, chain": figures.chain(speed, 1),
        "over text": figures.over_text(cell, 20),
        "over text, hostile": figures.over_text(replace(cell, text=letters), 0),
        "over text, gru": figures.over_text(gru_cell(), 4),
        "curve, alone": figures.recall_curve(table, False),
        "curve, together": figures.recall_curve(table, True),
        "speed": figures.speed(speed, 1),
        "speed, 16 texts": figures.speed(speed, 16),
    }
