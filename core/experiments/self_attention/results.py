"""What the experiments of this lesson return, and what is read from them. Plain numpy, no torch."""

import math
import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float

from core.data.pronouns import PAIRS, Pair
from core.models.logistic import Logistic

LAYERS, HEADS, WIDTH = 6, 12, 384  # of all-MiniLM-L6-v2
MOST = 128  # pieces of a text, its two ends included
LAYER, HEAD = 4, 2  # the head of whose weights "it" gives the two nouns most, from 1 (a test looks for it)
PRONOUNS = ("it", "they", "he", "she", "them", "him", "her")
DEFAULT_OWN = "The trophy doesn't fit in the suitcase because it is too big/small."
DEFAULT_TEXT = PAIRS[0].sentences[0]
NAMES = {
    "before": "the token before",
    "after": "the token after",
    "same": "the same token elsewhere",
    "ends": "the marks of both ends",
    "noun": "the two nouns that a pronoun may mean",
}
ROLES = tuple(NAMES)  # what a head may attend to
SCOPES = ("one head", "one layer", "all heads")


@dataclass(frozen=True)
class Read:
    """A text as every head reads it: `weights` are what each piece (query) gives each (key), rows sum to 1."""

    text: str
    tokens: tuple[str, ...]
    weights: Float[np.ndarray, "layers heads time time"]
    is_cut: bool

    def head(self, layer: int, head: int) -> Float[np.ndarray, "time time"]:
        """Return the map of one head, both from 1."""
        found: Float[np.ndarray, "time time"] = self.weights[layer - 1, head - 1]
        return found


@dataclass(frozen=True)
class Twins:
    """Two sentences that differ in one place, and what the pronoun gives each piece in every head.

    `labels` are the pieces that both have; what was changed is one row, "tired/wide", however many pieces it has. The
    pronoun stands at row `query` (-1: in no place that both have within `MOST` pieces). Rows of `weights` sum to 1.
    """

    text: str
    words: tuple[str, str]
    labels: tuple[str, ...]
    query: int
    weights: Float[np.ndarray, "two layers heads rows"]

    def head(self, layer: int, head: int) -> Float[np.ndarray, "two rows"]:
        """Return the weights of one head in both sentences, layer and head from 1."""
        found: Float[np.ndarray, "two rows"] = self.weights[:, layer - 1, head - 1]
        return found

    @property
    def pronoun(self) -> str:
        """Return the piece that attends."""
        return self.labels[self.query]

    @cached_property
    def moved(self) -> Float[np.ndarray, "layers heads"]:
        """Return which share of its weight the pronoun gives to other pieces in the second sentence, in every head."""
        # half of sum_k |a_k - b_k|
        return np.abs(self.weights[0] - self.weights[1]).sum(-1) / 2

    @cached_property
    def nouns(self) -> tuple[int, int] | None:
        """Return the rows of the two nouns, where the pair is one of ours."""
        pair = known(self.text)
        return (self.labels.index(pair.first), self.labels.index(pair.second)) if pair else None

    @cached_property
    def turned(self) -> Bool[np.ndarray, "layers heads"]:
        """Return in which heads the first noun has more in the first sentence and the second noun in the second."""
        if self.nouns is None:
            return np.zeros(self.weights.shape[1:3], bool)
        one, other = (self.weights[..., noun] for noun in self.nouns)
        return (one[0] > other[0]) & (other[1] > one[1])


@dataclass(frozen=True)
class Study:
    """What "it" gives the two nouns in every head, in both sentences of all pairs of `core.data.pronouns`."""

    weights: Float[np.ndarray, "pairs two nouns layers heads"]

    @cached_property
    def shift(self) -> Float[np.ndarray, "pairs layers heads"]:
        """Return how much more weight the noun that is meant gets than the same noun when it is not, mean over both."""
        w = self.weights
        return (w[:, 0, 0] - w[:, 1, 0] + w[:, 1, 1] - w[:, 0, 1]) / 2

    @cached_property
    def turned(self) -> Bool[np.ndarray, "pairs layers heads"]:
        """Return where the noun that is meant has more weight than the other, in both sentences of a pair."""
        w = self.weights
        return (w[:, 0, 0] > w[:, 0, 1]) & (w[:, 1, 1] > w[:, 1, 0])

    @cached_property
    def nouns(self) -> Float[np.ndarray, "layers heads"]:
        """Return the weight of both nouns together, mean over all sentences."""
        both: Float[np.ndarray, "layers heads"] = self.weights.sum(2).mean((0, 1))
        return both

    def error(self, layer: int, head: int) -> float:
        """Return the standard error of the mean shift of a head (from 1) over the pairs."""
        found = self.shift[:, layer - 1, head - 1]
        return float(found.std(ddof=1) / math.sqrt(len(found)))


