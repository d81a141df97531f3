"""Makes what ships with the lesson on attention as search: the library's vectors, a fitted match, and the heads' habits."""

import re
import time

import numpy as np
import torch
from jaxtyping import Float
from torch import nn

from core.data.library import LIBRARY
from core.experiments.attention_search import (
    DEFAULT_LAYER,
    DEFAULT_QUERY,
    DEFAULT_TEXT,
    HEAD_WIDTH,
    HEADS,
    LAYERS,
    Additive,
    recorded,
)
from core.experiments.attention_search.reading import read_layer, read_query
from core.experiments.attention_search.recorded import Fitting, Order, Shelves
from core.experiments.attention_search.scaling import PARTS, Trained, entropies, slopes, softmax
from core.models.attention import AdditiveAttention
from core.pretrained.encoder import Encoder, load_encoder

UNITS, STEPS, RATE, DECAY = 32, 150, 0.005, 0.1  # of the additive match
FOLDS = 5
SHUFFLES = 16  # orders of a head's coordinates that its variance is averaged over
ORDERS = ("The dog chased the cat.", "The cat chased the dog.")


def shelves(encoder: Encoder) -> Shelves:
    """Return the library's keys (titles, as long as they come) and values (contents, of length 1)."""
    keys = encoder.vectors([item.title for item in LIBRARY], normalised=False)
    return Shelves(keys, encoder.vectors([item.content for item in LIBRARY]))


def pairs(encoder: Encoder) -> tuple[Float[np.ndarray, "sentences width"], np.ndarray]:
    """Return the vector of every sentence of the contents, and the number of its item."""
    found = [(s, n) for n, item in enumerate(LIBRARY) for s in re.split(r"(?<=\.)\s", item.content)]
    return encoder.vectors([s for s, _ in found], normalised=False), np.array([n for _, n in found])


def fit(
    sentences: Float[np.ndarray, "sentences width"],
    owners: np.ndarray,
    titles: Float[np.ndarray, "items width"],
    *,
    seed: int = 0,
) -> AdditiveAttention:
    """Return an additive match fitted so that every sentence finds the title that it belongs to, among `titles`.

    `owners` holds the number of each sentence's title. AdamW on the cross-entropy of the mask, all pairs at once.
    """
    model = AdditiveAttention(sentences.shape[1], titles.shape[1], UNITS, seed=seed)
    x, t, y = torch.from_numpy(sentences), torch.from_numpy(titles), torch.from_numpy(owners)
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    for _ in range(STEPS):
        loss = nn.functional.cross_entropy(scores(model, x, t), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return model


def scores(
    model: AdditiveAttention, queries: Float[torch.Tensor, "queries width"], keys: Float[torch.Tensor, "items width"]
) -> Float[torch.Tensor, "queries items"]:
    """Return the score of every query with every key."""
    return model.scores(queries, model.keys(keys[None].expand(len(queries), -1, -1)))


@torch.no_grad()
def right(found: torch.Tensor, owners: torch.Tensor) -> float:
    """Return the share of rows whose best score is their owner's."""
    return float((found.argmax(1) == owners).float().mean())


def fitting(encoder: Encoder) -> Fitting:
    """Return an additive match fitted to all pairs, and how it and the dot product do on pairs that it was not fitted to.

    In turn a fifth of the items is kept apart; their sentences then look for their titles among that fifth.
    """
    sentences, owners = pairs(encoder)
    titles = encoder.vectors([item.title for item in LIBRARY], normalised=False)
    apart, dot, hits = [], [], 0
    for fold in range(FOLDS):
        held = np.arange(len(LIBRARY)) % FOLDS == fold
        place = np.where(held, held.cumsum() - 1, (~held).cumsum() - 1)  # of an item among its own part
        out = held[owners]
        model = fit(sentences[~out], place[owners[~out]], titles[~held])
        x, t, y = (torch.from_numpy(part) for part in (sentences[out], titles[held], place[owners[out]]))
        apart.append(right(scores(model, x, t), y))
        dot.append(right(x @ t.T, y))
        hits += int(out.sum())
    model = fit(sentences, owners, titles)
    x, t, y = (torch.from_numpy(part) for part in (sentences, titles, owners))
    state = {name: value.detach().numpy().astype(np.float16) for name, value in model.state_dict().items()}
    names = {"query": "query.weight", "key": "key.weight", "bias": "key.bias", "value": "value.weight"}
    parts = {ours: state[theirs].astype(np.float64) for ours, theirs in names.items()}
    weights = Additive(**{**parts, "value": parts["value"][0]})
    with torch.no_grad():
        own = right(scores(model, x, t), y)
    return Fitting(weights, own, float(np.mean(apart)), float(np.mean(dot)), FOLDS, hits)


def trained(encoder: Encoder) -> Trained:
    """Return what the width does in every head, over the library's contents, each read by itself."""
    rng = np.random.default_rng(0)
    orders = [rng.permutation(HEAD_WIDTH) for _ in range(SHUFFLES)]
    sums, squares = (np.zeros((LAYERS, HEADS, len(PARTS), SHUFFLES)) for _ in range(2))
    entropy, slope = (np.zeros((LAYERS, HEADS, 2)) for _ in range(2))
    products_seen = pieces = 0
    most = 0.0
    for item in LIBRARY:
        trace = encoder.trace(item.content)
        q, k = trace.queries.astype(np.float64), trace.keys.astype(np.float64)
        count = len(trace.tokens)
        for n, order in enumerate(orders):
            for p, part in enumerate(PARTS):
                chosen = order[:part]
                products = q[..., chosen] @ k[..., chosen].swapaxes(-1, -2)
                sums[..., p, n] += products.sum((-1, -2))
                squares[..., p, n] += (products**2).sum((-1, -2))
        whole = q @ k.swapaxes(-1, -2)
        for row, scale in enumerate((1.0, HEAD_WIDTH**-0.5)):
            weights = softmax(whole * scale)
            entropy[..., row] += entropies(weights).sum(-1)
            slope[..., row] += slopes(weights).sum(-1)
        products_seen += count * count
        pieces += count
        most += count * np.log2(count)
    variance = (squares / products_seen - (sums / products_seen) ** 2).mean(-1)
    return Trained(PARTS, variance, entropy / pieces, slope / pieces, float(most / pieces), pieces)


def order(encoder: Encoder) -> Order:
    """Return how alike two sentences are that differ in the order of their words alone, with and without places."""
    alike, apart = [], []
    for ordered in (True, False):
        one, two = encoder.vectors(ORDERS, ordered=ordered)
        alike.append(float(one @ two))
        apart.append(float(abs(one - two).max()))
    return Order(ORDERS, (alike[0], alike[1]), (apart[0], apart[1]))


def record() -> None:
    """Make everything, run the page at its defaults, and write both."""
    torch.set_num_threads(1)
    encoder = load_encoder()
    made = {
        "command": "python -m core.experiments.record attention_search",
        "encoder": encoder.name,
        "when": time.strftime("%Y-%m-%d"),
    }
    recorded.write(
        shelves(encoder),
        fitting(encoder),
        trained(encoder),
        order(encoder),
        read_query(DEFAULT_QUERY),
        read_layer(DEFAULT_TEXT, DEFAULT_LAYER),
        made,
    )
