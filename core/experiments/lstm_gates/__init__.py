"""What the lesson on LSTM gates shows, as numbers: gates over a text, one cell's sum, and what a held gate does. No torch.

Computed in `core.experiments.lstm_gates.reading`, `._gates_recall` and `._gates_speed`.
"""

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from core.data.recall import CHANCE

DEFAULT_TEXT = (
    'The old man said, "I kept this letter for forty years (nobody else has read it), and I will not burn it now." '
    "Then he closed the drawer."
)
SHOWN_UNITS = 48  # rows of the heat map
WINDOW = 400  # characters in it
RECALLS = 200  # sequences of the recall task that are asked at a time
DISTANCE = 40
SMOOTH = 12  # characters that the running mean of the surprise looks back over
SEED, LENGTH, TEMPERATURE = 1, 160, 0.7  # of what is written

Kind = Literal["lstm", "gru"]
Which = Literal["all", "longest", "one"]
Effect = Literal["gone", "less", "kept", "never"]
QUANTITIES: dict[str, tuple[str, ...]] = {
    "lstm": ("forget", "input", "output", "candidate", "cell", "hidden"),
    "gru": ("update", "reset", "candidate", "hidden"),
}
GATES: dict[str, tuple[str, ...]] = {"lstm": QUANTITIES["lstm"][:4], "gru": QUANTITIES["gru"][:3]}
KEEPER = {"lstm": "forget", "gru": "update"}  # the gate that the memory is multiplied by at each step
MEMORY = {"lstm": "cell", "gru": "hidden"}
SIGNED = ("candidate", "cell", "hidden")
# The networks of the recall task by how they were trained: name and seed of the model.
NETWORKS: dict[str, dict[str, tuple[str, int]]] = {
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
    """A gate held at a value: in which units, and from character `start` up to, not including, `stop` (None: for good).

    which: all units, the `share` per cent of them that remember longest, or the one that is `rank`-th in that order.
    """

    gate: str
    value: float
    which: Which = "all"
    share: int = 25
    rank: int = 1
    start: int = 0
    stop: int | None = None

    def essential(self) -> "Hold":
        """Return the hold with all that has no effect at its default, so that what is the same is equal."""
        share = self.share if self.which == "longest" else 25
        return replace(self, share=share, rank=self.rank if self.which == "one" else 1)

    def units(self, order: Int[np.ndarray, "hidden"]) -> tuple[int, ...] | None:
        """Return the units that are held, of those in `order` of their memory; None for all."""
        if self.which == "all":
            return None
        if self.which == "one":
            return (int(order[min(self.rank, len(order)) - 1]),)
        return tuple(int(unit) for unit in order[: max(1, round(self.share / 100 * len(order)))])

    def part(self, length: int, steps: int) -> tuple[int, int]:
        """Return the same part of `steps` steps as the hold is of a text of `length` characters: at least one step."""
        stop = length if self.stop is None else min(self.stop, length)
        first = min(math.floor(self.start / length * steps), steps - 1)
        return first, min(steps, max(first + 1, math.ceil(stop / length * steps)))


DEFAULT_LAYER = Layer("lstm")
DEFAULT_HOLD = Hold("forget", 0.0)


@dataclass(frozen=True)
class Read:
    """A text that was read with nothing held: how surprising each character was (bits; nan where that is not known).

    half_lives (hidden,): see `half_lives`. order: the units, the longest memory first. unknown: places of characters
    that the model does not know.
    """

    text: str
    unknown: tuple[int, ...]
    bits: Float[np.ndarray, "time"]
    half_lives: Float[np.ndarray, "hidden"]
    order: Int[np.ndarray, "hidden"]


@dataclass(frozen=True)
class Gates:
    """What chosen units did at the characters from `first` on: `values` in the order of `names`, units and text.

    units: their numbers, longest memory first; ranks: their places in that order among all, from 1.
    """

    kind: Kind
    names: tuple[str, ...]
    text: str
    first: int
    units: Int[np.ndarray, "shown"]
    ranks: Int[np.ndarray, "shown"]
    half_lives: Float[np.ndarray, "shown"]
    hidden: int
    values: Float[np.ndarray, "quantity shown time"]

    def of(self, name: str) -> Float[np.ndarray, "shown time"]:
        """Return one quantity in single precision."""
        found: np.ndarray = self.values[self.names.index(name)].astype(np.float32)
        return found


@dataclass(frozen=True)
class Cell:
    """One unit at consecutive characters: what its gates did, and of what each gate's sum was made.

    text: the characters, as they are named; the first is number `first` (from 0) of the reader's text, below 0 where
    padding stands before it. values: by `names`. from_input and from_state: the two parts of the sums inside the gates,
    by `GATES` of the kind (W_ih x + b_ih and W_hh h + b_hh). Before the first step memory and hidden value are 0.
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
    from_input: Float[np.ndarray, "gate time"]
    from_state: Float[np.ndarray, "gate time"]

    def of(self, name: str) -> Float[np.ndarray, "time"]:
        """Return one quantity."""
        found: np.ndarray = self.values[self.names.index(name)]
        return found


@dataclass(frozen=True)
class Sum:
    """The equations of one step with their numbers: memory = keep * before + write * candidate."""

    before: float
    keep: float
    write: float
    candidate: float
    memory: float
    output: float
    hidden: float

    @property
    def kept(self) -> float:
        """Return what is left of the memory before."""
        return self.keep * self.before

    @property
    def written(self) -> float:
        """Return what is added."""
        return self.write * self.candidate


@dataclass(frozen=True)
class Recalled:
    """How many of so many sequences were answered rightly, with the question `distance` steps after the symbol."""

    distance: int
    asked: int
    right: int

    @property
    def share(self) -> float:
        """Return the share of right answers."""
        return self.right / self.asked

    @property
    def interval(self) -> tuple[float, float]:
        """Return between which shares the true one lies with 95 % certainty."""
        return wilson(self.right, self.asked)


def other_span(hold: Hold, length: int) -> Hold:
    """Return the same hold for the middle character alone, or for the whole text where it is short already."""
    stop = length if hold.stop is None else hold.stop
    if stop - hold.start <= max(1, length // 10):
        return replace(hold, start=0, stop=None)
    return replace(hold, start=length // 2, stop=length // 2 + 1)


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


def evenly(count: int, most: int = SHOWN_UNITS) -> Int[np.ndarray, "shown"]:
    """Return at most `most` places of `count`, evenly spread, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int))


