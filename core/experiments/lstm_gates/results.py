"""What the lesson on LSTM gates shows, as numbers: recall with a gate held, gates over a text, one cell's sum. No torch."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from core.data.recall import CHANCE
from core.experiments.intervals import Counted

DEFAULT_TEXT = (
    'The old man said, "I kept this letter for forty years (nobody else has read it), and I will not burn it now." '
    "Then he closed the drawer."
)
STEPS = 80  # of the recall task before the last question; the first of them is the symbol
RECALLS, SEED = 200, 1  # sequences that are asked, and what they are drawn with
WINDOW = 400  # characters of a text that are drawn

Kind = Literal["lstm", "gru"]
Effect = Literal["gone", "less", "kept", "never"]
Network = tuple[str, int]  # name and training seed of a recall model
QUANTITIES: dict[str, tuple[str, ...]] = {
    "lstm": ("forget", "input", "output", "candidate", "cell", "hidden"),
    "gru": ("update", "reset", "candidate", "hidden"),
}
GATES: dict[str, tuple[str, ...]] = {"lstm": ("forget", "input", "output"), "gru": ("update", "reset")}
KEEPER = {"lstm": "forget", "gru": "update"}  # the gate that the memory is multiplied by at each step
MEMORY = {"lstm": "cell", "gru": "hidden"}
# The networks of the recall task that gates are held in, by kind and by how they were trained.
NETWORKS: dict[str, dict[str, Network]] = {
    "lstm": {"alone": ("lstm_at_40", 1), "together": ("lstm", 0)},
    "gru": {"together": ("gru", 0)},
}


@dataclass(frozen=True)
class Layer:
    """A layer of a character model: that of "lstm" or "gru", or one of the two of "textgenrnn", from 0 at the bottom."""

    model: str
    number: int = 0

    @property
    def kind(self) -> Kind:
        """Return which kind of gates it has."""
        return "gru" if self.model == "gru" else "lstm"


@dataclass(frozen=True)
class Hold:
    """A gate held at a value in all units, from step `start` up to, not including, `stop` (None: for good)."""

    gate: str
    value: float = 0.0
    start: int = 0
    stop: int | None = None


DEFAULT_LAYER = Layer("lstm")
DEFAULT_HOLD = Hold("forget", 0.0, 39, 60)  # on the screen: steps 40 to 60


@dataclass(frozen=True)
class Read:
    """A text that was read with nothing held: how surprising each character was (bits; nan where that is not known).

    half_lives (hidden,): see `half_lives`. unknown: positions of characters that the model does not know.
    """

    text: str
    unknown: tuple[int, ...]
    bits: Float[np.ndarray, "time"]
    half_lives: Float[np.ndarray, "hidden"]


@dataclass(frozen=True)
class Sum:
    """The equations of one step of one cell with their numbers: memory = keep * before + write * candidate."""

    kind: Kind
    before: float
    gates: dict[str, float]
    candidate: float
    memory: float
    hidden: float

    @property
    def keep(self) -> float:
        """Return the share of the memory that stays."""
        return self.gates[KEEPER[self.kind]]

    @property
    def write(self) -> float:
        """Return the share of the candidate that is added: what a GRU's update gate does not keep, it writes."""
        return self.gates["input"] if self.kind == "lstm" else 1 - self.keep


@dataclass(frozen=True)
class Cell:
    """One unit at consecutive characters: what its gates did and what it held.

    text: the characters, as they are named; the first is number `first` (from 0) of the reader's text, below 0 where
    padding stands before it. values: by `names`. Before the first step the memory is 0.
    """

    kind: Kind
    unit: int
    rank: int
    hidden: int
    half_life: float
    text: tuple[str, ...]
    first: int
    names: tuple[str, ...]
    values: Float[np.ndarray, "quantity time"]

    def of(self, name: str) -> Float[np.ndarray, "time"]:
        """Return one quantity."""
        found: np.ndarray = self.values[self.names.index(name)]
        return found

    def step(self, t: int) -> Sum:
        """Return the numbers of the step at character `t` of `text`."""
        memory = self.of(MEMORY[self.kind])
        gates = {gate: float(self.of(gate)[t]) for gate in GATES[self.kind]}
        before = float(memory[t - 1]) if t else 0.0
        return Sum(
            self.kind, before, gates, float(self.of("candidate")[t]), float(memory[t]), float(self.of("hidden")[t])
        )


@dataclass(frozen=True)
class Along:
    """The recall task with the question put at each step from 1 to `STEPS`, with a gate held (or None).

    right[t - 1]: correct answers out of `asked` if the question is step t. step: the numbers of the cell that holds most,
    in the first sequence, at the first held step (of the default hold if none is), which is number `at`.
    """

    hold: Hold | None
    asked: int
    right: Int[np.ndarray, "steps"]
    at: int
    unit: int
    step: Sum

    @property
    def shares(self) -> Float[np.ndarray, "steps"]:
        """Return the share of correct answers by the step of the question."""
        return np.asarray(self.right / self.asked)

    def when(self, step: int) -> Counted:
        """Return what is recalled if the question is step number `step`."""
        return Counted(self.asked, int(self.right[step - 1]))

    @property
    def end(self) -> Counted:
        """Return what is recalled at the last question."""
        return self.when(STEPS)

    @property
    def lowest(self) -> Counted:
        """Return what is recalled where least is, from the first held step on."""
        return Counted(self.asked, int(self.right[max(self.at, 1) - 1 :].min()))


@dataclass(frozen=True)
class Latch:
    """How far apart a network's hidden states lie after `steps` steps: of sequences with the same symbol, and with others.

    Mean Euclidean distances over `sequences` sequences whose noise differs.
    """

    steps: int
    sequences: int
    same: float
    other: float


def half_lives(keep: Float[np.ndarray, "*steps hidden"]) -> Float[np.ndarray, "hidden"]:
    """Return after how many characters half of what a unit holds would be left, from its gate values over a text.

    After T steps the product of T gate values is left, on average exp(T * m) with m the mean of ln f. Half is left
    after T = ln 2 / -m: infinite for a gate that never closed, 0 for one that was quite shut.
    """
    with np.errstate(divide="ignore"):
        mean = np.log(keep.astype(np.float64)).mean(tuple(range(keep.ndim - 1)))
        return np.asarray(np.where(mean < 0, np.log(2) / -mean, np.inf))


def by_memory(lives: Float[np.ndarray, "hidden"]) -> Int[np.ndarray, "hidden"]:
    """Return the units in order of their half-lives, longest first; equal ones in the order of their numbers."""
    return np.argsort(-lives, kind="stable")


def window(length: int, at: int, most: int = WINDOW) -> tuple[int, int]:
    """Return from where to where at most `most` of `length` characters are shown, with `at` in the middle if it can be."""
    first = max(0, min(at - most // 2, length - most))
    return first, min(length, first + most)


def effect(free: Counted, held: Counted) -> Effect:
    """Return what a hold did to the recall task, as far as so many questions can tell.

    "gone": what is left can't be told from guessing; "less": clearly less than before; "kept": no clear difference;
    "never": with nothing held, too, it was guessing.
    """
    if free.interval[0] <= CHANCE:
        return "never"
    if held.interval[0] <= CHANCE:
        return "gone"
    return "less" if held.interval[1] < free.interval[0] else "kept"


def mean_bits(bits: Float[np.ndarray, "time"]) -> float:
    """Return the mean surprise of a text in bits per character; nan where no character of it is known."""
    known = bits[np.isfinite(bits)]
    return float(known.mean()) if len(known) else math.nan
