"""What the lesson on recurrent networks shows: a text read step by step, and what is left when the state is damaged.

Plain numpy, so that a page can show a recorded result before torch is imported. What computes it with the models is
in `core.experiments.rnn.reading` and `_rnn_measure`; what units keep track of in `_rnn_features`.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from core.experiments.characters import Written, bits, log_chances

DEFAULT_TEXT = (
    'The critic wrote, "I laughed twice, then I looked at my watch," and gave it one star (out of five).\n'
    "The man beside him had wept from the first minute to the last. They had seen the same film."
)
DEFAULT_OTHER = "In March the council raised the tax on land again, and nobody spoke against it."
DEFAULT_PLACE = 52  # inside the quotation
DEFAULT_MODEL = "rnn_tanh"
KINDS = {"rnn_tanh": "RNN tanh", "rnn_relu": "RNN ReLU", "gru": "GRU", "lstm": "LSTM"}
SHOWN = 400  # characters in one picture: more would make a browser slow
AFTER = 200  # characters that are read on after the state was damaged
HEALED = 0.1  # nats: under this two predictions count as the same
FEATURED_ROWS = 5  # units a feature in the heat map

Kind = Literal["erase", "swap"]


@dataclass(frozen=True)
class Settings:
    """How a text is written: what the page's controls say."""

    temperature: float = 0.8
    seed: int = 1
    length: int = 200


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

    def chances(self, place: int) -> Float[np.ndarray, "scores"]:
        """Return the chances of each character after the one at `place`; the unknown one has none."""
        result: np.ndarray = np.exp(log_chances(self.logits[place]))
        return result

    def surprises(self) -> Float[np.ndarray, "time"]:
        """Return how surprising each character was, in bits; nan for the first and for unknown ones."""
        return bits(self.logits, list(self.ids))


@dataclass(frozen=True)
class Step:
    """One step of the network: what goes in, what was there, what comes out.

    `likeliest` are the next characters with their chances, best first; `came` is the one that came, None at the text's
    end, with its chance (nan for an unknown one) and rank (0 for an unknown one).
    """

    place: int
    character: str
    before: Float[np.ndarray, "unit"]
    after: Float[np.ndarray, "unit"]
    likeliest: tuple[tuple[str, float], ...]
    came: str | None
    chance: float
    rank: int


def step_at(read: Read, place: int, top: int = 8) -> Step:
    """Return the step that reads the character at `place` (0 is the first)."""
    after = read.states[place]
    before = read.states[place - 1] if place else np.zeros_like(after)
    chances = read.chances(place)
    order = np.argsort(-chances, kind="stable")
    likeliest = tuple((read.vocabulary[i - 1], float(chances[i])) for i in order[:top])
    came, chance, rank = None, float("nan"), 0
    if place + 1 < len(read.text):
        came = read.text[place + 1]
        known = read.ids[place + 1]
        if known:
            chance, rank = float(chances[known]), int((chances > chances[known]).sum()) + 1
    return Step(place, read.text[place], before, after, likeliest, came, chance, rank)


def window(length: int, place: int, limit: int = SHOWN) -> slice:
    """Return the part of a text of `length` that is shown: at most `limit` characters, `place` in it."""
    start = min(max(0, place - limit // 2), max(0, length - limit))
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
    def lasts(self) -> int | None:
        """Return after how many characters the divergence is under `HEALED` for good; None: not within this text."""
        return falls_under(self.divergence)

    @property
    def half(self) -> int:
        """Return how many characters bear half of all the divergence."""
        total = np.cumsum(self.divergence)
        return int(np.searchsorted(total, total[-1] / 2)) + 1 if len(total) and total[-1] > 0 else 0


@dataclass(frozen=True)
class Habits:
    """What one model does on average, measured on held-out text.

    erased and swapped: mean divergence (nats) after 1, 2, ... characters, over `places`. recalled[n]: share of places
    where a linear reader of the state names the character that was read `distances[n]` before; `guessed` is that
    share for one who always says the commonest. bits: cross-entropy in bits a character.
    """

    erased: Float[np.ndarray, "after"]
    swapped: Float[np.ndarray, "after"]
    places: int
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


def mean_bits(written: Written) -> float:
    """Return how surprising a drawn text is under the model alone, in bits a character."""
    return float(-np.log2(np.maximum(written.chances, 1e-300)).mean())


def left_open(text: str, mark: str) -> bool:
    """Return whether the last line of a text has quotation marks ('"') or brackets (")") that are open at its end."""
    line = text.rpartition("\n")[2]
    if mark == '"':
        return line.count('"') % 2 == 1
    depth = 0
    for character in line:
        depth = max(0, depth + {"(": 1, ")": -1}.get(character, 0))
    return depth > 0
