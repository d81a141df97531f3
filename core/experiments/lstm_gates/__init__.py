"""LSTM gates: what a held gate does to a memory, what gates do over a text, who remembers how far, and who is fast.

The public names of the lesson. Functions import what computes (torch) when they are called; what they return is in
`results` and `tables`, plain numpy.
"""

import numpy as np
from jaxtyping import Float

from core.experiments.lstm_gates.results import Along, Cell, Hold, Latch, Layer, Network, Read
from core.experiments.lstm_gates.tables import LENGTHS, Recall, Speed
from core.progress import Steps, doing


@doing("Asking the network", "step")
def recalled(network: Network, hold: Hold | None) -> Steps[Along]:
    """Ask a recall model which symbol came first, with the question at every step and a gate held or (None) nothing.

    Raises `KeyError` for a network that there is not, `ValueError` for a gate that it has not.
    """
    from core.experiments.lstm_gates import recall

    return recall.along(network, hold)


def latched(network: Network) -> Latch:
    """Measure how close a recall model's states stay that have the same symbol to hold, after 3,200 steps of noise."""
    from core.experiments.lstm_gates import recall

    return recall.latch(network)


def recall_table() -> Recall:
    """Return what was written down when the recall models were trained; raises `OSError` where a file is missing."""
    from core.experiments.lstm_gates import tables

    return tables.read()


@doing("Reading your text", "character")
def read(layer: Layer, text: str) -> Steps[Read]:
    """Read a text with nothing held; raises `ValueError` for one without characters."""
    from core.experiments.lstm_gates import reading

    return reading.read(layer, text)


@doing("Reading your text", "character")
def held(layer: Layer, text: str, hold: Hold) -> Steps[Float[np.ndarray, "time"]]:
    """Read a text with a gate held; return how surprising each character is then, in bits."""
    from core.experiments.lstm_gates import reading

    return reading.held(layer, text, hold)


@doing("Reading your text", "character")
def cell(layer: Layer, text: str, rank: int, at: int) -> Steps[Cell]:
    """Return the cell that is `rank`-th (from 1) in order of memory, over the whole text.

    The public model reads a window for each character: for it, over the window that ends with character `at`.
    """
    from core.experiments.lstm_gates import reading

    return reading.cell(layer, text, rank, at)


@doing("Measuring", "run")
def race(repeats: int, lengths: tuple[int, ...] = LENGTHS) -> Steps[Speed]:
    """Measure how fast characters go through layers of equal size on this machine; the fastest of `repeats` counts."""
    from core.experiments.lstm_gates import speed

    return speed.race(repeats, lengths)