def window(length: int, at: int, most: int = WINDOW) -> tuple[int, int]:
    """Return from where to where at most `most` of `length` characters are shown, with `at` in the middle if it can be."""
    first = max(0, min(at - most // 2, length - most))
    return first, min(length, first + most)


def sum_at(cell: Cell, t: int) -> Sum:
    """Return the numbers of the step at character `t`.

    In a GRU the update gate z keeps, and what is left of it, 1 - z, writes; its output gate is wide open (1).
    """
    memory = cell.of(MEMORY[cell.kind])
    keep = float(cell.of(KEEPER[cell.kind])[t])
    return Sum(
        before=float(memory[t - 1]) if t else 0.0,
        keep=keep,
        write=float(cell.of("input")[t]) if cell.kind == "lstm" else 1 - keep,
        candidate=float(cell.of("candidate")[t]),
        memory=float(memory[t]),
        output=float(cell.of("output")[t]) if cell.kind == "lstm" else 1.0,
        hidden=float(cell.of("hidden")[t]),
    )


def wilson(right: int, asked: int, z: float = 1.96) -> tuple[float, float]:
    """Return the interval of Wilson (1927) for a share: 95 % of such intervals hold the true share."""
    share, spread = right / asked, z * z / asked
    middle = (share + spread / 2) / (1 + spread)
    reach = z / (1 + spread) * math.sqrt(share * (1 - share) / asked + spread / (4 * asked))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def effect(free: Recalled, held: Recalled) -> Effect:
    """Return what a hold did to the recall task, as far as so many questions can tell.

    "gone": what is left can't be told from guessing; "less": clearly less than before; "kept": no clear difference;
    "never": with nothing held, too, it was guessing.
    """
    if free.interval[0] <= CHANCE:
        return "never"
    if held.interval[0] <= CHANCE:
        return "gone"
    return "less" if held.interval[1] < free.interval[0] else "kept"


def running_mean(values: Float[np.ndarray, "time"], over: int = SMOOTH) -> Float[np.ndarray, "time"]:
    """Return at each place the mean of the last `over` values that are numbers; nan where there is none."""
    there = np.isfinite(values)
    sums = np.concatenate([[0.0], np.cumsum(np.where(there, values, 0.0))])
    counts = np.concatenate([[0], np.cumsum(there)])
    begin = np.maximum(np.arange(len(values)) + 1 - over, 0)
    count = counts[1:] - counts[begin]
    return np.where(count > 0, (sums[1:] - sums[begin]) / np.maximum(count, 1), np.nan)


def legible(text: str) -> str:
    """Return what a network wrote with "□" for signs that are no Latin, Greek or Cyrillic writing or its punctuation.

    The public model knows rare signs from the web, hateful ones among them, and draws them when a gate is held.
    """
    return "".join(c if c < "\u0600" or "\u2010" <= c <= "\u206f" or c == "\ufffd" else "□" for c in text)


def mean_bits(bits: Float[np.ndarray, "time"], first: int = 0, stop: int | None = None) -> float:
    """Return the mean surprise over a part of the text, in bits a character; nan where nothing in it is known."""
    known = bits[first:stop]
    known = known[np.isfinite(known)]
    return float(known.mean()) if len(known) else math.nan
