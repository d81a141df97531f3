"""The three steps of attention (scores, weights, mixture) and what the lesson's experiments return. Plain numpy, no torch."""

import math
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from core.data.library import LIBRARY
from core.generation.filters import entropy_bits

Match = Literal["dot", "cosine"]
TITLES = tuple(item.title for item in LIBRARY)
DEFAULT_QUERY = "how do animals find their way in the dark?"
OTHER_QUERY = "why does my dinner have no flavour when I am ill?"
DEFAULT_TEXT = "The animal didn't cross the street because it was too tired."
OTHER_TEXT = DEFAULT_TEXT.replace("tired", "wide")
DEFAULT_LAYER, DEFAULT_HEAD, DEFAULT_PIECE = 4, 1, 10  # layer from 1, the others from 0: "it" asks "animal"
LAYERS, HEADS, HEAD_WIDTH = 6, 12, 32  # of all-MiniLM-L6-v2
MAX_WORDS = 60
ONE, ALL = 1.05, 0.9  # fewer effective items than ONE are one, more than this share of all are all


@dataclass(frozen=True)
class Settings:
    """How a query is matched, and how sharply. `scaled` divides a dot product by the root of its width."""

    match: Match = "dot"
    scaled: bool = True
    temperature: float = 0.1


HEAD_SETTINGS = Settings("dot", True, 1.0)  # what every head of the model does
MATCHES: dict[str, tuple[Match, bool]] = {
    "dot product": ("dot", True), "dot product, not divided": ("dot", False), "cosine": ("cosine", False)
}  # fmt: skip


def similarity(
    query: Float[np.ndarray, "width"],
    keys: Float[np.ndarray, "items width"],
    match: Match = "dot",
    *,
    scaled: bool = True,
) -> Float[np.ndarray, "items"]:
    """Step 1: return how well each key matches the query.

    Sources: Vaswani et al. 2017, eq. 1 (dot product over sqrt(d)); Graves et al. 2014, eq. 6 (cosine).
    """
    products = keys @ query
    if match == "cosine":
        # s_i = q . k_i / (|q| |k_i|); a vector of length 0 has no direction and matches nothing
        lengths = np.linalg.norm(keys, axis=-1) * np.linalg.norm(query)
        return np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    # s_i = q . k_i / sqrt(d)
    return products / math.sqrt(len(query)) if scaled else products


def softmax(scores: Float[np.ndarray, "*rows items"], temperature: float = 1.0) -> Float[np.ndarray, "*rows items"]:
    """Step 2: return each item's weight: positive, and 1 in all. A low temperature gives the best more, a high one less."""
    # a_i = exp(s_i / T) / sum_j exp(s_j / T); the largest is taken off first, which changes nothing and can't overflow
    powers = np.exp((scores - scores.max(-1, keepdims=True)) / temperature)
    return powers / powers.sum(-1, keepdims=True)


def mixture(
    weights: Float[np.ndarray, "*rows items"], values: Float[np.ndarray, "items size"]
) -> Float[np.ndarray, "*rows size"]:
    """Step 3: return the values, each in proportion to its weight."""
    # c = sum_i a_i v_i
    return weights @ values


def cosines(vector: Float[np.ndarray, "size"], others: Float[np.ndarray, "items size"]) -> Float[np.ndarray, "items"]:
    """Return the cosine of one vector with each of the others: 1 is the same direction, 0 nothing in common."""
    return similarity(vector, others, "cosine")


@dataclass(frozen=True)
class Attention:
    """What the three steps give for one query.

    `closeness` is the cosine of the mixture with every item's value, `even` that with the plain mean of all values.
    `order` lists the items by weight.
    """

    scores: Float[np.ndarray, "items"]
    weights: Float[np.ndarray, "items"]
    mixed: Float[np.ndarray, "size"]
    closeness: Float[np.ndarray, "items"]
    even: float

    @cached_property
    def order(self) -> Int[np.ndarray, "items"]:
        """Return the items, the one with the largest weight first."""
        return np.argsort(-self.scores, kind="stable")

    @property
    def best(self) -> int:
        """Return the item that a hard search returns."""
        return int(self.order[0])

    @cached_property
    def effective(self) -> float:
        """Return 2^entropy of the weights: how many items with equal weights would be as spread out."""
        return float(2.0 ** entropy_bits(self.weights))

    @property
    def kind(self) -> Literal["one", "mixture", "all"]:
        """Return whether one item comes out, a mixture, or nearly the mean of all."""
        if self.effective < ONE:
            return "one"
        return "all" if self.effective > ALL * len(self.weights) else "mixture"


