"""The lesson on the encoder-decoder: what fits into one vector, how it is damaged, and where it stops being enough.

Plain numbers only, so that recorded results can be shown before torch is imported; what needs a model is in
`_bottleneck_reading.py` (translators) and `_bottleneck_spelling.py` (words to phonemes).
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

DEFAULT_TEXT = "Anna bought a red car and a green bicycle in Lisbon yesterday."
DEFAULT_STEP = 5  # where the default's red car becomes a military one
DEFAULT_OTHER = "My brother did not read the letter."
DEFAULT_WORD = "photosynthesis"
WORDS, CHARACTERS = 20, 240  # of a sentence
LETTERS = 24  # of a word
SEED, AMOUNT = 0, 0.5
TOP = 8  # likeliest subwords that are kept of a step
DRAWS = 5  # of what is left to chance in a damage
AMOUNTS = tuple(round(0.05 * n, 2) for n in range(21))
WIDTHS = (1, 2, 4, 8)  # of the beam
WIDTH = 4
HALF = 50.0  # chrF: half of what the undamaged translation has with itself

Kind = Literal["noise", "zero", "swap", "blend"]
Which = Literal["random", "largest", "forwards", "backwards"]
Look = Literal["none", "additive"]
KIND: Kind = "noise"
KINDS: dict[Kind, str] = {"noise": "noise", "zero": "zeros", "swap": "swap", "blend": "blend"}
WHICH: dict[Which, str] = {
    "random": "any", "largest": "the largest", "forwards": "forward reader's", "backwards": "backward reader's",
}  # fmt: skip
LOOKS: dict[Look, str] = {"none": "No attention", "additive": "Attention"}
MARIAN = "Marian"


@dataclass(frozen=True)
class Fitted:
    """A reader's sentence as the models get it; `words` is how many it had, `cut` whether any were left out."""

    text: str
    words: int
    cut: bool


def fit(text: str) -> Fitted:
    """Return the first `WORDS` words of a text on one line, without control characters, in at most `CHARACTERS`."""
    clean = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in text)
    words = clean.split()
    kept = " ".join(words[:WORDS])[:CHARACTERS].rstrip()
    return Fitted(kept, len(words), kept != " ".join(words))


def fit_word(text: str) -> str:
    """Return the first word of a text in small letters a to z, accents taken off, at most `LETTERS` of them."""
    bare = unicodedata.normalize("NFKD", text).lower()
    words = "".join(c if "a" <= c <= "z" else "" if unicodedata.category(c) == "Mn" or c in "'’" else " " for c in bare)
    return (words.split() or [""])[0][:LETTERS]


@dataclass(frozen=True)
class Reading:
    """A sentence in the model without attention.

    - `text`: what was read; `source`: its subwords with the end. `target`: the subwords written, with the end unless the
      translation was cut; `logprobs`: natural logarithm of each one's chance.
    - `places`: the encoder's state at each source subword, the forward reader's half first; `vector`: all that the decoder
      gets, the last state of the forward reader and that of the backward reader.
    - `chances`: at each step the `TOP` likeliest subwords with their chances.
    """

    text: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    written: str
    logprobs: Float[np.ndarray, "target"]
    places: Float[np.ndarray, "source wide"]
    vector: Float[np.ndarray, "wide"]
    chances: tuple[tuple[tuple[str, float], ...], ...]
    parameters: int

    @property
    def shown(self) -> tuple[str, ...]:
        """Return the written subwords as a reader sees them."""
        return tuple(show(piece) for piece in self.target)

    @property
    def shares(self) -> tuple[float, ...]:
        """Return the chance of each written subword."""
        return tuple(min(float(np.exp(value)), 1.0) for value in self.logprobs)


def show(piece: str) -> str:
    """Return a subword as people read it: a blank where a word begins, "end" for the end."""
    return "end" if piece == "</s>" else piece.replace("▁", " ").strip() or "␣"


@dataclass(frozen=True)
class Rival:
    """One model's translation, and its agreement with Marian's (chrF, 0 to 100; None where Marian is not here)."""

    name: str
    text: str
    chrf: float | None


