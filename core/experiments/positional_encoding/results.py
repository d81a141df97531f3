"""What the lesson on positions measures: frozen dataclasses of numpy and plain values, and small functions on them. No torch."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from jaxtyping import Float

DEFAULT_TEXT = "I want a hot dog."
DEFAULT_WORDS = (3, 4)  # "hot" and "dog", counted from 0
OTHER_TEXT = "The dog bit the man."
OTHER_WORDS = (1, 4)
DEFAULT_LAYER, DEFAULT_HEAD = 4, 2  # from 1
LAYERS, HEADS, HEAD_WIDTH, WIDTH = 6, 12, 32, 384  # of all-MiniLM-L6-v2
MAX_WORDS = 20
POSITIONS, CODE_WIDTH = 128, 64  # of the sinusoidal table that is drawn
DISTANCES = 65  # 0 to 64 tokens, that rotary angles are drawn for
TRAINED, LONGEST = 64, 256  # characters that the small models were trained on, and the most that they are given
_WORD = re.compile(r"\w+(?:['’]\w+)*")

Kind = Literal["learned", "sinusoidal", "rotary", "none"]
KINDS: tuple[Kind, ...] = ("learned", "sinusoidal", "rotary", "none")


def words_of(text: str) -> list[tuple[int, int]]:
    """Return where each word of a text begins and ends; punctuation belongs to none."""
    return [found.span() for found in _WORD.finditer(text)]


def fit(text: str) -> tuple[str, int]:
    """Return the text up to its `MAX_WORDS`-th word with what follows it at once, and how many words are left out."""
    words = words_of(text)
    if len(words) <= MAX_WORDS:
        return text, 0
    return text[: words[MAX_WORDS][0]].rstrip(), len(words) - MAX_WORDS


def exchange(text: str, first: int, second: int) -> str:
    """Return the text with two of its words (from 0) exchanged; all between them stays. Raises `IndexError`."""
    words = words_of(text)
    (a, b), (c, d) = words[min(first, second)], words[max(first, second)]
    return text if first == second else text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:]


@dataclass(frozen=True)
class Orders:
    """A text and the same with two words exchanged, read with positions and without.

    - `pair`: the two words, in the text's order; `at`: the first piece of each.
    - `tokens`: the text's pieces; `stands[i]` is where piece i stands in the exchanged text.
    - `moved[0, i]`: by how much the words' exchange changes piece i's vector, as a share of the vector's length;
      `moved[1, i]` when only the positions are exchanged; `moved[2, i]` without positions.
    - `alike`: cosine of the two sentences' vectors, in these three cases.
    - `apart`: largest difference of any number of any piece, with positions and without.
    - `as_exchanged`: the same between the text with exchanged positions and the exchanged text: they are one input.
    """

    text: str
    exchanged: str
    pair: tuple[str, str]
    at: tuple[int, int]
    tokens: tuple[str, ...]
    stands: tuple[int, ...]
    moved: Float[np.ndarray, "3 pieces"]
    alike: tuple[float, float, float]
    apart: tuple[float, float]
    as_exchanged: float
    is_cut: bool

    @property
    def mean(self) -> tuple[float, float, float]:
        """Return the mean of `moved` over the pieces, in the three cases."""
        a, b, c = (float(v) for v in self.moved.mean(1))
        return a, b, c


@dataclass(frozen=True)
class Pairs:
    """Cosines of the vectors of pairs of sentences: with positions, without."""

    texts: tuple[tuple[str, str], ...]
    cosines: Float[np.ndarray, "pairs 2"]


@dataclass(frozen=True)
class Codes:
    """Three ways to mark a position.

    - `table`: the sinusoidal code, a row a position. `frequencies`: of its pairs of columns, in radians a position.
    - `learned`: cosines of the vectors that MiniLM learned for its positions, mean and standard deviation at each distance.
    - `rotary`: by how much SmolLM2 turns each pair of numbers from one token to the next, in radians.
    - `shifted`: largest change of a rotated product when query and key both move by 1,000 positions, as a share.
    """

    table: Float[np.ndarray, "positions width"]
    frequencies: Float[np.ndarray, "pairs"]
    learned: Float[np.ndarray, "distances 2"]
    rotary: Float[np.ndarray, "rotary_pairs"]
    shifted: float

    @cached_property
    def products(self) -> Float[np.ndarray, "positions positions"]:
        """Return the dot product of every two positions' codes."""
        return self.table.astype(np.float64) @ self.table.T.astype(np.float64)

    def spread(self, distance: int) -> float:
        """Return the largest difference between the products of any two pairs of positions so far apart."""
        return float(np.ptp(np.diagonal(self.products, distance)))

    def waves(self, distance: int) -> Float[np.ndarray, "rotary_pairs"]:
        """Return how many times round each rotary pair has turned at this distance."""
        return distance * self.rotary / (2 * np.pi)

    def round(self, distance: int) -> int:
        """Return how many rotary pairs have been once round or more at this distance."""
        return int((self.waves(distance) >= 1).sum())


