"""Why a dot product is divided by the root of its width: measured on random vectors, and on the heads of a real model."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

WIDEST = 1024
WIDTHS = tuple(2**n for n in range(11))
QUERIES = 200
MOST_KEYS = 256
DEFAULT_WIDTH, DEFAULT_KEYS, DEFAULT_SEED = 64, 64, 1
PARTS = (1, 2, 4, 8, 16, 32)  # of a real head's 32 coordinates


@dataclass(frozen=True)
class Drawn:
    """Random queries and keys, every coordinate drawn from a normal distribution with mean 0 and variance 1."""

    queries: Float[np.ndarray, "queries widest"]
    keys: Float[np.ndarray, "keys widest"]

    def products(self, width: int) -> Float[np.ndarray, "queries keys"]:
        """Return q . k of each query with each key, over their first `width` coordinates."""
        return self.queries[:, :width] @ self.keys[:, :width].T


@dataclass(frozen=True)
class Scaling:
    """What the width does, for each of `widths`: first row as the products are, second divided by the root of the width.

    `variance` is that of the products, `entropy` the mean over queries of the mask's in bits, `slope` the mean over
    queries of the sum of a (1 - a): by how much the weights answer to their own scores, 0 where one key has it all.
    """

    widths: tuple[int, ...]
    variance: Float[np.ndarray, "two widths"]
    entropy: Float[np.ndarray, "two widths"]
    slope: Float[np.ndarray, "two widths"]
    keys: int

    def at(self, width: int) -> dict[str, tuple[float, float]]:
        """Return variance, entropy and slope at one of the widths, undivided and divided."""
        n = self.widths.index(width)
        return {name: tuple(map(float, getattr(self, name)[:, n])) for name in ("variance", "entropy", "slope")}  # type: ignore[misc]


def joined(one: Scaling, other: Scaling) -> Scaling:
    """Return what was measured at the widths of both, in order; both of the same vectors."""
    widths = (*one.widths, *other.widths)
    order = sorted(range(len(widths)), key=widths.__getitem__)
    variance, entropy, slope = (
        np.concatenate([getattr(part, name) for part in (one, other)], 1)[:, order]
        for name in ("variance", "entropy", "slope")
    )
    return Scaling(tuple(widths[n] for n in order), variance, entropy, slope, one.keys)


@dataclass(frozen=True)
class Trained:
    """The same on the queries and keys of every head of a real model, while it reads the library's contents.

    `variance` is that of the undivided products over 1, 2, 4, ... of a head's coordinates (`parts`), `entropy` and `slope`
    are means over all query pieces, undivided and divided by the root of the head's width; `most` is the mean of
    log2(pieces of the text), the most that an entropy can be.
    """

    parts: tuple[int, ...]
    variance: Float[np.ndarray, "layers heads parts"]
    entropy: Float[np.ndarray, "layers heads two"]
    slope: Float[np.ndarray, "layers heads two"]
    most: float
    pieces: int


def draw(keys: int = DEFAULT_KEYS, seed: int = DEFAULT_SEED) -> Drawn:
    """Return `QUERIES` random queries and so many random keys."""
    rng = np.random.default_rng(seed)
    return Drawn(rng.standard_normal((QUERIES, WIDEST)), rng.standard_normal((keys, WIDEST)))


def measure(drawn: Drawn, widths: tuple[int, ...] = WIDTHS) -> Scaling:
    """Return what the width does to the products of these vectors and to the masks made of them."""
    found = np.zeros((3, 2, len(widths)))
    for n, width in enumerate(widths):
        products = drawn.products(width)
        for row, scores in enumerate((products, products / math.sqrt(width))):
            weights = softmax(scores)
            found[:, row, n] = scores.var(), entropies(weights).mean(), slopes(weights).mean()
    return Scaling(widths, variance=found[0], entropy=found[1], slope=found[2], keys=len(drawn.keys))


def softmax(scores: Float[np.ndarray, "*rows items"]) -> Float[np.ndarray, "*rows items"]:
    """Return the mask of every row of scores."""
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def entropies(weights: Float[np.ndarray, "*rows items"]) -> Float[np.ndarray, "*rows"]:
    """Return the entropy of every row in bits."""
    safe = np.where(weights > 0, weights, 1.0)
    return -(safe * np.log2(safe)).sum(-1)


def slopes(weights: Float[np.ndarray, "*rows items"]) -> Float[np.ndarray, "*rows"]:
    """Return the sum of the softmax's own derivatives in every row, d a_i / d s_i = a_i (1 - a_i)."""
    return 1.0 - (weights**2).sum(-1)
