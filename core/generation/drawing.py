"""Which token is drawn: a random number that belongs to a position, and where it falls. Plain numpy."""

import numpy as np
from jaxtyping import Float

from core.generation.filters import Choices
from core.generation.seeds import checked

PIECE = 256  # probabilities that are summed at once when a token is drawn


def uniform(seed: int, position: int) -> float:
    """Return the random number in [0, 1) that belongs to the `position`-th token of a text drawn with `seed`.

    A number for each position, rather than one stream of numbers, so that a text that is changed in the middle
    meets the same luck after the change, and no other text's draws can shift it (Philox: Salmon et al. 2011). Raises
    `ValueError` as `seeds.checked` does.
    """
    return float(np.random.Generator(np.random.Philox(key=checked(seed), counter=position)).random())


def draw(choices: Choices, luck: float) -> int:
    """Return the place in `choices` at which the cumulative probabilities first exceed `luck` (in [0, 1)).

    Summed in pieces first: a running sum over a whole vocabulary takes as long as choosing does otherwise.
    """
    pieces = np.cumsum(np.add.reduceat(choices.chances, np.arange(0, len(choices.chances), PIECE)))
    wanted = luck * pieces[-1]
    first = _reached(pieces, wanted) * PIECE
    before = pieces[first // PIECE - 1] if first else 0.0
    return first + _reached(np.cumsum(choices.chances[first : first + PIECE]), wanted - before)


def _reached(sums: Float[np.ndarray, "places"], wanted: float) -> int:
    """Return the first place whose sum exceeds `wanted`; the one that brings the last sum about where rounding says none."""
    return int(np.searchsorted(sums, min(wanted, np.nextafter(sums[-1], 0.0)), side="right"))
