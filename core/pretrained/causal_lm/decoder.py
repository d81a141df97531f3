"""The Llama architecture (Touvron et al. 2023, "LLaMA"), written to be read and to be fast on a CPU.

A token's vector x of `width` numbers passes through the layers; each adds what attention finds in earlier
tokens and what its feed-forward network makes of it:

    x = x + W_out . attention(norm(x))            x = x + W_down . (silu(W_gate . norm(x)) * W_up . norm(x))

The four parts that differ from the 2017 Transformer stand in functions of their own below: RMSNorm (Zhang and
Sennrich 2019), rotary positions (Su et al. 2021), grouped-query attention (Ainslie et al. 2023) and SwiGLU
(Shazeer 2020). Input and output share one matrix.
"""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Complex, Float, Int
from torch import Tensor

from core.device import lazy_zeros
from core.pretrained.causal_lm.checkpoint import DecoderConfig
from core.pretrained.causal_lm.linear import Linear

# Attention over cached keys always runs over one of these lengths, the rest masked. With them a row's result
# is the same to the last bit whichever other rows share its batch (tests/core/pretrained/causal_lm/test_decoder.py) when the
# packed kernels of `linear` do the products; in fp32, and on processors without them, it agrees to rounding.
LENGTHS = (128, 256, 512, 768, 1024, 1536, 2048, 4096, 8192)

Embed = Callable[[Int[Tensor, "tokens"]], Float[Tensor, "tokens width"]]
Attend = Callable[[int, Float[Tensor, "tokens heads width"]], Float[Tensor, "tokens all_heads"]]


@dataclass(frozen=True)
class Layer:
    """The weights of one layer; query, key and value are one matrix, and so are gate and up."""

    attention_norm: Float[Tensor, "width"]
    query_key_value: Linear
    out: Linear
    feed_forward_norm: Float[Tensor, "width"]
    gate_up: Linear
    down: Linear


class Cache:
    """Keys and values of the tokens so far, for `rows` texts at once, each of at most `length` tokens."""

    def __init__(self, config: DecoderConfig, rows: int, length: int, device: torch.device) -> None:
        # Rounded up, so that `step` runs over one of LENGTHS whatever room was asked for.
        self.length = min(next((n for n in LENGTHS if n >= length), length), config.max_positions)
        shape = (config.layers, rows, 2 * config.key_value_heads, self.length, config.head_width)
        kv = lazy_zeros(shape) if device.type == "cpu" else torch.zeros(shape, device=device)
        self.kv: Float[Tensor, "layers rows keys_then_values time head"] = kv

    def copy(self, sources: list[int], targets: list[int], length: int) -> None:
        """Give row targets[i] the first `length` tokens of row sources[i], for all i at once."""
        changed = [(s, t) for s, t in zip(sources, targets, strict=True) if s != t]
        if changed:
            source, target = torch.tensor(changed, device=self.kv.device).T
            self.kv[:, target, :, :length] = self.kv[:, source, :, :length]


