"""What the lesson on attention as search shows: the three steps (similarity, mask, mixture) and what they return.

Plain numpy, so that a page can show them before torch is imported. What is read by the encoder comes from
`reading`, what random vectors say about the scaling from `scaling`.
"""

import math
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Int

from core.generation.filters import entropy_bits

Match = Literal["dot", "cosine", "additive"]
MATCHES: dict[Match, str] = {"dot": "dot product", "cosine": "cosine", "additive": "additive"}
DEFAULT_QUERY = "how do animals find their way in the dark?"
DEFAULT_TEXT = "The animal didn't cross the street because it was too tired."
DEFAULT_LAYER, DEFAULT_HEAD, DEFAULT_PLACE = 4, 2, 11  # counted from 1: the head where "it" looks at "animal"
LAYERS, HEADS, HEAD_WIDTH = 6, 12, 32  # of all-MiniLM-L6-v2
MAX_WORDS = 60
ONE, ALL = 1.05, 0.9  # fewer effective items than ONE are one, more than this share of all are all


@dataclass(frozen=True)
class Settings:
    """How a query is matched, and how sharply. `scaled` divides a dot product by the root of its width."""

    match: Match = "dot"
    scaled: bool = True
    temperature: float = 0.1


@dataclass(frozen=True)
class Additive:
    """The weights of an additive match, v^T tanh(W q + U k + b): `query` is W, `key` U, `bias` b, `value` v."""

    query: Float[np.ndarray, "units width"]
    key: Float[np.ndarray, "units width"]
    bias: Float[np.ndarray, "units"]
    value: Float[np.ndarray, "units"]


def similarity(
    query: Float[np.ndarray, "width"],
    keys: Float[np.ndarray, "items width"],
    match: Match = "dot",
    *,
    scaled: bool = True,
    additive: Additive | None = None,
) -> Float[np.ndarray, "items"]:
    """Step 1: return how well each key matches the query. Raises `ValueError` for an additive match without weights.

    Sources: Vaswani et al. 2017, eq. 1 (dot product over sqrt(d)); Bahdanau et al. 2014, A.1.2 (additive);
    Graves et al. 2014, eq. 6 (cosine).
    """
    if match == "additive":
        if additive is None:
            raise ValueError("an additive match needs weights")
        # s_i = v . tanh(W q + U k_i + b)
        return np.tanh(query @ additive.query.T + keys @ additive.key.T + additive.bias) @ additive.value
    products = keys @ query
    if match == "cosine":
        # s_i = q . k_i / (|q| |k_i|); a vector of length 0 has no direction and matches nothing
        lengths = np.linalg.norm(keys, axis=-1) * np.linalg.norm(query)
        return np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    # s_i = q . k_i / sqrt(d)
    return products / math.sqrt(len(query)) if scaled else products


def mask(scores: Float[np.ndarray, "items"], temperature: float = 1.0) -> Float[np.ndarray, "items"]:
    """Step 2: return each item's share: positive, and 1 in all. A low temperature gives the best more, a high one less."""
    # a_i = exp(s_i / T) / sum_j exp(s_j / T); the largest is taken off first, which changes nothing and can't overflow
    powers = np.exp((scores - scores.max()) / temperature)
    return powers / powers.sum()


def mixture(weights: Float[np.ndarray, "items"], values: Float[np.ndarray, "items size"]) -> Float[np.ndarray, "size"]:
    """Step 3: return the values, each in proportion to its share."""
    # c = sum_i a_i v_i
    return weights @ values


@dataclass(frozen=True)
class Look:
    """What the three steps give for one query.

    `closeness` is the cosine of the mixture with every item's value, `hard` that of the best item's value alone, `even`
    that of the mixture with the plain mean of all values. `order` lists the items by weight.
    """

    scores: Float[np.ndarray, "items"]
    weights: Float[np.ndarray, "items"]
    mixed: Float[np.ndarray, "size"]
    closeness: Float[np.ndarray, "items"]
    hard: Float[np.ndarray, "items"]
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
    def entropy(self) -> float:
        """Return the entropy of the mask in bits: 0 where one item has all, log2(items) where all have the same."""
        return entropy_bits(self.weights)

    @property
    def effective(self) -> float:
        """Return 2^entropy: how many items with equal shares would be as spread out."""
        return float(2.0**self.entropy)

    @property
    def kind(self) -> Literal["one", "mixture", "all"]:
        """Return whether one item comes out, a mixture, or nearly the mean of all."""
        if self.effective < ONE:
            return "one"
        return "all" if self.effective > ALL * len(self.weights) else "mixture"


def look(
    query: Float[np.ndarray, "width"],
    keys: Float[np.ndarray, "items width"],
    values: Float[np.ndarray, "items size"],
    settings: Settings,
    additive: Additive | None = None,
) -> Look:
    """Return the three steps for one query, in double precision; raises `ValueError` as `similarity` does."""
    q, k, v = (np.asarray(part, np.float64) for part in (query, keys, values))
    scores = similarity(q, k, settings.match, scaled=settings.scaled, additive=additive)
    weights = mask(scores, settings.temperature)
    mixed = mixture(weights, v)
    best = v[int(np.argsort(-scores, kind="stable")[0])]
    even = cosines(mixed, v.mean(0)[None])
    return Look(scores, weights, mixed, cosines(mixed, v), cosines(best, v), float(even[0]))


