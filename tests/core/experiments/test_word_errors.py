"""Words right and wrong, against every way to change one text into the other."""

from functools import cache

import numpy as np
import pytest

from core.experiments.word_errors import matched, plain


@pytest.mark.parametrize("seed", range(5))
def test_the_fewest_changes(seed: int) -> None:
    random = np.random.default_rng(seed)
    one, other = (tuple(random.choice(["a", "b", "c"], size=6).tolist()) for _ in range(2))

    @cache
    def changes(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        same = one[i - 1] == other[j - 1]
        return min(changes(i - 1, j - 1) + (not same), changes(i - 1, j) + 1, changes(i, j - 1) + 1)

    found = matched(one, other)
    assert (found.errors, found.said) == (changes(6, 6), 6)
    assert all(one[i] == other[j] for i, j in found.pairs)
    assert list(found.pairs) == sorted(found.pairs)


def test_signs_capitals_and_numerals_do_not_count() -> None:
    assert [plain(word) for word in ("“He,", "10", "cold-hearted", "…")] == ["he", "ten", "coldhearted", ""]
    assert matched(("Go", "10", "far"), ("go", "on", "ten")).errors == 2
    assert matched((), ("go",)).errors == 1
    assert matched((), ()).pairs == ()