@dataclass(frozen=True)
class Undone:
    """A sentence put through the Fourier transform and through a head's map, kept to three digits, and both undone.

    - `weights`: the head's map; `reverse`: the same head's when the text's words come in reverse.
    - `put_in`: one number of each piece's value (the one that the head gives back worst); `fourier`, `head`: what undoing
      gives back.
    - `errors`: of all numbers, as a share of their length: Fourier, head.
    - `factors`: by how much each of the map's directions is multiplied, largest first (the Fourier transform: all 1).
    - `lost`: share of the pieces' vectors (their squared length) that a head's 32 of 384 numbers can't give back.
    """

    tokens: tuple[str, ...]
    layer: int
    head_number: int
    weights: Float[np.ndarray, "pieces pieces"]
    reverse: Float[np.ndarray, "pieces pieces"]
    put_in: Float[np.ndarray, "pieces"]
    fourier: Float[np.ndarray, "pieces"]
    head: Float[np.ndarray, "pieces"]
    errors: tuple[float, float]
    factors: Float[np.ndarray, "pieces"]
    lost: float
    is_cut: bool

    @property
    def rank(self) -> int:
        """Return how many directions of the map are not multiplied by nearly 0 (in single precision)."""
        return int((self.factors > self.factors[0] * len(self.factors) * np.finfo(np.float32).eps).sum())

    @property
    def changed(self) -> float:
        """Return which share of the weights lies elsewhere when the words come in reverse (total variation, mean of rows)."""
        return float(0.5 * np.abs(self.weights - self.reverse).sum(-1).mean())


@dataclass(frozen=True)
class Longer:
    """Bits a character at every position, for each of `KINDS`, on held-out prose.

    - `bits[k, t]`: of the character after t + 1 others, all of them read. Trained up to `TRAINED`.
    - `window[k]`: the mean beyond `TRAINED` when only the last `TRAINED` characters are read, counted from 1 again.
    - `shuffled[k]`: at `TRAINED`, with all characters before the last one in random order.
    - `frequencies`: bits a character of a guess that knows how common each character is, and nothing else.
    - `parameters`, `held_out`: size of each model, and how many characters were measured.
    """

    bits: Float[np.ndarray, "kinds longest"]
    window: Float[np.ndarray, "kinds"]
    shuffled: Float[np.ndarray, "kinds"]
    frequencies: float
    parameters: tuple[int, ...]
    held_out: int

    @property
    def smooth(self) -> Float[np.ndarray, "kinds longest"]:
        """Return `bits` as the mean over the 8 positions that end at each (fewer at the start)."""
        sums = np.cumsum(self.bits.astype(np.float64), 1)
        before = np.pad(sums, ((0, 0), (8, 0)))[:, : self.bits.shape[1]]
        return (sums - before) / np.minimum(np.arange(self.bits.shape[1]) + 1, 8)

    def at(self, length: int) -> Float[np.ndarray, "kinds"]:
        """Return the smoothed bits of the character after so many others."""
        return self.smooth[:, length - 1]