def cosines(vector: Float[np.ndarray, "size"], others: Float[np.ndarray, "items size"]) -> Float[np.ndarray, "items"]:
    """Return the cosine of one vector with each of the others: 1 is the same direction, 0 nothing in common."""
    return similarity(vector, others, "cosine")


def shuffle_changes(
    query: Float[np.ndarray, "width"],
    keys: Float[np.ndarray, "items width"],
    values: Float[np.ndarray, "items size"],
    settings: Settings,
    additive: Additive | None = None,
    *,
    seed: int = 0,
) -> tuple[float, float]:
    """Return by how much weights and mixture change at most when the items (keys and values together) are shuffled."""
    order = np.random.default_rng(seed).permutation(len(keys))
    before = look(query, keys, values, settings, additive)
    after = look(query, keys[order], values[order], settings, additive)
    weights = float(abs(after.weights - before.weights[order]).max())
    return weights, float(abs(after.mixed - before.mixed).max())


@dataclass(frozen=True)
class Query:
    """A reader's text as the encoder reads it: its pieces with both ends, and the mean of their vectors."""

    text: str
    tokens: tuple[str, ...]
    vector: Float[np.ndarray, "width"]
    is_cut: bool

    @property
    def unknown(self) -> int:
        """Return how many pieces the encoder does not know."""
        return self.tokens.count("[UNK]")

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing between the two ends."""
        return len(self.tokens) <= 2


@dataclass(frozen=True)
class HeadRead:
    """One layer of the encoder on a text: what each head asked, offered, gave, how it weighed and what came out.

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

    def differences(self, head: int, settings: Settings | None = None) -> tuple[float, float]:
        """Return how far the page's weights and mixtures are from the model's at most, over all query pieces of a head.

        With other `settings` than the model's own, they differ by what these change.
        """
        looks = [
            look(self.queries[head, place], self.keys[head], self.values[head], settings or HEAD_SETTINGS)
            for place in range(len(self.tokens))
        ]
        weights = max(
            float(abs(one.weights - theirs).max()) for one, theirs in zip(looks, self.weights[head], strict=True)
        )
        mixed = max(
            float(abs(one.mixed - theirs).max()) for one, theirs in zip(looks, self.mixtures[head], strict=True)
        )
        return weights, mixed


HEAD_SETTINGS = Settings("dot", True, 1.0)  # what every head of the model does


@dataclass(frozen=True)
class Fitted:
    """The first `MAX_WORDS` words of a reader's text, and how many were dropped behind them."""

    text: str
    dropped: int


def fit_words(text: str, limit: int = MAX_WORDS) -> Fitted:
    """Return a text's first words, as they stand; words are what white space parts."""
    words = list(re.finditer(r"\S+", text))
    if len(words) <= limit:
        return Fitted(text, 0)
    return Fitted(text[: words[limit - 1].end()], len(words) - limit)


WAYS = {
    "q · k / √d": Settings("dot", True),
    "q · k": Settings("dot", False),
    "cosine": Settings("cosine"),
    "additive": Settings("additive"),
}
TEMPERATURES = tuple(round(float(t), 4) for t in np.geomspace(0.01, 1.0, 41))


@dataclass(frozen=True)
class Sweep:
    """The entropy of a query's mask in bits, for each way to match (a row each, as in `WAYS`) at each of `TEMPERATURES`."""

    entropy: Float[np.ndarray, "ways temperatures"]
    items: int


def sweep(query: Float[np.ndarray, "width"], keys: Float[np.ndarray, "items width"], additive: Additive) -> Sweep:
    """Return what the temperature does to the mask of a query, for every way to match."""
    q, k = np.asarray(query, np.float64), np.asarray(keys, np.float64)
    rows = []
    for way in WAYS.values():
        scores = similarity(q, k, way.match, scaled=way.scaled, additive=additive)
        rows.append([entropy_bits(mask(scores, temperature)) for temperature in TEMPERATURES])
    return Sweep(np.array(rows), len(k))


def other_scaling(settings: Settings) -> Settings:
    """Return the settings that the page's question goes to: the dot product with the division switched over."""
    scaled = not settings.scaled if settings.match == "dot" else False
    return Settings("dot", scaled, settings.temperature)


def sharing(look: Look) -> str:
    """Return which answer fits: how many items share what comes out ("one", "few", "some", "many")."""
    count = look.effective
    return "one" if count < 1.5 else "few" if count < 5 else "some" if count < 20 else "many"


def made_of(parts: Any) -> tuple[Any, ...]:
    """Return nested lists, as JSON gives them, as nested tuples."""
    return tuple(made_of(part) if isinstance(part, list) else part for part in parts)
