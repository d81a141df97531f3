"""What the lesson's experiments return, and pure functions on it. Plain numpy, no torch."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float

MODEL = "smollm2-135m"
DEFAULT_TEXT = "The capital of France is"
LAYERS, HEADS, WIDTH, HEAD_WIDTH, VOCABULARY = 30, 9, 576, 64, 49_152  # of SmolLM2-135M
DEFAULT_LAYER, DEFAULT_HEAD, DEFAULT_QUERY, DEFAULT_KEY = 24, 5, 5, 4  # from 1: "is" takes from "France"
MAX_TOKENS = 64  # of a text, its last ones
OFFERED = 5  # next tokens to choose from
OFFERED_IDS = (7042, 260, 4528, 2250, 1315)  # those after DEFAULT_TEXT: " Paris" is the likeliest
BET_BLOCK = 24  # which brings most to its score
DEPTHS, SEED = (6, 12), 0  # blocks of the stacks that are trained
LENS_POSITIONS = 8  # positions that are read after every block, the text's last ones


@dataclass(frozen=True)
class Stream:
    """One text through the model: what each part of each block added, at the last position unless said otherwise.

    `order` are the blocks that ran, from 0. `offered` are next tokens, `ids` their numbers, `probabilities` theirs at the
    end; `top` is the likeliest of all. A score is a logit less the mean of all logits: `contributions` are how much of it
    the embedding, then each attention and each feed-forward network, brings; `scores` are the model's own. `norms` are
    the lengths of the vector after the embedding and each block, `added` of what the two parts of each block add.
    `lens` is each offered token's probability if the model ended after the embedding or a block; `says` and `sure` are the
    likeliest token and its probability then, for the last `LENS_POSITIONS` positions. `dropped` tokens were cut off the
    text's front.
    """

    tokens: tuple[str, ...]
    dropped: int
    order: tuple[int, ...]
    offered: tuple[str, ...]
    ids: tuple[int, ...]
    probabilities: Float[np.ndarray, "offered"]
    top: tuple[str, float]
    contributions: Float[np.ndarray, "offered parts"]
    scores: Float[np.ndarray, "offered"]
    norms: Float[np.ndarray, "depths"]
    added: Float[np.ndarray, "two blocks"]
    lens: Float[np.ndarray, "offered depths"]
    says: tuple[tuple[str, ...], ...]
    sure: Float[np.ndarray, "depths positions"]

    @property
    def apart(self) -> float:
        """Return by how much the sum of the parts misses the model's own score at most."""
        return float(abs(self.contributions.sum(1) - self.scores).max())

    def effects(self, token: int) -> tuple[float, Float[np.ndarray, "two blocks"]]:
        """Return what the embedding brings to a token's score, and what attention and feed-forward of each block that ran do."""
        row = self.contributions[token].astype(np.float64)
        return float(row[0]), row[1:].reshape(-1, 2).T

    def largest(self, token: int) -> tuple[int, str, float]:
        """Return the part that brings most to a token's score: its block (from 1), "attention" or "feed-forward", how much."""
        _, effects = self.effects(token)
        part, at = np.unravel_index(int(effects.argmax()), effects.shape)
        return self.order[int(at)] + 1, PARTS[int(part)], float(effects[part, at])


PARTS = ("attention", "feed-forward")


def order_without(block: int, twice: bool) -> tuple[int, ...]:
    """Return the blocks to run, from 0, with `block` (from 1; 0 is none) left out, or run twice in a row."""
    if not block:
        return tuple(range(LAYERS))
    ahead, behind = tuple(range(block - 1)), tuple(range(block, LAYERS))
    return (*ahead, block - 1, block - 1, *behind) if twice else (*ahead, *behind)


@dataclass(frozen=True)
class EachBlock:
    """The likeliest next token's probability with each block left out in turn, or run twice; whether it stays on top."""

    token: str
    usual: float
    without: Float[np.ndarray, "blocks"]
    twice: Float[np.ndarray, "blocks"]
    stays_without: tuple[bool, ...]
    stays_twice: tuple[bool, ...]


@dataclass(frozen=True)
class Layer:
    """One layer (from 1) on a text: what each head asked, offered and gave, how it weighed, and what came out."""

    tokens: tuple[str, ...]
    dropped: int
    layer: int
    queries: Float[np.ndarray, "heads time head"]
    keys: Float[np.ndarray, "heads time head"]
    values: Float[np.ndarray, "heads time head"]
    weights: Float[np.ndarray, "heads time time"]
    mixtures: Float[np.ndarray, "heads time head"]


@dataclass(frozen=True)
class Number:
    """One weight of one head written out: 64 products, their sum, the score, all scores of the row, weights and the mixture.

    Computed anew in double precision; `model_weight` is what the model itself computed, `apart` how far the two are from
    each other at most over this query's weights and mixture.
    """

    query: Float[np.ndarray, "head"]
    key: Float[np.ndarray, "head"]
    value: Float[np.ndarray, "head"]
    scores: Float[np.ndarray, "seen"]
    weights: Float[np.ndarray, "seen"]
    mixture: Float[np.ndarray, "head"]
    at: int
    model_weight: float
    apart: float

    @cached_property
    def products(self) -> Float[np.ndarray, "head"]:
        """Return the query's numbers times the key's."""
        return self.query * self.key

    @property
    def total(self) -> float:
        """Return the sum of the products."""
        return float(self.products.sum())

    @property
    def score(self) -> float:
        """Return the total over the root of the head's width."""
        return float(self.scores[self.at])

    @property
    def weight(self) -> float:
        """Return the weight of this key."""
        return float(self.weights[self.at])


def written_out(layer: Layer, head: int, query: int, key: int) -> Number:
    """Return one number of a head; all from 0. A key after the query is not seen: raises `ValueError`."""
    if key > query:
        raise ValueError(f"token {query + 1} does not see token {key + 1}, which comes after it")
    q = layer.queries[head, query].astype(np.float64)
    keys, values = (part[head, : query + 1].astype(np.float64) for part in (layer.keys, layer.values))
    # s_j = q . k_j / sqrt(d);  a_j = exp(s_j) / sum exp(s);  m = sum a_j v_j
    scores = keys @ q / math.sqrt(len(q))
    powers = np.exp(scores - scores.max())
    weights = powers / powers.sum()
    mixture = weights @ values
    model = layer.weights[head, query, : query + 1]
    apart = max(float(abs(weights - model).max()), float(abs(mixture - layer.mixtures[head, query]).max()))
    return Number(q, keys[key], values[key], scores, weights, mixture, key, float(model[key]), apart)


@dataclass(frozen=True)
class Norms:
    """The same deep stack with its layer norms before each part ("pre") and after ("post").

    `gradients`: length of the gradient of each block's last matrix before any training. `losses` and `held_out`, in bits a
    character: pre without warm-up, pre with it, post without, post with it; losses every `every` steps.
    """

    gradients: Float[np.ndarray, "two layers"]
    losses: Float[np.ndarray, "four reports"]
    held_out: Float[np.ndarray, "four"]
    every: int
