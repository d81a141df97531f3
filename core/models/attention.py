"""Attention: every query looks at all keys at once and takes their values in proportion to how well they match."""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from core.models import unfilled


def scaled_dot_product(
    q: Float[Tensor, "*batch query width"],
    k: Float[Tensor, "*batch key width"],
    v: Float[Tensor, "*batch key value"],
    mask: Bool[Tensor, "*#batch query key"] | None = None,
) -> tuple[Float[Tensor, "*batch query value"], Float[Tensor, "*batch query key"]]:
    """Return what each query takes from the values, and its weights on the keys, which sum to 1.

    mask: True where a query may look; None lets it look everywhere. A query that may look nowhere has weights of 0
    and takes nothing. Source: Vaswani et al. 2017, eq. 1.
    """
    # scores = Q K^T / sqrt(d)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    if mask is None:
        weights = scores.softmax(-1)
    else:
        # Not -inf: a row of nothing but -inf has no softmax, and its gradient would be nan.
        hidden = torch.finfo(scores.dtype).min
        # weights = softmax(scores), over the keys that may be seen
        weights = scores.masked_fill(~mask, hidden).softmax(-1).masked_fill(~mask, 0.0)
    # output = weights V
    return weights @ v, weights


class AdditiveAttention(nn.Module):
    """A small network says how well a state and a source place match (Bahdanau et al. 2014, section 3.1 and A.1.2).

    query_size, key_size: width of the state that looks and of the places it looks at. size: units of the network.
    """

    def __init__(self, query_size: int, key_size: int, size: int, *, seed: int = 0) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.query = linear(query_size, size, generator=generator, bias=False)
        self.key = linear(key_size, size, generator=generator)
        self.value = linear(size, 1, generator=generator, bias=False)

    def keys(self, places: Float[Tensor, "batch source key"]) -> Float[Tensor, "batch source size"]:
        """Return U h_j + b for every place: the part of the scores that no query changes, computed once a sentence."""
        keys: Tensor = self.key(places)
        return keys

    def scores(
        self, query: Float[Tensor, "batch query"], keys: Float[Tensor, "batch source size"]
    ) -> Float[Tensor, "batch source"]:
        """Return how well each place matches: e_j = v^T tanh(W s + U h_j + b)."""
        scores: Tensor = self.value(torch.tanh(self.query(query)[:, None] + keys))
        return scores[..., 0]


class DotAttention(nn.Module):
    """The match is a product, after one matrix has brought the places to the state's width.

    Source: Luong et al. 2015, eq. 8, "general".
    """

    def __init__(self, query_size: int, key_size: int, *, seed: int = 0) -> None:
        super().__init__()
        self.key = linear(key_size, query_size, generator=torch.Generator().manual_seed(seed), bias=False)

    def keys(self, places: Float[Tensor, "batch source key"]) -> Float[Tensor, "batch source query"]:
        """Return W h_j for every place, computed once a sentence."""
        keys: Tensor = self.key(places)
        return keys

    def scores(
        self, query: Float[Tensor, "batch query"], keys: Float[Tensor, "batch source query"]
    ) -> Float[Tensor, "batch source"]:
        """Return how well each place matches: e_j = s^T W h_j."""
        return (keys @ query[..., None])[..., 0]


def take(
    scores: Float[Tensor, "batch source"],
    places: Float[Tensor, "batch source key"],
    mask: Bool[Tensor, "batch source"],
) -> tuple[Float[Tensor, "batch key"], Float[Tensor, "batch source"]]:
    """Return the mixture of places that these scores ask for, and its weights, which sum to 1 over where `mask` is True."""
    # a_j = exp(e_j) / sum_k exp(e_k)
    weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(-1)
    # c = sum_j a_j h_j
    return (weights[:, None] @ places)[:, 0], weights


def linear(below: int, above: int, *, generator: torch.Generator, bias: bool = True) -> nn.Linear:
    """Return a linear layer with weights drawn evenly between -1/sqrt(below) and 1/sqrt(below), and a bias of zeros."""
    layer = unfilled.linear(below, above, bias=bias)
    reach = 1 / math.sqrt(below)
    with torch.no_grad():
        layer.weight.uniform_(-reach, reach, generator=generator)
        if bias:
            layer.bias.zero_()
    return layer
