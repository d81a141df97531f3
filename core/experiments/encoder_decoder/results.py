"""The results of the lesson on the encoder-decoder: plain numpy, so that recorded ones are shown before torch is imported."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from core.generation.seeds import checked

DEFAULT_TEXT = "Anna bought a red car and a green bicycle in Lisbon yesterday."
DEFAULT_OTHER = "My brother did not read the letter."
DEFAULT_WORD, SHORT_WORD = "photosynthesis", "river"
WORDS, CHARACTERS, LETTERS = 20, 240, 24  # of a sentence, and of a word
TOP, DRAWS = 5, 5  # likeliest subwords that are kept of a step; draws of what is left to chance in a damage
AMOUNTS = tuple(round(0.05 * n, 2) for n in range(21))
AMOUNT, WIDTH = 1.0, 4  # of damage; of the beam
HALF = 50.0  # chrF: half of what the undamaged translation has with itself

Kind = Literal["swap", "blend", "noise", "zero"]
Look = Literal["none", "additive"]
KINDS: dict[Kind, str] = {"swap": "swap", "blend": "blend", "noise": "noise", "zero": "zeros"}
GREEDY, BEAM, ATTENTION, MARIAN = "Greedy", f"Beam of {WIDTH}", "Attention", "Marian"


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
class Anchors:
    """A sentence's words, and for each the words that Marian has for it in Portuguese (bare; none where there are none)."""

    words: tuple[str, ...]
    theirs: tuple[tuple[str, ...], ...]

    def arrived(self, written: str) -> tuple[bool, ...]:
        """Return for each word whether one of Marian's words for it is in a translation; one without any counts as there.

        A word that is written once stands for one word only, the first.
        """
        left = [bare(word) for word in written.split()]
        found = []
        for theirs in self.theirs:
            here = not theirs
            for word in theirs:
                if word in left:
                    left.remove(word)
                    here = True
            found.append(here)
        return tuple(found)

    def lost(self, written: str) -> tuple[str, ...]:
        """Return the words that did not arrive, without the marks around them."""
        pairs = zip(self.words, self.arrived(written), strict=True)
        return tuple(word.strip("\"'“”‘’«»()[].,;:!?…–—-") for word, here in pairs if not here)


def bare(word: str) -> str:
    """Return a word without punctuation, in small letters, as words are compared."""
    return re.sub(r"[^\w]+", "", word).casefold()


@dataclass(frozen=True)
class Reading:
    """A sentence in the model without attention.

    - `text`: what was read; `source`: its subwords with the end; `unknown`: the characters in it that the model does not
      know. `target`: the subwords written, with the end unless the translation was cut, `probabilities` those of each.
    - `positions`: how many numbers the encoder left at all subwords; `vector`: those that the decoder gets, the last state of
      the forward reader and that of the backward reader.
    - `likeliest`: at each step the `TOP` likeliest subwords with their probabilities.
    - `anchors`: what Marian makes of each word, None where Marian is not here.
    """

    text: str
    source: tuple[str, ...]
    unknown: tuple[str, ...]
    target: tuple[str, ...]
    written: str
    probabilities: Float[np.ndarray, "target"]
    positions: int
    vector: Float[np.ndarray, "wide"]
    likeliest: tuple[tuple[tuple[str, float], ...], ...]
    anchors: Anchors | None


def show(piece: str) -> str:
    """Return a subword as people read it: a blank where a word begins, "end" for the end."""
    return "end" if piece == "</s>" else piece.replace("▁", " ").strip() or "␣"


@dataclass(frozen=True)
class Rival:
    """A translation by some model, in English again, with each subword's log-probability, and its chrF with Marian's.

    `gloss` and `chrf` are None without Marian.
    """

    name: str
    text: str
    gloss: str | None
    chrf: float | None
    logprobs: Float[np.ndarray, "subwords"]

    @property
    def each(self) -> float:
        """Return the probability a subword, their geometric mean: by it a beam chooses among texts of unlike lengths."""
        return float(np.exp(self.logprobs.mean()))


@dataclass(frozen=True)
class Example:
    """A held-out sentence of a group of lengths: what the model without attention writes, and that in English again.

    Of the group's sentences that ship it is the one whose chrF is nearest to the group's own.
    """

    first: int
    last: int
    anchors: Anchors
    vector: Float[np.ndarray, "wide"]
    written: str
    gloss: str
    chrf: float


@dataclass(frozen=True)
class Damage:
    """What the decoder writes from a damaged vector, at each of `AMOUNTS`.

    `chrf`: agreement with the undamaged translation, for `DRAWS` seeds from 0 on (one where nothing is drawn);
    `other_chrf`: with the other sentence's translation. `texts`: what was written in the first draw; `glosses`: these and
    `other_before` in English again, empty without Marian.
    """

    kind: Kind
    vector: Float[np.ndarray, "wide"]
    other: Float[np.ndarray, "wide"]
    before: str
    other_before: str
    texts: tuple[str, ...]
    glosses: dict[str, str]
    chrf: Float[np.ndarray, "draws amounts"]
    other_chrf: Float[np.ndarray, "draws amounts"]

    @property
    def has_other(self) -> bool:
        """Return whether the other sentence's vector has a part in it."""
        return self.kind in ("swap", "blend")

    def at(self, amount: float) -> int:
        """Return the index of an amount."""
        return int(np.argmin(np.abs(np.array(AMOUNTS) - amount)))

    @property
    def half(self) -> float | None:
        """Return the least amount from which on the mean agreement stays under half, None when it never does."""
        under = self.chrf.mean(0) < HALF
        last_over = int(np.flatnonzero(~under).max(initial=-1))
        return AMOUNTS[last_over + 1] if last_over + 1 < len(AMOUNTS) else None

    def damaged(self, amount: float) -> Float[np.ndarray, "wide"]:
        """Return the vector that the decoder got in the first draw."""
        return damage_of(self.vector, self.other, self.kind, amount)


def damage_of(
    vector: Float[np.ndarray, "wide"], other: Float[np.ndarray, "wide"], kind: Kind, amount: float, seed: int = 0
) -> Float[np.ndarray, "wide"]:
    """Return a damaged copy of a vector; `amount` from 0 (untouched) to 1.

    - noise: a random vector that is `amount` times as long is added.
    - zero, swap: this share of the numbers, drawn, is set to 0, or to what the other vector has there.
    - blend: (1 - amount) times the vector and amount times the other.
    """
    rng = np.random.default_rng(checked(seed))
    if kind == "noise":
        noise = rng.normal(size=vector.shape)
        noise *= amount * np.linalg.norm(vector) / np.linalg.norm(noise)
        return (vector + noise).astype(np.float32)
    if kind == "blend":
        return ((1 - amount) * vector + amount * other).astype(np.float32)
    reached = rng.permutation(len(vector))[: round(amount * len(vector))]
    damaged = vector.astype(np.float32).copy()
    damaged[reached] = 0.0 if kind == "zero" else other[reached]
    return damaged
