"""The results of the lesson on recurrence and attention: plain numpy, so that recorded ones need no torch."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float, Int

from core.data.toy import Questions, TaskName, task

Architecture = Literal["dense", "rnn", "lstm", "gru", "lstm_attention", "transformer"]
ARCHITECTURES: tuple[Architecture, ...] = get_args(Architecture)
NAMES = {
    "dense": "dense",
    "rnn": "RNN",
    "lstm": "LSTM",
    "gru": "GRU",
    "lstm_attention": "LSTM with attention",
    "transformer": "Transformer",
    "attention": "attention",
}
PARAMETERS = 20_000
RATES = (1e-3, 3e-3, 1e-2)
SECONDS, SEEDS, TICKS = 40.0, 3, 81
LENGTHS = {"recall": 60, "copy": 40, "add": 50, "parity": 40}
RECURRENT = ("rnn", "lstm", "gru")


@dataclass(frozen=True)
class Race:
    """How many questions each architecture answered correctly, by seconds of training: seeds and ticks of the clock.

    `steps`: of training in all, fewer where it was solved before the end. `rates`: the step size that each chose.
    `sizes`: hidden units (a Transformer's: inner units). `first`: the shares at the first five looks of the first seed,
    which do not depend on the clock; nan after a run's end. `guessing`: the share that needs no reading.
    """

    task: str
    length: int
    guessing: float
    seconds: Float[np.ndarray, "ticks"]
    shares: Float[np.ndarray, "architectures seeds ticks"]
    steps: Int[np.ndarray, "architectures seeds"]
    parameters: tuple[int, ...]
    sizes: tuple[int, ...]
    rates: tuple[float, ...]
    first: Float[np.ndarray, "architectures looks"]

    def of(self, name: Architecture) -> Float[np.ndarray, "seeds ticks"]:
        """Return the shares of one architecture."""
        found: np.ndarray = self.shares[ARCHITECTURES.index(name)]
        return found

    def end(self, name: Architecture) -> float:
        """Return the mean share at the end."""
        return float(self.of(name)[:, -1].mean())

    def when(self, name: Architecture, level: float = 0.9) -> float:
        """Return after how many seconds the mean share is over `level` for good, infinite for never."""
        over = self.of(name).mean(0) >= level
        return float(self.seconds[np.argmax(over)]) if over[-1] else np.inf

    def at(self, name: Architecture, seconds: float) -> Float[np.ndarray, "seeds"]:
        """Return the share of each seed after so many seconds."""
        return np.array([np.interp(seconds, self.seconds, one) for one in self.of(name)])

    def ranked(self, seconds: float) -> tuple[Architecture, ...]:
        """Return the architectures after so many seconds, the best first; equal ones by who was over nine tenths first."""
        return tuple(sorted(ARCHITECTURES, key=lambda a: (-round(float(self.at(a, seconds).mean()), 2), self.when(a))))


@dataclass(frozen=True)
class Example:
    """One sequence of a task in letters and digits, step by step, and what is to be said at its end."""

    steps: tuple[str, ...]
    answer: str


def example(name: TaskName, length: int, seed: int = 0) -> Example:
    """Return the first of the questions that the race asks of the networks with that seed."""
    found: Questions = task(name, length).batch(1, np.random.default_rng((seed, 2)))
    x, answers = found.x[0], found.answers[0]
    if name == "add":
        words = tuple(f"<b>{value:.2f}</b>" if mark else f"{value:.2f}" for value, mark in x)
        return Example(words, f"{float(answers[0]):.2f}")
    ids = x.argmax(-1)
    if name == "parity":
        return Example(tuple(str(bit) for bit in ids), "odd" if answers[-1] else "even")
    letters = ["ABCDEFGH"[n] if n < 8 else "?" if n == x.shape[-1] - 1 else "·" for n in ids]
    return Example(tuple(letters), "".join("ABCDEFGH"[n] for n in answers))


STEPS = (16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192)
WIDTHS = (32, 64, 128)
TIMED = ("rnn", "lstm", "attention", "dense")


@dataclass(frozen=True)
class Timing:
    """One sequence through each layer of `TIMED`, forward and backward, by its length.

    `seconds`: the fastest pass. `memory`: bytes kept for the way back. `where`: the machine, in words.
    """

    width: int
    lengths: Int[np.ndarray, "lengths"]
    seconds: Float[np.ndarray, "layers lengths"]
    memory: Int[np.ndarray, "layers lengths"]
    parameters: Int[np.ndarray, "layers lengths"]
    where: str

    def of(self, name: str, length: int) -> float:
        """Return the seconds of one layer at one length."""
        return float(self.seconds[TIMED.index(name), int(np.argmax(self.lengths == length))])

    def overtaken(self, by: str = "lstm") -> int:
        """Return the first length at which attention takes longer than another layer and stays so, 0 for none."""
        slower = self.seconds[TIMED.index("attention")] > self.seconds[TIMED.index(by)]
        if not slower[-1]:
            return 0
        faster = np.flatnonzero(~slower)
        return int(self.lengths[faster[-1] + 1 if len(faster) else 0])


def waits(name: str, length: int) -> int:
    """Return how many steps of a layer have to wait for one another: all of a recurrent one's."""
    return length if name in RECURRENT else 1


Reader = Literal["dense", "lstm"]
READERS: tuple[Reader, ...] = get_args(Reader)
KEPT, SHIFTS = 12, 8  # words of a review, and empty steps before it at most


@dataclass(frozen=True)
class Moved:
    """Held-out reviews, begun 0 to `SHIFTS` steps later: correct verdicts, and those that are not what they were at 0.

    `parameters`: of each reader besides its words' vectors.
    """

    reviews: int
    correct: Int[np.ndarray, "readers shifts"]
    changed: Int[np.ndarray, "readers shifts"]
    parameters: tuple[int, ...]

    def share(self, name: str, shift: int) -> float:
        """Return the share of verdicts that are other ones."""
        return float(self.changed[READERS.index(name), shift] / self.reviews)


@dataclass(frozen=True)
class Sentence:
    """A reader's own text: its first words, how many more there are, those not known, and the probability of "good"."""

    words: tuple[str, ...]
    dropped: int
    unknown: tuple[str, ...]
    positive: Float[np.ndarray, "readers shifts"]


TEXT = "a charming, funny film that never quite finds its way"
LIVE, LIVE_SEEDS = 4.0, 1  # seconds for each network, and runs, when a reader trains them
