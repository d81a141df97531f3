"""Words to phonemes: what a word's spelling with g2p-en consists of, and how its errors grow with the word. No torch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

GROUPS = ((2, 4), (5, 6), (7, 8), (9, 10), (11, 12), (13, 20))  # letters of a word
KNOWN, NEW = "words of its dictionary", "words added later"
PER_GROUP = 500  # of the dictionary's words
RESAMPLES = 1000


@dataclass(frozen=True)
class Spelled:
    """A word in g2p-en: its phonemes (the end "</s>" included), the states behind them, and the dictionary's answers.

    - `read`: the encoder's state after each letter and the end; the last is the one vector that the decoder starts from.
    - `chances`: at each step the likeliest phonemes with their chances.
    - `answers`: what the dictionary has for the word, without ends; none for a word that is not in it.
    """

    word: str
    phonemes: tuple[str, ...]
    read: Float[np.ndarray, "letters hidden"]
    chances: tuple[tuple[tuple[str, float], ...], ...]
    answers: tuple[tuple[str, ...], ...]

    @property
    def written(self) -> tuple[str, ...]:
        """Return the phonemes without the end."""
        return tuple(one for one in self.phonemes if one != "</s>")

    @property
    def errors(self) -> int | None:
        """Return the distance to the nearest of the dictionary's answers, None for a word that is not in it."""
        return min((distance(self.written, each) for each in self.answers), default=None)


@dataclass(frozen=True)
class Errors:
    """Words of `first` to `last` letters: how many, the share of phonemes that are wrong (per cent, with a 95 % bootstrap
    interval), and the share of words without any error (per cent).
    """

    first: int
    last: int
    words: int
    rate: float
    low: float
    high: float
    right: float

    @property
    def letters(self) -> str:
        """Return the lengths as people write them."""
        return f"{self.first}–{self.last}"


def distance(one: Sequence[str], other: Sequence[str]) -> int:
    """Return the fewest insertions, deletions and replacements between two sequences (Levenshtein 1966)."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def by_length(
    words: Sequence[str],
    written: Sequence[Sequence[str]],
    answers: Sequence[Sequence[Sequence[str]]],
    *,
    seed: int = 0,
) -> tuple[Errors, ...]:
    """Return the errors by length of the word, each word against the nearest of its answers; empty groups are left out."""
    rng = np.random.default_rng(seed)
    found = []
    for first, last in GROUPS:
        wrong, phonemes = [], []
        for word, one, possible in zip(words, written, answers, strict=True):
            if first <= len(word) <= last:
                nearest = min(possible, key=lambda each: (distance(one, each), len(each)))
                wrong.append(distance(one, nearest))
                phonemes.append(len(nearest))
        if not wrong:
            continue
        errors, lengths = np.array(wrong), np.array(phonemes)
        drawn = rng.integers(0, len(errors), (RESAMPLES, len(errors)))
        rates = 100 * errors[drawn].sum(1) / lengths[drawn].sum(1)
        low, high = np.percentile(rates, [2.5, 97.5])
        rate = 100 * errors.sum() / lengths.sum()
        right = 100 * float((errors == 0).mean())
        found.append(Errors(first, last, len(errors), float(rate), float(low), float(high), right))
    return tuple(found)
