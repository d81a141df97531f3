"""The layers of a BERT encoder; `core.pretrained.encoder` puts them together and names the sources."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from core.models import unfilled
from core.models.attention import scaled_dot_product


@dataclass(frozen=True)
class EncoderConfig:
    """The sizes of a model: word pieces, numbers a piece, layers, heads, numbers inside the feed-forward network, places."""

    vocabulary: int
    width: int
    layers: int
    heads: int
    inner: int
    places: int
    epsilon: float


@dataclass(frozen=True)
class Looks:
    """What the attention of one layer did: what every head asked, offered, gave, how it weighed, and what came out."""

    queries: Float[Tensor, "rows heads time head"]
    keys: Float[Tensor, "rows heads time head"]
    values: Float[Tensor, "rows heads time head"]
    weights: Float[Tensor, "rows heads time time"]
    mixtures: Float[Tensor, "rows heads time head"]


class Embeddings(nn.Module):
    """The vector of a piece, plus the vector of its place: without the second, order would not be seen at all."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.words = unfilled.embedding(config.vocabulary, config.width)
        self.places = unfilled.embedding(config.places, config.width)
        self.segment = nn.Parameter(torch.empty(config.width))
        self.norm = _norm(config)

    def forward(self, pieces: Int[Tensor, "rows time"], *, ordered: bool = True) -> Float[Tensor, "rows time width"]:
        """Return the first vector of every piece; without `ordered` the places are left out."""
        # x_t = norm(E[piece_t] + P[t] + s)
        x = self.words(pieces) + self.segment
        if ordered:
            x = x + self.places.weight[: pieces.shape[1]]
        normed: Tensor = self.norm(x)
        return normed


class SelfAttention(nn.Module):
    """Every piece looks at every piece, in several ways at once: Vaswani et al. 2017, section 3.2.2."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.query, self.key, self.value, self.merge = (_linear(config.width, config.width) for _ in range(4))

    def forward(
        self, x: Float[Tensor, "rows time width"], visible: Bool[Tensor, "rows time"] | None
    ) -> tuple[Float[Tensor, "rows time width"], Looks]:
        """Return what every piece takes from all others, and how."""
        # Q, K, V = x W_q + b_q, x W_k + b_k, x W_v + b_v, each cut into heads: (rows, heads, time, width / heads)
        q, k, v = (
            part(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (self.query, self.key, self.value)
        )
        mask = None if visible is None else visible[:, None, None].expand(-1, -1, x.shape[1], -1)
        # head_i = softmax(Q_i K_i^T / sqrt(d)) V_i
        seen, weights = scaled_dot_product(q, k, v, mask)
        # [head_1, ..., head_h] W_o + b_o
        return self.merge(seen.transpose(1, 2).flatten(2)), Looks(q, k, v, weights, seen)


class EncoderLayer(nn.Module):
    """One layer: look around, then think, each added to what was there and brought to a common size."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.attention, self.attention_norm = SelfAttention(config), _norm(config)
        self.widen, self.narrow = _linear(config.width, config.inner), _linear(config.inner, config.width)
        self.feed_forward_norm = _norm(config)

    def forward(
        self, x: Float[Tensor, "rows time width"], visible: Bool[Tensor, "rows time"] | None
    ) -> tuple[Float[Tensor, "rows time width"], Looks]:
        """Return every piece's vector after this layer, and what its attention did."""
        # x = norm(x + attention(x))
        seen, looks = self.attention(x, visible)
        x = self.attention_norm(x + seen)
        # x = norm(x + W_2 gelu(W_1 x + b_1) + b_2)
        return self.feed_forward_norm(x + self.narrow(F.gelu(self.widen(x)))), looks


def _linear(inputs: int, outputs: int) -> nn.Linear:
    # Not drawn: `load` fills it, and drawing first would disturb other people's random numbers.
    return unfilled.linear(inputs, outputs)


def _norm(config: EncoderConfig) -> nn.LayerNorm:
    return nn.LayerNorm(config.width, eps=config.epsilon)
