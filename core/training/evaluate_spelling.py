"""Measure g2p-en by length of the word: the share of phonemes that it gets wrong, with 95 % intervals (bootstrap)."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.data.pronouncing import dictionary, new_words

GROUPS = ((2, 4), (5, 6), (7, 8), (9, 10), (11, 12), (13, 20))  # letters of a word
KNOWN, NEW = "words of its dictionary", "words added later"
PER_GROUP = 500  # of the dictionary's words
RESAMPLES = 1000


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


def measure(*, seed: int = 0) -> dict[str, tuple[Errors, ...]]:
    """Measure the model on words that it was trained on, drawn evenly over the lengths, and on all that are new."""
    from core.pretrained.translation.g2p import load_g2p  # loads torch

    known, new = dictionary(), new_words()
    plain = sorted(word for word in known.keys() - set(new) if word.isascii() and word.isalpha())
    rng = random.Random(seed)
    drawn = []
    for first, last in GROUPS:
        fitting = [word for word in plain if first <= len(word) <= last]
        drawn += rng.sample(fitting, min(PER_GROUP, len(fitting)))
    return {
        name: by_length(words, load_g2p().spell_all(words), [known[word] for word in words], seed=seed)
        for name, words in ((KNOWN, drawn), (NEW, list(new)))
    }
