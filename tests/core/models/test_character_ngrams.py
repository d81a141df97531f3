"""Counting, against a slow plain count of the same formula."""

import random
from collections import Counter, defaultdict

import numpy as np
import pytest

from core.models.character_ngrams import LONGEST, CharacterNGrams, bits


def plain(train: list[int], ids: list[int], symbols: int) -> list[list[float]]:
    """The probability of each character by each order, from dictionaries and loops."""
    found = []
    for longest in range(1, LONGEST + 1):
        row = []
        for at, character in enumerate(ids):
            p = 1 / symbols
            for n in range(min(longest, at + 1)):
                follow: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
                for i in range(n, len(train)):
                    follow[tuple(train[i - n : i])][train[i]] += 1
                each = follow[tuple(ids[at - n : at])]
                if each:
                    p = (each[character] + len(each) * p) / (sum(each.values()) + len(each))
            row.append(p)
        found.append(row)
    return found


def test_it_counts_as_a_slow_plain_count_does() -> None:
    rng = random.Random(0)
    train, ids = ([rng.choice([0, 0, 1, 2, 3]) for _ in range(length)] for length in (150, 25))
    ids += [4, 4, 0]  # a character that was never seen
    model = CharacterNGrams(train, 5)
    np.testing.assert_allclose(model.probabilities(ids), plain(train, ids, 5), rtol=1e-12)


def test_probabilities_of_all_characters_add_up_to_one() -> None:
    rng = random.Random(1)
    model = CharacterNGrams([rng.randrange(6) for _ in range(300)], 7)
    history = [1, 2, 3, 4]
    last = np.array([model.probabilities([*history, character])[:, -1] for character in range(7)])
    np.testing.assert_allclose(last.sum(0), 1.0)


def test_what_is_certain_costs_almost_nothing_and_a_short_text_works() -> None:
    again = CharacterNGrams([1, 2, 3] * 200, 4)
    assert bits(again.probabilities([1, 2, 3] * 20))[-1] < 0.2
    assert bits(again.probabilities([1, 2, 3] * 20))[0] == pytest.approx(np.log2(3), abs=0.05)
    assert CharacterNGrams([1], 3).probabilities([2, 1]).shape == (LONGEST, 2)