class Decoder:
    """Embedding, layers and output of one model; knows nothing of files, text or sampling."""

    def __init__(
        self,
        config: DecoderConfig,
        embed: Embed,
        final_norm: Float[Tensor, "width"],
        head: Linear,
        device: torch.device,
    ) -> None:
        self.config, self.embed, self.final_norm, self.head, self.device = (
            config,
            embed,
            final_norm,
            head,
            device,
        )
        self.turns = rotations(config, device)

    def run(
        self, x: Float[Tensor, "tokens width"], turns: Tensor, layers: Iterable[Layer], attend: Attend
    ) -> Generator[Float[Tensor, "tokens width"], None, None]:
        """Yield x after each layer; `turns` (tokens, heads, head / 2) rotate each token to its position."""
        for index, layer in enumerate(layers):
            x = x + layer.out(attend(index, self.heads(x, turns, layer)))
            x = x + self.feed_forward(x, layer)
            yield x

    def heads(
        self, x: Float[Tensor, "tokens width"], turns: Tensor, layer: Layer
    ) -> Float[Tensor, "tokens heads_and_two_key_value_heads head"]:
        """Return a layer's queries, keys and values, turned to their positions; the pairs that turn stand side by side."""
        projected = layer.query_key_value(rms_norm(x, layer.attention_norm, self.config.norm_epsilon))
        pairs = torch.view_as_complex(projected.float().reshape(len(x), -1, self.config.head_width // 2, 2))
        return torch.view_as_real(pairs * turns).flatten(2)

    def feed_forward(self, x: Float[Tensor, "tokens width"], layer: Layer) -> Float[Tensor, "tokens width"]:
        """Return what a layer's feed-forward network adds: SwiGLU, Shazeer 2020, eq. 6."""
        gate, up = layer.gate_up(rms_norm(x, layer.feed_forward_norm, self.config.norm_epsilon)).chunk(2, dim=-1)
        return layer.down(F.silu(gate) * up)

    def logits(self, x: Float[Tensor, "tokens width"]) -> Float[Tensor, "tokens vocabulary"]:
        """Return the score of every token of the vocabulary, float32."""
        return self.head(rms_norm(x, self.final_norm, self.config.norm_epsilon)).float()

    def prefill(
        self, ids: list[int], layers: Iterable[Layer], cache: Cache, row: int
    ) -> Generator[Float[Tensor, "one width"], None, None]:
        """Read a whole text into row `row` of the cache, all its tokens at once.

        Yields the last token's vector after each layer; the logits of the last one are the scores of the next
        token. A generator, so that whoever runs it can serve others between two layers.
        """
        heads, time = self.config.heads, len(ids)

        def attend(index: int, qkv: Float[Tensor, "time all head"]) -> Float[Tensor, "time joined"]:
            cache.kv[index, row, :, :time] = qkv[:, heads:].transpose(0, 1)
            key, value = cache.kv[index, row, None, :, :time].chunk(2, dim=1)
            query = qkv[None, :, :heads].transpose(1, 2)
            found = F.scaled_dot_product_attention(query, key, value, is_causal=True, enable_gqa=True)
            return found[0].transpose(0, 1).flatten(1)

        x = self.embed(torch.tensor(ids, device=self.device))
        for after in self.run(x, self.turns[:time], layers, attend):
            yield after[-1:]

    def step(
        self, ids: list[int], positions: list[int], layers: Iterable[Layer], cache: Cache
    ) -> Float[Tensor, "rows vocabulary"]:
        """Read one more token of each of the first len(ids) texts of the cache and return their next scores."""
        heads, rows = self.config.heads, len(ids)
        length = min(next(n for n in LENGTHS if n > max(positions)), cache.length)
        where = torch.tensor(positions, device=self.device)
        row = torch.arange(rows, device=self.device)
        key_heads = torch.arange(cache.kv.shape[2], device=self.device)
        unseen = torch.arange(length, device=self.device) > where[:, None]
        mask = torch.zeros(unseen.shape, device=self.device).masked_fill_(unseen, -torch.inf)[:, None, None]

        def attend(index: int, qkv: Float[Tensor, "rows all head"]) -> Float[Tensor, "rows joined"]:
            cache.kv[index].index_put_((row[:, None], key_heads, where[:, None]), qkv[:, heads:])
            key, value = cache.kv[index, :rows, :, :length].chunk(2, dim=1)
            # The queries that share a key head stand where a longer text would have its time steps.
            query = qkv[:, :heads].unflatten(1, (key.shape[1], -1))
            return F.scaled_dot_product_attention(query, key, value, attn_mask=mask).flatten(1)

        x = self.embed(torch.tensor(ids, device=self.device))
        for after in self.run(x, self.turns[where], layers, attend):
            x = after
        return self.logits(x)


def rms_norm(x: Float[Tensor, "tokens width"], scale: Float[Tensor, "width"], epsilon: float) -> Tensor:
    """Return x / sqrt(mean(x^2) + epsilon) * scale: Zhang and Sennrich 2019, eq. 4."""
    return F.rms_norm(x, x.shape[-1:], scale, epsilon)


def rotations(config: DecoderConfig, device: torch.device) -> Complex[Tensor, "positions heads half"]:
    """Return what each position multiplies queries and keys by: e^(i m theta_j), Su et al. 2021, eq. 34.

    Two neighbouring numbers of a head are one complex number. Values are not rotated: their factor is 1.
    """
    half = config.head_width // 2
    theta = config.rope_theta ** (-torch.arange(half, dtype=torch.float32) / half)
    angle = torch.outer(torch.arange(config.max_positions, dtype=torch.float32), theta)
    turn = torch.polar(torch.ones_like(angle), angle)[:, None]
    stay = torch.ones(config.max_positions, config.key_value_heads, half, dtype=turn.dtype)
    return torch.cat([turn.expand(-1, config.heads + config.key_value_heads, -1), stay], dim=1).to(device)