def attend(
    query: Float[np.ndarray, "width"],
    keys: Float[np.ndarray, "items width"],
    values: Float[np.ndarray, "items size"],
    settings: Settings,
) -> Attention:
    """Return the three steps for one query, in double precision."""
    q, k, v = (np.asarray(part, np.float64) for part in (query, keys, values))
    scores = similarity(q, k, settings.match, scaled=settings.scaled)
    weights = softmax(scores, settings.temperature)
    mixed = mixture(weights, v)
    return Attention(scores, weights, mixed, cosines(mixed, v), float(cosines(mixed, v.mean(0)[None])[0]))


@dataclass(frozen=True)
class Library:
    """The library as the encoder reads it: keys from the titles, values from the contents."""

    keys: Float[np.ndarray, "items width"]
    values: Float[np.ndarray, "items width"]


@dataclass(frozen=True)
class Order:
    """Two sentences with the same words in another order: cosine and largest difference, with positions and without."""

    texts: tuple[str, str]
    alike: tuple[float, float]
    apart: tuple[float, float]


@dataclass(frozen=True)
class Query:
    """A reader's text as the encoder reads it: its pieces with both ends, and the mean of their vectors."""

    text: str
    tokens: tuple[str, ...]
    vector: Float[np.ndarray, "width"]
    is_cut: bool


def search(query: Query, library: Library, settings: Settings) -> Attention:
    """Return the three steps over the library."""
    return attend(query.vector, library.keys, library.values, settings)


def shuffled(query: Query, library: Library, settings: Settings) -> float:
    """Return by how much the mixture changes at most when keys and values are put in another order together."""
    before, after = (attend(query.vector, library.keys[::s], library.values[::s], settings) for s in (1, -1))
    return float(abs(after.mixed - before.mixed).max())


TEMPERATURES = tuple(round(float(t), 4) for t in np.geomspace(0.01, 1.0, 41))


def sweep(query: Query, library: Library) -> Float[np.ndarray, "matches temperatures"]:
    """Return how many items share the mixture (2^entropy) at each of `TEMPERATURES`, a row for each of `MATCHES`."""
    scores = [search(query, library, Settings(*how)).scores for how in MATCHES.values()]
    return np.array([[2 ** entropy_bits(softmax(row, t)) for t in TEMPERATURES] for row in scores])


@dataclass(frozen=True)
class HeadRead:
    """One layer (from 1) of the encoder on a text: what each head asked, offered, gave, how it weighed, what came out.

    `tokens` are the pieces with both ends; `weights` and `mixtures` are what the model itself computed, in single precision.
    """

    text: str
    tokens: tuple[str, ...]
    layer: int
    queries: Float[np.ndarray, "heads time head"]
    keys: Float[np.ndarray, "heads time head"]
    values: Float[np.ndarray, "heads time head"]
    weights: Float[np.ndarray, "heads time time"]
    mixtures: Float[np.ndarray, "heads time head"]
    is_cut: bool

    def attend(self, head: int, piece: int, settings: Settings = HEAD_SETTINGS) -> Attention:
        """Return the three steps for one piece in one head, both from 0, computed anew from queries, keys and values."""
        return attend(self.queries[head, piece], self.keys[head], self.values[head], settings)

    def difference(self, head: int, settings: Settings = HEAD_SETTINGS) -> float:
        """Return how far weights or mixtures computed anew are from the model's at most, over all pieces of a head.

        With other `settings` than the model's own, they differ by what these change.
        """
        q, k, v = (part[head].astype(np.float64) for part in (self.queries, self.keys, self.values))
        scores = np.array([similarity(row, k, settings.match, scaled=settings.scaled) for row in q])
        found = softmax(scores, settings.temperature)
        weights, mixed = found - self.weights[head], mixture(found, v) - self.mixtures[head]
        return float(max(abs(weights).max(), abs(mixed).max()))


@dataclass(frozen=True)
class Scaling:
    """What the width does to random vectors, for widths 1, 2, 3, ...: as the products are, and divided by the root of the width.

    `variance` is that of the products, `shared` how many keys share the weights (2 to the mean entropy over queries),
    `slope` the mean over queries of the sum of a (1 - a): by how much the weights answer to their own scores, 0 where one
    key has it all.
    """

    variance: Float[np.ndarray, "two widths"]
    shared: Float[np.ndarray, "two widths"]
    slope: Float[np.ndarray, "two widths"]
    keys: int
    queries: int


@dataclass(frozen=True)
class Trained:
    """The same on the queries and keys of every head of a real model, while it reads the library's contents.

    `variance` is that of the undivided products, `entropy` the mean of the weights' over all query pieces, undivided and
    divided by the root of the head's width.
    """

    variance: Float[np.ndarray, "layers heads"]
    entropy: Float[np.ndarray, "layers heads two"]
    pieces: int


def fit_words(text: str, limit: int = MAX_WORDS) -> tuple[str, int]:
    """Return a text's first words, as they stand, and how many were dropped behind them; words are what white space parts."""
    words = list(re.finditer(r"\S+", text))
    if len(words) <= limit:
        return text, 0
    return text[: words[limit - 1].end()], len(words) - limit
