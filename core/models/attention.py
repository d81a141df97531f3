"""Attention: every query looks at all keys at once and takes their values in proportion to how well they match."""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor


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
