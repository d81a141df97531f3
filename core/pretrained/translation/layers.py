"""The layers of Marian's tiny translation model; `marian` puts them together and names the sources."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from core.models import unfilled
from core.models.attention import scaled_dot_product

EPSILON = 1e-6


@dataclass(frozen=True)
class MarianConfig:
    """The sizes of a model: pieces in the vocabulary, numbers a piece, heads, numbers inside the feed-forward network."""

    vocabulary: int
    width: int
    heads: int
    inner: int
    encoder_layers: int
    decoder_layers: int


@dataclass(frozen=True)
class Inside:
    """What happened in one decoder layer: weights on the source, the queries they came from, gates and cells."""

    weights: Float[Tensor, "rows heads target source"]
    queries: Float[Tensor, "rows heads target head"]
    forget: Float[Tensor, "rows target width"]
    cells: Float[Tensor, "rows target width"]


class Attention(nn.Module):
    """Multi-head attention: Vaswani et al. 2017, section 3.2.2."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.merge = (_linear(width, width) for _ in range(4))

    def split(self, x: Float[Tensor, "rows time width"]) -> Float[Tensor, "rows heads time head"]:
        """Return x with each head's share of the width by itself."""
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(
        self,
        q: Float[Tensor, "rows heads query head"],
        k: Float[Tensor, "rows heads key head"],
        v: Float[Tensor, "rows heads key head"],
        visible: Bool[Tensor, "rows key"] | None,
    ) -> tuple[Float[Tensor, "rows query width"], Float[Tensor, "rows heads query key"]]:
        """Return what each query takes from the values, and every head's weights."""
        mask = None if visible is None else visible[:, None, None].expand(-1, -1, q.shape[2], -1)
        # head_i = softmax(Q_i K_i^T / sqrt(d)) V_i
        seen, weights = scaled_dot_product(q, k, v, mask)
        # [head_1, ..., head_h] W_o + b_o
        return self.merge(seen.transpose(1, 2).flatten(2)), weights


class SSRU(nn.Module):
    """A recurrent unit with one gate and no product with the state before: Kim et al. 2019."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.forget, self.candidate = _linear(width, width), _linear(width, width, bias=False)

    def forward(
        self, x: Float[Tensor, "rows time width"], cell: Float[Tensor, "rows width"]
    ) -> tuple[Float[Tensor, "rows time width"], Float[Tensor, "rows time width"], Float[Tensor, "rows time width"]]:
        """Return outputs, forget gates and cells at each step, going on from `cell`."""
        # f_t = sigmoid(W_f x_t + b_f)
        forget = self.forget(x).sigmoid()
        # c_t = f_t c_(t-1) + (1 - f_t) W x_t
        new = (1 - forget) * self.candidate(x)
        cells = []
        for kept, added in zip(forget.unbind(1), new.unbind(1), strict=True):
            cell = kept * cell + added
            cells.append(cell)
        # o_t = relu(c_t)
        return torch.stack(cells, 1).relu(), forget, torch.stack(cells, 1)


class FeedForward(nn.Module):
    """The end of every layer: what a place makes of its vector by itself, Vaswani et al. 2017, eq. 2."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.widen, self.narrow = _linear(width, inner), _linear(inner, width)
        self.feed_forward_norm = _norm(width)

    def feed_forward(self, x: Float[Tensor, "rows time width"]) -> Float[Tensor, "rows time width"]:
        """Return x after the feed-forward network."""
        # x = norm(x + W_2 relu(W_1 x + b_1) + b_2)
        return self.feed_forward_norm(x + self.narrow(self.widen(x).relu()))


class EncoderLayer(FeedForward):
    """One layer of the encoder."""

    def __init__(self, config: MarianConfig) -> None:
        super().__init__(config.width, config.inner)
        self.attention, self.attention_norm = Attention(config.width, config.heads), _norm(config.width)

    def forward(
        self, x: Float[Tensor, "rows source width"], visible: Bool[Tensor, "rows source"] | None
    ) -> tuple[Float[Tensor, "rows source width"], Float[Tensor, "rows heads source source"]]:
        """Return x after this layer, and the weights with which the places looked at one another."""
        look = self.attention
        q, k, v = (look.split(part(x)) for part in (look.query, look.key, look.value))
        # x = norm(x + attention(x, x))
        seen, weights = look(q, k, v, visible)
        return self.feed_forward(self.attention_norm(x + seen)), weights


class DecoderLayer(FeedForward):
    """One layer of the decoder."""

    def __init__(self, config: MarianConfig) -> None:
        super().__init__(config.width, config.inner)
        self.unit, self.unit_norm = SSRU(config.width), _norm(config.width)
        self.attention, self.attention_norm = Attention(config.width, config.heads), _norm(config.width)

    def forward(
        self,
        y: Float[Tensor, "rows target width"],
        cell: Float[Tensor, "rows width"],
        k: Float[Tensor, "rows heads source head"],
        v: Float[Tensor, "rows heads source head"],
        visible: Bool[Tensor, "rows source"] | None,
    ) -> tuple[Float[Tensor, "rows target width"], Inside]:
        """Return y after this layer, and what happened in it."""
        # y = norm(y + relu(cell(y)))
        remembered, forget, cells = self.unit(y, cell)
        y = self.unit_norm(y + remembered)
        # y = norm(y + attention(y, source))
        q = self.attention.split(self.attention.query(y))
        seen, weights = self.attention(q, k, v, visible)
        return self.feed_forward(self.attention_norm(y + seen)), Inside(weights, q, forget, cells)


def sinusoids(length: int, width: int) -> Float[Tensor, "length width"]:
    """Return the vectors that mark places: Vaswani et al. 2017, section 3.5, as Marian lays them out.

    All sines come first, then all cosines, and the wave lengths reach 2 pi 10000 in the last of each.
    """
    half = width // 2
    # angle(t, i) = t / 10000^(i / (half - 1));  p_t = [sin angle(t, .), cos angle(t, .)]
    rates = torch.exp(torch.arange(half) * (-math.log(10000.0) / (half - 1)))
    angles = torch.outer(torch.arange(length, dtype=torch.float32), rates)
    return torch.cat([angles.sin(), angles.cos()], -1)


def _linear(inputs: int, outputs: int, *, bias: bool = True) -> nn.Linear:
    # Not drawn: `load` fills it, and drawing first would disturb other people's random numbers.
    return unfilled.linear(inputs, outputs, bias=bias)


def _norm(width: int) -> nn.LayerNorm:
    return nn.LayerNorm(width, eps=EPSILON)
