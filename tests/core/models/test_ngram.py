"""N-grams against a plain count with dictionaries, written from Chen and Goodman 1999."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from core.models.ngram import LONGEST, NGrams, copied

WORDS = 7
TEXT = np.random.default_rng(0).choice(WORDS, size=400, p=[0.3, 0.2, 0.2, 0.1, 0.1, 0.05, 0.05]).tolist()


def plain(word: int, context: Sequence[int], order: int) -> float:
    """Return the probability by definition: every count is made anew."""
    runs = {n: [tuple(TEXT[i : i + n]) for i in range(len(TEXT) - n + 1)] for n in range(1, LONGEST + 2)}
    before: dict[int, Counter[tuple[int, ...]]] = {
        n: Counter(run[1:] for run in set(runs[n + 1])) for n in range(1, LONGEST + 1)
    }

    def lower(run: tuple[int, ...], *, longest: bool) -> float:
        size = len(run) + 1
        counts = Counter(runs[size]) if longest else before[size]
        if size == 1:
            return counts[(word,)] / sum(counts.values())
        once, twice = (sum(c == n for c in counts.values()) for n in (1, 2))
        less = once / (once + 2 * twice) if once else 0.0
        following = {key: c for key, c in counts.items() if key[:-1] == run}
        shorter = lower(run[1:], longest=False)
        total = sum(following.values())
        if not total:
            return shorter
        return max(following.get((*run, word), 0) - less, 0) / total + less * len(following) / total * shorter

    kept = tuple(context[-(order - 1) :]) if order > 1 else ()
    while kept and kept not in {tuple(TEXT[i : i + len(kept)]) for i in range(len(TEXT))}:
        kept = kept[1:]
        if kept and kept in {tuple(TEXT[i : i + len(kept)]) for i in range(len(TEXT))}:
            return lower(kept, longest=False)
    return lower(kept, longest=True)


@pytest.mark.parametrize("order", range(1, LONGEST + 1))
@pytest.mark.parametrize("context", [(0, 1, 2, 0), (5, 6, 5, 6), (2,), ()], ids=str)
def test_is_a_plain_count(order: int, context: tuple[int, ...]) -> None:
    found = NGrams(np.array(TEXT), WORDS).distribution(context, order)
    assert found.sum() == pytest.approx(1, abs=1e-9)
    expected = [plain(word, context, min(order, len(context) + 1)) for word in range(WORDS)]
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_refuses_what_it_has_not_counted() -> None:
    grams = NGrams(np.array(TEXT), WORDS)
    for order in (0, LONGEST + 1):
        with pytest.raises(ValueError, match="no order"):
            grams.distribution([0], order)
    with pytest.raises(ValueError, match="only 7 of 8 words"):
        NGrams(np.array(TEXT), WORDS + 1)


def test_finds_the_longest_run_that_was_copied() -> None:
    text = np.array([1, 2, 3, 4, 5, 1, 2, 9])
    assert copied([1, 2, 3, 9, 4, 5, 1], text) == [3, 3, 3, 1, 3, 3, 3]
    assert copied([7, 1, -1], text) == [0, 1, 0]
    assert copied([2, 9], text) == [2, 2]
