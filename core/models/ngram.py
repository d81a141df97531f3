"""N-grams: how often each word followed the last one, two, three or four, smoothed as Kneser and Ney did. No torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int, Integer

LONGEST = 5  # words of an n-gram, the next one among them


@dataclass(frozen=True)
class Grams:
    """The different runs of n words in a text, in order; a run's number is its place among them.

    `keys`: the number of the run without its last word, times the size of the vocabulary, plus the last word. `counts`: how
    often each stands in the text. `befores`: how many different words stand before it.
    """

    keys: Int[np.ndarray, "runs"]
    counts: Int[np.ndarray, "runs"]
    befores: Int[np.ndarray, "runs"]


class NGrams:
    """Counts of all runs of up to five words, and the probabilities of the next word that follow from them."""

    def __init__(self, ids: Integer[np.ndarray, "units"], vocabulary: int) -> None:
        self.vocabulary = vocabulary
        text = ids.astype(np.int64)
        keys, numbers = np.unique(text, return_inverse=True)
        if len(keys) != vocabulary:
            raise ValueError(f"only {len(keys)} of {vocabulary} words stand in the text")
        self.grams: list[Grams] = []
        counts = np.bincount(numbers)
        for size in range(2, LONGEST + 2):
            # A run of `size` words is one of a word less, and one more word; without its first word it is another such run.
            longer, first, after, often = np.unique(
                numbers[:-1] * vocabulary + text[size - 1 :], return_index=True, return_inverse=True, return_counts=True
            )
            befores = np.bincount(numbers[first + 1], minlength=len(keys))
            self.grams.append(Grams(keys, counts.astype(np.int32), befores.astype(np.int32)))
            keys, numbers, counts = longer, after, often

    def distribution(self, context: Sequence[int], order: int = LONGEST) -> Float[np.ndarray, "vocabulary"]:
        """Return the probability of each word after the last `order` - 1 words of `context`, or as many as there are.

        Interpolated Kneser-Ney (Kneser and Ney 1995; Chen and Goodman 1999, eq. 21): the longest run is counted, shorter
        ones by how many different words stand before them. Raises `ValueError` for an order below 1 or above 5.
        """
        if not 1 <= order <= LONGEST:
            raise ValueError(f"no order {order}: there are 1 to {LONGEST}")
        kept = list(context[len(context) - min(len(context), order - 1) :])
        # p(w) = N(. w) / sum of all: in how many different places a word stands, not how often
        single = self.grams[0].befores if kept else self.grams[0].counts
        found: np.ndarray = single / single.sum()
        for size in range(2, len(kept) + 2):
            run = self._number(kept[len(kept) - size + 1 :])
            if run is None:
                break
            part, grams = self._after(size, run), self.grams[size - 1]
            is_longest = size == len(kept) + 1
            counts = (grams.counts if is_longest else grams.befores)[part]
            total = counts.sum()
            if total:
                # p(w | run) = max(c(run w) - D, 0) / c(run) + D N(run .) / c(run) * p(w | shorter run)
                less = self.discounts[is_longest][size - 1]
                found = found * (less * np.count_nonzero(counts) / total)
                found[grams.keys[part] % self.vocabulary] += np.maximum(counts - less, 0) / total
        return found

    @cached_property
    def discounts(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return what is taken off each count, by the length of a run: of counts of words before (0), of its own counts (1).

        D = n1 / (n1 + 2 n2), with as many runs n1 that are counted once, n2 twice (Ney et al. 1994).
        """
        return (
            tuple(_discount(grams.befores) for grams in self.grams),
            tuple(_discount(grams.counts) for grams in self.grams),
        )

    def _number(self, run: Sequence[int]) -> int | None:
        """Return the number of a run of at least one word, None for one that is not in the text."""
        number = run[0]
        for size, word in enumerate(run[1:], 2):
            keys = self.grams[size - 1].keys
            wanted = number * self.vocabulary + word
            number = int(np.searchsorted(keys, wanted))
            if number == len(keys) or keys[number] != wanted:
                return None
        return number

    def _after(self, size: int, run: int) -> slice:
        """Return which of the runs of `size` words begin with the run of this number, a word shorter."""
        ends = np.array([run, run + 1]) * self.vocabulary
        low, high = np.searchsorted(self.grams[size - 1].keys, ends)
        return slice(int(low), int(high))


def _discount(counts: Int[np.ndarray, "runs"]) -> float:
    once, twice = (int(np.count_nonzero(counts == often)) for often in (1, 2))
    return once / max(1, once + 2 * twice)


def copied(words: Sequence[int], text: Integer[np.ndarray, "units"]) -> list[int]:
    """Return for each word how long the longest run around it is that stands in `text` word for word; 0 where it does not."""
    longest = [0] * len(words)
    for start in range(len(words)):
        places, size = np.flatnonzero(text == words[start]), 0
        while len(places):
            size += 1
            if start + size == len(words):
                break
            places = places[places + size < len(text)]
            places = places[text[places + size] == words[start + size]]
        for at in range(start, start + size):
            longest[at] = max(longest[at], size)
    return longest