@dataclass(frozen=True)
class Roles:
    """How much of its weight each head gives to each of `ROLES`, mean over `texts` texts, and what equal weights would give."""

    scores: Float[np.ndarray, "roles layers heads"]
    even: Float[np.ndarray, "roles"]
    texts: int

    def order(self, role: str) -> list[tuple[int, int]]:
        """Return layer and head (from 1) of all heads, the one that does most of this first."""
        flat = np.argsort(-self.scores[ROLES.index(role)].ravel(), kind="stable")
        return [(int(n) // HEADS + 1, int(n) % HEADS + 1) for n in flat]


@dataclass(frozen=True)
class Cuts:
    """The pronoun's vector after the last layer: `before`, and `after` with its edge to each piece cut in turn."""

    text: str
    tokens: tuple[str, ...]
    query: int
    before: Float[np.ndarray, "width"]
    after: Float[np.ndarray, "time width"]

    @cached_property
    def moved(self) -> Float[np.ndarray, "time"]:
        """Return how far the vector moves with each edge cut, as a share of its length."""
        return np.linalg.norm(self.after - self.before, axis=-1) / np.linalg.norm(self.before)

    def others(self, key: int) -> float:
        """Return how far it moves on average with another edge of the same row cut."""
        return float(np.delete(self.moved, key).mean())


@dataclass(frozen=True)
class Probe:
    """A logistic regression that reads from the vector of "it" whether the sentence's first noun is a living thing.

    `accuracy` was measured on nouns that it had not seen, `low` to `high` is its 95 % interval over `nouns` nouns.
    """

    fitted: Logistic
    accuracy: float
    low: float
    high: float
    nouns: int
    sentences: int

    def read(self, vectors: Float[np.ndarray, "*rows width"]) -> Float[np.ndarray, "*rows"]:
        """Return the probability of a living thing."""
        return self.fitted.read(vectors)


@dataclass(frozen=True)
class CutStudy:
    """What cutting does in the first sentence of all pairs, in head 4.2 alone (row 0) and in all heads (row 1).

    `moved` is how far the vector of "it" moves with the edge to the first noun, to the second, and with another edge on
    average; `read` the probe's probability with nothing, the edge to the first noun, and another edge cut (mean).
    """

    moved: Float[np.ndarray, "scopes pairs three"]
    read: Float[np.ndarray, "scopes pairs three"]
    living: Bool[np.ndarray, "pairs"]


@dataclass(frozen=True)
class Senses:
    """One word in two sentences: the cosine of its two vectors after each layer, and with other words' vectors.

    `words` are compared with it after the last layer: `cosines` in the first sentence, in the second, and in GloVe, where
    it has one vector; `nearest` are its nearest words there among 100,000.
    """

    word: str
    sentences: tuple[str, str]
    alike: Float[np.ndarray, "layers_and_one"]
    words: tuple[str, ...]
    cosines: Float[np.ndarray, "three words"]
    nearest: tuple[tuple[str, float], ...]


def known(text: str) -> Pair | None:
    """Return the pair of ours that is this text, None where there is none."""
    return next((pair for pair in PAIRS if pair.text == text), None)


def twins_of(text: str) -> tuple[str, str, tuple[str, str]]:
    """Return the two sentences of a text with "tired/wide" in it, and the two words.

    Raises `ValueError`, with a sentence for the reader, where there is no such place or no pronoun before it.
    """
    found = re.search(r"([^\s/]+)/([^\s/]*[^\s/.,;:!?])", text)
    if not found:
        raise ValueError("Write two words with a stroke between them, such as tired/wide: one for each sentence.")
    one, other = (text[: found.start()] + word + text[found.end() :] for word in found.groups())
    if not re.search(rf"\b({'|'.join(PRONOUNS)})\b", text[: found.start()] + text[found.end() :], re.IGNORECASE):
        raise ValueError("There is no pronoun: write a sentence with it, they, he or she.")
    return one, other, (found[1], found[2])


def pronoun_at(tokens: tuple[str, ...]) -> int | None:
    """Return where the first pronoun stands, None where there is none."""
    return next((place for place, token in enumerate(tokens) if token in PRONOUNS), None)


def role_share(read: Read, layer: int, head: int, role: str) -> float:
    """Return how much of its weight a head (from 1) gives to what a role names, in one text; nan where it has no such thing.

    The two ends attend to something, too, but are not asked. What a pronoun stands for no program knows: nan.
    """
    found = shares(read.head(layer, head)[None, None], read.tokens)[ROLES.index(role)]
    return float(found[0, 0])


def shares(
    weights: Float[np.ndarray, "layers heads time time"], tokens: tuple[str, ...]
) -> Float[np.ndarray, "roles layers heads"]:
    """Return each head's mean weight on what `ROLES` name, over the pieces between the ends; nan where there is nothing."""
    inside = np.arange(1, len(tokens) - 1)
    found = np.full((len(ROLES), *weights.shape[:2]), np.nan)
    if not len(inside):
        return found
    found[0] = weights[..., inside, inside - 1].mean(-1)
    found[1] = weights[..., inside, inside + 1].mean(-1)
    same = twice(tokens)
    if same.any():
        rows = same.any(1)
        found[2] = (weights * same).sum(-1)[..., rows].mean(-1)
    found[3] = weights[..., inside, :][..., [0, -1]].sum(-1).mean(-1)
    return found


def twice(tokens: tuple[str, ...]) -> Bool[np.ndarray, "time time"]:
    """Return where another piece is the same as this one."""
    pieces = np.array(tokens)
    same: Bool[np.ndarray, "time time"] = (pieces[:, None] == pieces[None]) & ~np.eye(len(tokens), dtype=bool)
    return same


def small(map_: Float[np.ndarray, "time time"], side: int = 16) -> Float[np.ndarray, "side side"]:
    """Return a map in at most `side` blocks each way: the largest weight in each, so that no thin line is lost."""
    edges: np.ndarray = np.unique(np.linspace(0, len(map_), min(side, len(map_)) + 1).astype(int))[:-1]
    rows = np.maximum.reduceat(map_, edges, axis=0)
    blocks: Float[np.ndarray, "side side"] = np.maximum.reduceat(rows, edges, axis=1)
    return blocks