@dataclass(frozen=True)
class Damage:
    """What the decoder writes from a damaged vector, at each of `AMOUNTS`.

    `chrf`: agreement with the undamaged translation, for `DRAWS` seeds from the chosen one on (one where nothing is
    drawn); `other_chrf`: with the other sentence's translation. `texts`: what was written in the first draw.
    """

    kind: Kind
    which: Which
    seed: int
    vector: Float[np.ndarray, "wide"]
    other: Float[np.ndarray, "wide"]
    before: str
    other_before: str
    texts: tuple[str, ...]
    chrf: Float[np.ndarray, "draws amounts"]
    other_chrf: Float[np.ndarray, "draws amounts"]

    def at(self, amount: float) -> int:
        """Return the place of an amount."""
        return int(np.argmin(np.abs(np.array(AMOUNTS) - amount)))

    @property
    def half(self) -> float | None:
        """Return the least amount from which on the mean agreement stays under half, None when it never does."""
        under = self.chrf.mean(0) < HALF
        last_over = int(np.flatnonzero(~under).max(initial=-1))
        return AMOUNTS[last_over + 1] if last_over + 1 < len(AMOUNTS) else None


def drawn(kind: Kind, which: Which) -> bool:
    """Return whether anything of this damage is left to chance."""
    return kind == "noise" or (kind in ("zero", "swap") and which != "largest")


def units(vector: Float[np.ndarray, "wide"], which: Which, seed: int) -> list[int]:
    """Return the units that a damage may reach, in the order in which it reaches them."""
    wide = len(vector)
    if which == "largest":
        return [int(unit) for unit in np.argsort(-np.abs(vector), kind="stable")]
    within = {"random": range(wide), "forwards": range(wide // 2), "backwards": range(wide // 2, wide)}[which]
    return [int(unit) for unit in np.random.default_rng(seed).permutation(list(within))]


def hurt(
    vector: Float[np.ndarray, "wide"],
    other: Float[np.ndarray, "wide"],
    kind: Kind,
    amount: float,
    *,
    which: Which = "random",
    seed: int = 0,
) -> Float[np.ndarray, "wide"]:
    """Return a damaged copy of a vector; `amount` from 0 (untouched) to 1.

    - noise: a random vector that is `amount` times as long is added.
    - zero, swap: this share of the units that `which` names is set to 0, or to what the other vector has there.
    - blend: (1 - amount) times the vector and amount times the other.
    """
    if kind == "noise":
        noise = np.random.default_rng(seed).normal(size=vector.shape)
        noise *= amount * np.linalg.norm(vector) / np.linalg.norm(noise)
        return (vector + noise).astype(np.float32)
    if kind == "blend":
        return ((1 - amount) * vector + amount * other).astype(np.float32)
    reached = units(vector, which, seed)
    reached = reached[: round(amount * len(reached))]
    damaged = vector.astype(np.float32).copy()
    damaged[reached] = 0.0 if kind == "zero" else other[reached]
    return damaged


@dataclass(frozen=True)
class Pasts:
    """The chance of each right subword: fed the right ones before it, and fed what the model itself wrote.

    `right`: the subwords of the reference (Marian's translation); `own`: those that the model wrote by itself. At a step
    that it did not come to, because it had ended, the right subword had no chance.
    """

    reference: str
    right: tuple[str, ...]
    own: tuple[str, ...]
    forced: Float[np.ndarray, "steps"]
    free: Float[np.ndarray, "steps"]

    @property
    def apart(self) -> int | None:
        """Return the first step at which the model wrote something else, None when it never did."""
        pairs = zip(self.right, (*self.own, *[""] * len(self.right)), strict=False)
        return next((step for step, (one, other) in enumerate(pairs) if one != other), None)


@dataclass(frozen=True)
class Way:
    """What a beam of this width found: the text, its log-probability in nats, how many subwords, chrF with Marian's."""

    width: int
    text: str
    logprob: float
    subwords: int
    chrf: float | None

    @property
    def mean(self) -> float:
        """Return the log-probability a subword, by which the beam chooses among texts of different lengths."""
        return self.logprob / max(self.subwords, 1)


def likeliest(ways: Sequence[Way]) -> Way:
    """Return the way with the highest log-probability a subword; the narrowest of equal ones."""
    return max(ways, key=lambda way: (round(way.mean, 5), -way.width))


@dataclass(frozen=True)
class Habits:
    """Means over held-out sentences of 3 to `WORDS` words, of a model with that look.

    `forced`, `free`: the chance of the right subword, as in `Pasts`; `greedy`, `beam`: chrF with Marian's of what is found
    greedily and with a beam of `WIDTH`.
    """

    look: Look
    sentences: int
    forced: float
    free: float
    greedy: float
    beam: float
