"""The toy tasks: every answer follows from the sequence, and guessing is what it is said to be."""

import numpy as np
import pytest

from core.data.toy import CLOSE, TASKS, TaskName, task

RNG = np.random.default_rng(4)


@pytest.mark.parametrize("name", TASKS)
def test_shapes_and_seeds(name: TaskName) -> None:
    asked = task(name, 20)
    made, same = (asked.batch(5, np.random.default_rng(1)) for _ in range(2))
    assert made.x.shape == (5, 20, asked.features)
    assert made.answers.shape == (5, asked.answers)
    assert np.array_equal(made.x, same.x)
    with pytest.raises(ValueError, match="steps"):
        task(name, 3)


def test_answers_follow_from_the_sequences() -> None:
    recall = task("recall", 20).batch(50, RNG)
    assert np.array_equal(recall.x[:, 0].argmax(-1), recall.answers[:, 0])
    copied = task("copy", 20).batch(50, RNG)
    assert np.array_equal(copied.x[:, :10].argmax(-1), copied.answers)
    assert (copied.x[:, 10:].argmax(-1) == 8).all()
    added = task("add", 20).batch(50, RNG)
    assert (added.x[..., 1].sum(1) == 2).all()
    np.testing.assert_allclose((added.x[..., 0] * added.x[..., 1]).sum(1), added.answers[:, 0], rtol=1e-6)
    odd = task("parity", 20).batch(50, RNG)
    assert np.array_equal(odd.x[..., 1].cumsum(1) % 2, odd.answers)
    with pytest.raises(ValueError, match="copy"):
        task("copy", 21)


def test_guessing() -> None:
    sums = task("add", 20).batch(40_000, RNG).answers
    assert np.mean(np.abs(sums - 1) <= CLOSE) == pytest.approx(task("add", 20).guessing, abs=0.005)
    assert task("parity", 20).batch(4_000, RNG).answers.mean() == pytest.approx(task("parity", 20).guessing, abs=0.01)
    assert task("recall", 20).guessing == task("copy", 20).guessing == 1 / 8
