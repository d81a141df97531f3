"""The recall task: a symbol, then noise for a while, then the question which symbol it was."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

SYMBOLS = 8  # that may have to be recalled: ids 0 to 7
NOISE = 8  # ids 8 to 15
QUERY = SYMBOLS + NOISE  # id 16
ALPHABET = QUERY + 1
CHANCE = 1 / SYMBOLS


@dataclass(frozen=True)
class Recall:
    """Sequences [symbol, noise..., query] and the symbols that are asked for."""

    ids: Int[np.ndarray, "batch time"]
    answers: Int[np.ndarray, "batch"]


def recall_batch(distance: int, batch: int, rng: np.random.Generator) -> Recall:
    """Return sequences of distance + 1 steps, whose last step asks for the symbol of the first, `distance` steps before.

    Source: the simplest of the long-lag tasks of Hochreiter and Schmidhuber 1997, section 5.2. Raises `ValueError`
    for a distance below 1.
    """
    if distance < 1:
        raise ValueError("the question comes at least one step after the symbol")
    answers = rng.integers(0, SYMBOLS, batch)
    noise = rng.integers(SYMBOLS, SYMBOLS + NOISE, (batch, distance - 1))
    query = np.full((batch, 1), QUERY)
    return Recall(np.concatenate([answers[:, None], noise, query], 1), answers)
