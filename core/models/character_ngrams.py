"""Counting instead of learning: the next character's probability from how often it followed the last few in a text."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

LONGEST = 5  # of the n-grams


class CharacterNGrams:
    """Counts of all n-grams of a text, from 1 to `LONGEST` characters, blended by Witten and Bell (1991).

    P_n(c | h) = (count(h c) + T(h) P_(n-1)(c | h')) / (count(h) + T(h)), where T(h) is how many different characters
    followed h, and h' is h without its first character; P_0 is the same for all `symbols`. A history that was never seen
    leaves the word to the shorter one. Ids are whole numbers from 0 to symbols - 1.
    """

    def __init__(self, ids: Sequence[int], symbols: int) -> None:
        self.symbols = symbols
        text = np.asarray(ids, dtype=np.int64)
        self._grams = []  # for each n: codes of the n-grams and their counts, codes of histories, their counts and followers
        for n in range(1, LONGEST + 1):
            codes, counts = np.unique(self._codes(text, n), return_counts=True)
            histories, starts = np.unique(codes // symbols, return_index=True)
            totals, followers = np.add.reduceat(counts, starts), np.diff([*starts, len(codes)])
            self._grams.append((codes, counts, histories, totals, followers))

    def probabilities(self, ids: Sequence[int]) -> Float[np.ndarray, "orders time"]:
        """Return the probability of each character of a text after those before it, by 1- to `LONGEST`-grams.

        Of the first characters, which have no such history, an n-gram model sees what there is.
        """
        text = np.asarray(ids, dtype=np.int64)
        found = np.empty((LONGEST, len(text)))
        shorter = np.full(len(text), 1 / self.symbols)
        for n, (codes, counts, histories, totals, followers) in enumerate(self._grams, 1):
            own = self._codes(text, n)
            seen = _look_up(codes, counts, own)
            total, different = (_look_up(histories, each, own // self.symbols) for each in (totals, followers))
            blended = shorter.copy()
            blended[n - 1 :] = np.where(
                total > 0, (seen + different * shorter[n - 1 :]) / np.maximum(total + different, 1), shorter[n - 1 :]
            )
            found[n - 1] = shorter = blended
        return found

    def _codes(self, text: np.ndarray, n: int) -> np.ndarray:
        """Return a whole number for each n-gram of a text: its ids are the digits, to the base of `symbols`."""
        codes = np.zeros(max(len(text) - n + 1, 0), np.int64)
        for place in range(n):
            codes = codes * self.symbols + text[place : place + len(codes)]
        return codes


def _look_up(keys: np.ndarray, values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the value of each wanted key, 0 where there is none; `keys` are sorted."""
    if not len(keys):  # a text that is shorter than the n-gram
        return np.zeros(len(wanted), np.int64)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    found: np.ndarray = np.where(keys[at] == wanted, values[at], 0)
    return found


def bits(probabilities: Float[np.ndarray, "orders time"]) -> Float[np.ndarray, "orders"]:
    """Return the mean of -log2 p over a text, for each order."""
    found: np.ndarray = -np.log2(probabilities).mean(1)
    return found
