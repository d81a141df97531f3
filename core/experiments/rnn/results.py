"""The results of the lesson on recurrent networks: a text read step by step, and what is left when the state is damaged.

Plain numpy, so that a page can show what was recorded before torch is imported.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from core.experiments.characters import bits, log_probabilities

DEFAULT_TEXT = (
    'The critic wrote, "I laughed twice, then I looked at my watch," and gave it one star (out of five).\n'
    "The man beside him had wept from the first minute to the last. They had seen the same film."
)
DEFAULT_OTHER = "In March the council raised the tax on land again, and nobody spoke against it."
DEFAULT_POSITION = 45  # in "I loo", inside the quotation; counted from 0
DEFAULT_MODEL = "rnn_tanh"
KINDS = {"rnn_tanh": "RNN tanh", "rnn_relu": "RNN ReLU", "gru": "GRU", "lstm": "LSTM"}
SHOWN = 400  # characters in one picture: more would make a browser slow
AFTER = 200  # characters that are read on after the state was damaged
HEALED = 0.1  # nats, a tenth less probability for what the other expects: under this two predictions count as the same

Kind = Literal["erase", "swap"]


@dataclass(frozen=True)
class Matrix:
    """One of the network's matrices, used anew at every step: a name, rows and columns."""

    name: str
    rows: int
    columns: int

    @property
    def numbers(self) -> int:
        """Return how many numbers it holds."""
        return self.rows * self.columns


@dataclass(frozen=True)
class Read:
    """A text as one model read it, character by character.

    states[t] are the units after character t, an LSTM's cells (their arsinh) behind its hidden units; logits[t] scores
    the character after it. `ids` are the characters in the model's alphabet, 0 for one that it does not know.
    `matrices` are W_ih, W_hh and W_ho; `parameters` counts these, the biases and the table of characters.
    """

    model: str
    text: str
    ids: tuple[int, ...]
    vocabulary: tuple[str, ...]
    states: Float[np.ndarray, "time unit"]
    logits: Float[np.ndarray, "time scores"]
    hidden: int
    matrices: tuple[Matrix, ...]
    parameters: int

    def probabilities(self, position: int) -> Float[np.ndarray, "scores"]:
        """Return the probability of each character after the one at `position`; the unknown one has none."""
        result: np.ndarray = np.exp(log_probabilities(self.logits[position]))
        return result

    def surprises(self) -> Float[np.ndarray, "time"]:
        """Return how surprising each character was, in bits; nan for the first and for unknown ones."""
        return bits(self.logits, list(self.ids))


@dataclass(frozen=True)
class Step:
    """What a network says comes after one character: with its state, and with the state erased a few characters before.

    `likeliest` are the next characters with their probabilities, with the state and without it, best with it first;
    `came` is the character that came, None at the text's end, with both probabilities (nan for an unknown one).
    """

    position: int
    since: int
    likeliest: tuple[tuple[str, float, float], ...]
    came: str | None
    kept: float
    erased: float


@dataclass(frozen=True)
class Erased:
    """The last characters of a text as one model reads them from a state of zeros on.

    states and logits are those after each of the `since` characters that end at `position`.
    """

    model: str
    position: int
    since: int
    states: Float[np.ndarray, "since unit"]
    logits: Float[np.ndarray, "since scores"]


def compare(read: Read, erased: Erased, top: int = 3) -> Step:
    """Return what comes next with the state and with the state erased: the likeliest of both, and what came."""
    kept = read.probabilities(erased.position)
    without: np.ndarray = np.exp(log_probabilities(erased.logits[-1]))
    chosen = dict.fromkeys(int(i) for each in (kept, without) for i in np.argsort(-each, kind="stable")[:top])
    came, both = None, (float("nan"), float("nan"))
    if erased.position + 1 < len(read.text):
        came = read.text[erased.position + 1]
        if known := read.ids[erased.position + 1]:
            both = float(kept[known]), float(without[known])
            chosen[known] = None
    rows = sorted(
        ((read.vocabulary[i - 1], float(kept[i]), float(without[i])) for i in chosen), key=lambda row: -row[1]
    )
    return Step(erased.position, erased.since, tuple(rows), came, *both)


def window(length: int, position: int, limit: int = SHOWN) -> slice:
    """Return the part of a text of `length` that is shown: at most `limit` characters, `position` in it."""
    start = min(max(0, position - limit // 2), max(0, length - limit))
    return slice(start, min(length, start + limit))


def falls_under(curve: Float[np.ndarray, "after"], threshold: float = HEALED) -> int | None:
    """Return after how many characters a curve (first value: after one) stays under a threshold; None: never."""
    above = np.flatnonzero(curve >= threshold)
    last = int(above[-1]) + 1 if len(above) else 0
    return last + 1 if last < len(curve) else None


@dataclass(frozen=True)
class Damage:
    """How far the predictions of one model went astray after its state was damaged.

    divergence[n] is KL(undamaged || damaged) of the next character's chances after n + 1 more characters, in nats.
    """

    model: str
    divergence: Float[np.ndarray, "after"]

    @property
    def lost(self) -> Float[np.ndarray, "after"]:
        """Return the divergence in words that need no logarithm: the share of probability that is lost.

        1 - exp(-KL): by this factor (a geometric mean over what the undamaged model expects) its probability fell.
        """
        result: np.ndarray = -np.expm1(-self.divergence)
        return result

    @property
    def lasts(self) -> int | None:
        """Return after how many characters the divergence is under `HEALED` for good; None: not within this text."""
        return falls_under(self.divergence)

    @property
    def half(self) -> int:
        """Return how many characters bear half of all the divergence."""
        total = np.cumsum(self.divergence)
        return int(np.searchsorted(total, total[-1] / 2)) + 1 if len(total) and total[-1] > 0 else 0


@dataclass(frozen=True)
class Averages:
    """What one model does on average, measured on held-out text.

    erased and swapped: mean divergence (nats) after 1, 2, ... characters, over `positions`. recalled[n]: share of positions
    where a linear reader of the state names the character that was read `distances[n]` before; `guessed` is that
    share for one who always says the commonest. bits: cross-entropy in bits a character.
    """

    erased: Float[np.ndarray, "after"]
    swapped: Float[np.ndarray, "after"]
    positions: int
    distances: tuple[int, ...]
    recalled: tuple[float, ...]
    guessed: float
    bits: float


@dataclass(frozen=True)
class Speed:
    """Time for `lengths` characters one after another, in seconds, and for the longest of them as `lanes` texts at once."""

    model: str
    lengths: tuple[int, ...]
    seconds: tuple[float, ...]
    lanes: int
    side_by_side: float
    where: str

    @property
    def gain(self) -> float:
        """Return how many times faster the same number of characters is read when the texts do not wait for one another."""
        return self.seconds[-1] / self.side_by_side
