"""Why a dot product is divided by the root of its width: measured on random vectors of every width up to 1,024."""

import math

import numpy as np
from jaxtyping import Float

from core.experiments.attention_search.results import Scaling, softmax
from core.generation.seeds import checked

WIDEST, QUERIES, KEYS, SEED = 1024, 200, 64, 1
DEFAULT_WIDTH = 64


def draw(
    keys: int = KEYS, seed: int = SEED
) -> tuple[Float[np.ndarray, "queries widest"], Float[np.ndarray, "keys widest"]]:
    """Return `QUERIES` random queries and so many random keys, every number normal with mean 0 and variance 1."""
    rng = np.random.default_rng(checked(seed))
    return rng.standard_normal((QUERIES, WIDEST)), rng.standard_normal((keys, WIDEST))


def measure(keys: int = KEYS, seed: int = SEED, widest: int = WIDEST) -> Scaling:
    """Return what every width from 1 to `widest` does to the products of random vectors and to the weights made of them."""
    asked, offered = draw(keys, seed)
    found = np.zeros((3, 2, widest))
    products = np.zeros((QUERIES, keys))
    for n in range(widest):
        products += np.outer(asked[:, n], offered[:, n])  # q . k over the first n + 1 numbers
        for row, scores in enumerate((products, products / math.sqrt(n + 1))):
            weights = softmax(scores)
            found[:, row, n] = scores.var(), 2 ** entropies(weights).mean(), slopes(weights).mean()
    variance, shared, slope = found.astype(np.float32)
    return Scaling(variance, shared, slope, keys, QUERIES)


def entropies(weights: Float[np.ndarray, "*rows items"]) -> Float[np.ndarray, "*rows"]:
    """Return the entropy of every row in bits."""
    safe = np.where(weights > 0, weights, 1.0)
    return -(safe * np.log2(safe)).sum(-1)


def slopes(weights: Float[np.ndarray, "*rows items"]) -> Float[np.ndarray, "*rows"]:
    """Return the sum of the softmax's own derivatives in every row, d a_i / d s_i = a_i (1 - a_i)."""
    return 1.0 - (weights**2).sum(-1)
