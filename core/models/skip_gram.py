"""Skip-gram with negative sampling (Mikolov et al. 2013): two vectors a word, one as the middle, one as a neighbour.

The probability that word o stands near word c, and is not one that was drawn by chance, is sigmoid(u_c . v_o). Training
pushes it up for pairs that the text has, and down for words that are drawn. u is the word's vector that is kept.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class SkipGram:
    """The two tables: `middles` (u) and `neighbours` (v), a row a word. `step` changes them in place."""

    middles: Float[Tensor, "words width"]
    neighbours: Float[Tensor, "words width"]


def new(words: int, width: int, generator: torch.Generator) -> SkipGram:
    """Return tables as word2vec begins: u small and by chance, v zero."""
    return SkipGram((torch.rand(words, width, generator=generator) - 0.5) / width, torch.zeros(words, width))


def loss(u: Float[Tensor, "pairs width"], v: Float[Tensor, "pairs others width"]) -> Float[Tensor, ""]:
    """Return the summed loss: the first of a pair's `others` is from the text, the rest were drawn (equation 4)."""
    # L = - log sigmoid(u . v_0) - sum_k log sigmoid(- u . v_k)
    scores = torch.bmm(v, u[:, :, None])[..., 0]
    return -F.logsigmoid(scores[:, 0]).sum() - F.logsigmoid(-scores[:, 1:]).sum()


def gradients(
    u: Float[Tensor, "pairs width"], v: Float[Tensor, "pairs others width"]
) -> tuple[Float[Tensor, "pairs width"], Float[Tensor, "pairs others width"], Float[Tensor, "pairs others"]]:
    """Return the loss's gradient in u and in v, and the probabilities sigmoid(u . v) that it comes from."""
    # dL/du = sum_k (p_k - y_k) v_k    dL/dv_k = (p_k - y_k) u    y_0 = 1, else 0
    probabilities = torch.sigmoid(torch.bmm(v, u[:, :, None])[..., 0])
    errors = probabilities.clone()
    errors[:, 0] -= 1
    return torch.bmm(errors[:, None], v)[:, 0], errors[..., None] * u[:, None], probabilities


def step(
    model: SkipGram, middle: Int[Tensor, "pairs"], others: Int[Tensor, "pairs others"], rate: float
) -> Float[Tensor, "pairs others"]:
    """Go one step of stochastic gradient descent on these pairs; return the probabilities before it."""
    u, v = model.middles[middle], model.neighbours[others]
    in_u, in_v, probabilities = gradients(u, v)
    model.middles.index_add_(0, middle, in_u, alpha=-rate)
    model.neighbours.index_add_(0, others.flatten(), in_v.flatten(0, 1), alpha=-rate)
    return probabilities
