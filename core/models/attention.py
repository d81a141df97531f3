"""Attention: every query looks at all keys at once and takes their values in proportion to how well they match."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from core.models import unfilled
from core.models.positional import rotary_angles, rotate
from core.models.what_ifs import WhatIfs


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


@dataclass(frozen=True)
class AttentionTrace:
    """What multi-head attention computed, as detached CPU arrays.

    - `queries`, `keys`, `values`: of each head, after the rotary turn where there is one.
    - `scores`: query times key over the root of the head's width, before any mask; `weights`: what the softmax makes of
      those that may be seen.
    - `mixtures`: what each head takes, 0 for a head that is off; `output`: all of them times the output matrix.
    """

    queries: Float[np.ndarray, "batch heads time head"]
    keys: Float[np.ndarray, "batch heads key head"]
    values: Float[np.ndarray, "batch heads key head"]
    scores: Float[np.ndarray, "batch heads time key"]
    weights: Float[np.ndarray, "batch heads time key"]
    mixtures: Float[np.ndarray, "batch heads time head"]
    output: Float[np.ndarray, "batch time width"]


class MultiHeadAttention(nn.Module):
    """Several heads, each of which looks with a part of the width of its own (Vaswani et al. 2017, section 3.2.2).

    causal: no query sees a key that comes after it. rotary: queries and keys are turned to their positions (Su et al.
    2021), Llama's layout. `qkv` holds the three matrices one above the other, as `nn.MultiheadAttention.in_proj_weight`
    does; `merge` is its `out_proj`, drawn smaller by the factor `gain`. Raises `ValueError` where the width can't be
    shared out among the heads, or a rotary head has an odd width.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        *,
        causal: bool = False,
        rotary: bool = False,
        bias: bool = True,
        gain: float = 1.0,
        seed: int = 0,
        device: torch.device | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"{heads} heads can't share a width of {width} evenly")
        if rotary and width // heads % 2:
            raise ValueError(f"a head of {width // heads} numbers can't be split into pairs")
        self.width, self.heads, self.causal, self.rotary = width, heads, causal, rotary
        generator = torch.Generator().manual_seed(seed)
        made: dict[str, Any] = {"device": device, "dtype": dtype, "bias": bias}
        self.qkv = drawn_linear(width, 3 * width, generator=generator, **made)
        self.merge = drawn_linear(width, width, generator=generator, gain=gain, **made)

    def forward(
        self,
        x: Float[Tensor, "batch time width"],
        context: Float[Tensor, "batch key width"] | None = None,
        mask: Bool[Tensor, "*#batch time key"] | None = None,
    ) -> Float[Tensor, "batch time width"]:
        """Return what each position takes: from its own sequence, or from `context` where one is given (cross-attention).

        mask: True where a query may see a key, on top of `causal`; (batch, 1, time, key) for one a sequence. A query
        that may see nothing takes nothing. Raises `ValueError` for a context where the attention is causal or rotary.
        """
        q, k, v = self.project(x, context)
        if self.causal and mask is None:
            found = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            found = F.scaled_dot_product_attention(q, k, v, attn_mask=self._allowed(q, k, mask))
        # the heads' answers side by side, times W_o: (batch, time, width)
        merged: Tensor = self.merge(found.transpose(1, 2).flatten(2))
        return merged

    def look(
        self,
        x: Float[Tensor, "batch time width"],
        context: Float[Tensor, "batch key width"] | None = None,
        mask: Bool[Tensor, "*#batch time key"] | None = None,
        *,
        what_ifs: WhatIfs | None = None,
        layer: int = 0,
    ) -> dict[str, Tensor]:
        """Return what an `AttentionTrace` holds as tensors, for `what_ifs` about attention number `layer`."""
        q, k, v = self.project(x, context)
        allowed = self._allowed(q, k, mask)
        on = torch.ones(self.heads, dtype=torch.bool, device=x.device)
        if what_ifs is not None:
            everything = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool, device=x.device)
            allowed = what_ifs.allowed(layer, everything if allowed is None else allowed, self.heads)
            on = what_ifs.on(layer, self.heads, x.device)
        mixtures, weights = scaled_dot_product(q, k, v, allowed)
        mixtures = mixtures * on[:, None, None]
        output = self.merge(mixtures.transpose(1, 2).flatten(2))
        scores = q @ k.mT / math.sqrt(q.shape[-1])
        names = ("queries", "keys", "values", "scores", "weights", "mixtures", "output")
        return dict(zip(names, (q, k, v, scores, weights, mixtures, output), strict=True))

    @torch.no_grad()
    def trace(
        self,
        x: Float[Tensor, "batch time width"],
        context: Float[Tensor, "batch key width"] | None = None,
        mask: Bool[Tensor, "*#batch time key"] | None = None,
        *,
        heads_off: Sequence[int] = (),
        edges_cut: Sequence[tuple[int | None, int, int]] = (),
    ) -> AttentionTrace:
        """Return all that `forward` computes on its way, from the plain equations.

        heads_off: heads whose output is zero. edges_cut: (head, query, key), None for all heads; that key is masked for
        that query before the softmax (see `core.models.what_ifs`). Raises `ValueError` for what is not there.
        """
        keys = x.shape[1] if context is None else context.shape[1]
        off, cut = [(0, head) for head in heads_off], [(0, *edge) for edge in edges_cut]
        what_ifs = WhatIfs.checked(off, cut, layers=1, heads=self.heads, queries=x.shape[1], keys=keys)
        found = self.look(x, context, mask, what_ifs=what_ifs)
        return AttentionTrace(**{name: value.numpy(force=True) for name, value in found.items()})

    def project(
        self, x: Float[Tensor, "batch time width"], context: Float[Tensor, "batch key width"] | None = None
    ) -> tuple[
        Float[Tensor, "batch heads time head"],
        Float[Tensor, "batch heads key head"],
        Float[Tensor, "batch heads key head"],
    ]:
        """Return the queries of x, and keys and values of the context (x itself without one), turned where rotary."""
        if context is not None and (self.causal or self.rotary):
            raise ValueError("positions of two sequences have no order between them: neither causal nor rotary")
        # Q, K, V = x W_q, c W_k, c W_v
        if context is None:
            q, k, v = self.qkv(x).chunk(3, dim=-1)
        else:
            split = [self.width, 2 * self.width]
            weights = self.qkv.weight.split(split)
            biases = self.qkv.bias.split(split) if self.qkv.bias is not None else (None, None)
            q = F.linear(x, weights[0], biases[0])
            k, v = F.linear(context, weights[1], biases[1]).chunk(2, dim=-1)
        # each (batch, heads, time, width / heads)
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (q, k, v))
        if self.rotary:
            angles = rotary_angles(x.shape[1], q.shape[-1], device=x.device, dtype=x.dtype)
            q, k = rotate(q, angles), rotate(k, angles)
        return q, k, v

    def _allowed(self, q: Tensor, k: Tensor, mask: Tensor | None) -> Tensor | None:
        if not self.causal:
            return mask
        past = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool, device=q.device).tril()
        return past if mask is None else past & mask


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


def drawn_linear(
    below: int,
    above: int,
    *,
    generator: torch.Generator,
    bias: bool = True,
    gain: float = 1.0,
    device: torch.device | None = None,
    dtype: torch.dtype | None = None,
) -> nn.Linear:
    """Return what `linear` does, `gain` times as large, drawn in float64: the same weights in every precision."""
    # Left as it is in memory, then drawn: nothing draws from the generator that everyone shares.
    layer = unfilled.linear(below, above, bias=bias, device=device, dtype=dtype)
    drawn = torch.empty(layer.weight.shape, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(drawn.uniform_(-1, 1, generator=generator) * (gain / math.sqrt(below)))
        if bias:
            layer.bias.zero_()
    return layer
