"""Four tasks with gaps between what is read and what is asked: recall a symbol, copy a list, add two numbers, parity.

Each is a sequence of vectors and a question at its end, so that every kind of network can be asked the same.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float, Int

from core.data.recall import ALPHABET, SYMBOLS, recall_batch

TaskName = Literal["recall", "copy", "add", "parity"]
TASKS: tuple[TaskName, ...] = get_args(TaskName)
CLOSE = 0.04  # a sum that is at most so far off counts as correct (Hochreiter and Schmidhuber 1997, section 5.4)


@dataclass(frozen=True)
class Questions:
    """Sequences of vectors, and what is to be said at the last `answers` steps: a class each, or (add) a number."""

    x: Float[np.ndarray, "batch time features"]
    answers: Int[np.ndarray, "batch answers"] | Float[np.ndarray, "batch answers"]


@dataclass(frozen=True)
class Task:
    """A task of one length: steps, numbers a step, how many of the last steps are asked, how many scores each has."""

    name: TaskName
    length: int
    features: int
    answers: int
    outputs: int

    @property
    def guessing(self) -> float:
        """Return the share that is correct without having read anything."""
        # two numbers between 0 and 1: their sum is within CLOSE of 1 with probability 2 CLOSE - CLOSE^2
        return {"add": 2 * CLOSE - CLOSE**2, "parity": 0.5}.get(self.name, 1 / SYMBOLS)

    def batch(self, size: int, rng: np.random.Generator) -> Questions:
        """Return `size` fresh sequences.

        recall: a symbol, then noise, then the question which it was (`core.data.recall`). copy: half of the steps are
        symbols, the other half ask for them in the same order (Arjovsky et al. 2016, section 5.1, without a gap). add: a
        number between 0 and 1 at each step, two of them marked, one in each half; the sum of the marked ones is asked
        (Hochreiter and Schmidhuber 1997, section 5.4). parity: bits; at each step it is asked whether there was an odd
        number of ones so far.
        """
        if self.name == "recall":
            made = recall_batch(self.length - 1, size, rng)
            return Questions(_one_hot(made.ids, ALPHABET), made.answers[:, None])
        if self.name == "copy":
            symbols = rng.integers(0, SYMBOLS, (size, self.answers))
            return Questions(
                _one_hot(np.pad(symbols, ((0, 0), (0, self.answers)), constant_values=SYMBOLS), SYMBOLS + 1), symbols
            )
        if self.name == "parity":
            bits = rng.integers(0, 2, (size, self.length))
            return Questions(_one_hot(bits, 2), bits.cumsum(1) % 2)
        numbers = rng.random((size, self.length), np.float32)
        half = self.length // 2
        marked = np.stack([rng.integers(0, half, size), rng.integers(half, self.length, size)], 1)
        marks = np.zeros_like(numbers)
        np.put_along_axis(marks, marked, 1.0, 1)
        total = np.take_along_axis(numbers, marked, 1).sum(1, keepdims=True)
        return Questions(np.stack([numbers, marks], -1), total)


def task(name: TaskName, length: int) -> Task:
    """Return a task with sequences of `length` steps; raises `ValueError` below 4, for a copy of an odd length too."""
    if length < 4 or (name == "copy" and length % 2):
        raise ValueError(f"no {name} task has {length} steps")
    if name == "recall":
        return Task(name, length, ALPHABET, 1, SYMBOLS)
    if name == "copy":
        return Task(name, length, SYMBOLS + 1, length // 2, SYMBOLS)
    if name == "parity":
        return Task(name, length, 2, length, 2)
    return Task(name, length, 2, 1, 1)


def _one_hot(ids: Int[np.ndarray, "batch time"], size: int) -> Float[np.ndarray, "batch time size"]:
    return np.eye(size, dtype=np.float32)[ids]
