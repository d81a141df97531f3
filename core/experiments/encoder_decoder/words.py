"""Words to phonemes: what a word's spelling with g2p-en consists of. No torch."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from core.training.evaluate_spelling import distance


@dataclass(frozen=True)
class Spelled:
    """A word in g2p-en: its phonemes (the end "</s>" included), the states behind them, and the dictionary's answers.

    - `read`: the encoder's state after each letter and the end; the last is the one vector that the decoder starts from.
    - `likeliest`: at each step the likeliest phonemes with their probabilities.
    - `answers`: what the dictionary has for the word, without ends; none for a word that is not in it.
    """

    word: str
    phonemes: tuple[str, ...]
    read: Float[np.ndarray, "letters hidden"]
    likeliest: tuple[tuple[tuple[str, float], ...], ...]
    answers: tuple[tuple[str, ...], ...]

    @property
    def written(self) -> tuple[str, ...]:
        """Return the phonemes without the end."""
        return tuple(one for one in self.phonemes if one != "</s>")

    @property
    def nearest(self) -> tuple[str, ...]:
        """Return the dictionary's answer that is nearest to what was written, empty for a word that is not in it."""
        return min(self.answers, key=lambda each: distance(self.written, each), default=())

    @property
    def errors(self) -> int | None:
        """Return the distance to the nearest of the dictionary's answers, None for a word that is not in it."""
        return distance(self.written, self.nearest) if self.answers else None
