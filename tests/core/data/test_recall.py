"""The recall task: where symbol, noise and question stand, and that guessing is right one time in eight."""

import numpy as np
import pytest

from core.data.recall import ALPHABET, CHANCE, NOISE, QUERY, SYMBOLS, recall_batch


@pytest.mark.parametrize("distance", [1, 2, 40, 200])
def test_a_symbol_noise_and_the_question(distance: int) -> None:
    made = recall_batch(distance, 50, np.random.default_rng(3))
    assert made.ids.shape == (50, distance + 1)
    assert (made.ids[:, 0] == made.answers).all()
    assert (made.ids[:, -1] == QUERY).all()
    noise = made.ids[:, 1:-1]
    assert noise.shape == (50, distance - 1)
    assert ((noise >= SYMBOLS) & (noise < SYMBOLS + NOISE)).all()
    assert made.ids.max() < ALPHABET


def test_nothing_but_the_first_step_tells_the_answer() -> None:
    """All symbols are asked for equally often, whatever the noise is."""
    made = recall_batch(3, 8000, np.random.default_rng(0))
    counts = np.bincount(made.answers, minlength=SYMBOLS)
    assert len(counts) == SYMBOLS
    # Five standard deviations of a binomial with chance 1/8.
    assert np.abs(counts - 8000 * CHANCE).max() < 5 * np.sqrt(8000 * CHANCE * (1 - CHANCE))
    for place in (1, 2):
        for symbol in range(SYMBOLS):
            found = np.bincount(made.ids[made.answers == symbol, place] - SYMBOLS, minlength=NOISE)
            assert np.abs(found / found.sum() - 1 / NOISE).max() < 0.06


def test_the_same_generator_makes_the_same_batch() -> None:
    one, other = (recall_batch(9, 20, np.random.default_rng((1, 9))) for _ in range(2))
    assert (one.ids == other.ids).all()
    assert (one.ids != recall_batch(9, 20, np.random.default_rng((2, 9))).ids).any()


@pytest.mark.parametrize("distance", [0, -1])
def test_no_question_before_the_symbol(distance: int) -> None:
    with pytest.raises(ValueError, match="at least one step after"):
        recall_batch(distance, 4, np.random.default_rng(0))
