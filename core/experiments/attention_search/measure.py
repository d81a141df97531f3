"""What the encoder makes of the library, what its heads do while they read it, and what the order of words is to it."""

import numpy as np

from core.data.library import LIBRARY
from core.experiments.attention_search.results import (
    HEAD_WIDTH,
    HEADS,
    LAYERS,
    TITLES,
    Library,
    Order,
    Trained,
    softmax,
)
from core.experiments.attention_search.scaling import entropies
from core.pretrained.encoder import NO_POSITIONS, Encoder
from core.pretrained.encoder import load_encoder as load_encoder

ORDERS = ("The dog chased the cat.", "The cat chased the dog.")


def library(encoder: Encoder) -> Library:
    """Return the library's keys (titles, as long as they come) and values (contents, of length 1)."""
    keys = encoder.vectors(TITLES, normalised=False)
    return Library(keys, encoder.vectors([item.content for item in LIBRARY]))


def trained(encoder: Encoder) -> Trained:
    """Return what the products are in every head, over the library's contents, each read by itself."""
    sums, squares = np.zeros((2, LAYERS, HEADS))
    entropy = np.zeros((LAYERS, HEADS, 2))
    count = pieces = 0
    for item in LIBRARY:
        trace = encoder.trace(item.content)
        products = trace.queries.astype(np.float64) @ trace.keys.astype(np.float64).swapaxes(-1, -2)
        sums += products.sum((-1, -2))
        squares += (products**2).sum((-1, -2))
        for row, scale in enumerate((1.0, HEAD_WIDTH**-0.5)):
            entropy[..., row] += entropies(softmax(products * scale)).sum(-1)
        count += products[0, 0].size
        pieces += len(trace.tokens)
    variance = squares / count - (sums / count) ** 2
    return Trained(variance.astype(np.float32), (entropy / pieces).astype(np.float32), pieces)


def order(encoder: Encoder) -> Order:
    """Return how alike two sentences are that differ in the order of their words alone, with and without positions."""
    pairs = [encoder.vectors(ORDERS, positions=positions) for positions in (None, NO_POSITIONS)]
    alike, apart = ([float(f(*pair)) for pair in pairs] for f in (np.dot, lambda one, two: abs(one - two).max()))
    return Order(ORDERS, (alike[0], alike[1]), (apart[0], apart[1]))
