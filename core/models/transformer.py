"""The Transformer: blocks in which every position takes from others at once, and what is built of them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from core.models.attention import MultiHeadAttention, drawn_linear
from core.models.positional import LearnedPositions, sinusoidal
from core.models.what_ifs import Edge, HeadOff, WhatIfs

Norm = Literal["pre", "post"]
Positions = Literal["none", "learned", "sinusoidal", "rotary"]
APART = 10_007  # from one part's seed to the next, so that no two parts of a model start alike


class TransformerBlock(nn.Module):
    """Self-attention, then (in a decoder) attention to a context, then a two-layer network, each added to the stream.

    norm: "pre" norms what each part reads (Xiong et al. 2020; GPT-2), "post" the stream after each (Vaswani et al. 2017,
    section 3). cross: whether there is a context to attend to. inner: units of the network, 4 x width without it;
    feed_forward=False leaves the network out. activation: "relu" (2017) or "gelu" (Hendrycks and Gimpel 2016). gain: how
    much smaller the matrices that write to the stream are drawn. Raises `ValueError` where the width can't be shared out
    among the heads.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        *,
        inner: int | None = None,
        norm: Norm = "pre",
        causal: bool = True,
        cross: bool = False,
        rotary: bool = False,
        feed_forward: bool = True,
        activation: Literal["gelu", "relu"] = "gelu",
        gain: float = 1.0,
        seed: int = 0,
        device: torch.device | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        inner = inner or 4 * width
        made: dict[str, Any] = {"device": device or torch.device("cpu"), "dtype": dtype}
        self.norm: Norm = norm
        self.activation: Callable[[Tensor], Tensor] = F.gelu if activation == "gelu" else F.relu
        self.norm_1 = nn.LayerNorm(width, **made)
        self.attention = MultiHeadAttention(width, heads, causal=causal, rotary=rotary, gain=gain, seed=seed, **made)
        self.cross: MultiHeadAttention | None = None
        if cross:
            self.norm_cross = nn.LayerNorm(width, **made)
            self.cross = MultiHeadAttention(width, heads, gain=gain, seed=seed + 1, **made)
        self.feed_forward = feed_forward
        if feed_forward:
            generator = torch.Generator().manual_seed(seed + 2)
            self.norm_2 = nn.LayerNorm(width, **made)
            self.widen = drawn_linear(width, inner, generator=generator, **made)
            self.narrow = drawn_linear(inner, width, generator=generator, gain=gain, **made)

    def forward(
        self,
        x: Float[Tensor, "batch time width"],
        context: Float[Tensor, "batch key width"] | None = None,
        mask: Bool[Tensor, "*#batch time time"] | None = None,
        context_mask: Bool[Tensor, "*#batch time key"] | None = None,
    ) -> Float[Tensor, "batch time width"]:
        """Return what each position has become. The masks are True where a query may see a key (None: everywhere).

        Raises `ValueError` for a context where there is nothing to attend to it with, and for none where there is.
        """
        if (context is None) != (self.cross is None):
            raise ValueError("a decoder's block needs a context, another block takes none")
        # x = x + attention(norm(x)), or x = norm(x + attention(x))
        x = self._add(x, self.norm_1, lambda y: self.attention(y, mask=mask))
        if self.cross is not None:
            attend = self.cross
            x = self._add(x, self.norm_cross, lambda y: attend(y, context, context_mask))
        # x = x + W_2 act(W_1 norm(x) + b_1) + b_2
        return self._add(x, self.norm_2, self.think) if self.feed_forward else x

    def look(
        self, x: Float[Tensor, "batch time width"], what_ifs: WhatIfs, layer: int
    ) -> tuple[Float[Tensor, "batch time width"], dict[str, Tensor]]:
        """Return what `forward` does without a context, and what its self-attention computed (see `AttentionTrace`)."""
        seen: dict[str, Tensor] = {}

        def attend(y: Tensor) -> Tensor:
            seen.update(self.attention.look(y, what_ifs=what_ifs, layer=layer))
            return seen["output"]

        x = self._add(x, self.norm_1, attend)
        return (self._add(x, self.norm_2, self.think) if self.feed_forward else x), seen

    def think(self, x: Float[Tensor, "batch time width"]) -> Float[Tensor, "batch time width"]:
        """Return the two-layer network's answer at each position: W_2 act(W_1 x + b_1) + b_2."""
        answer: Tensor = self.narrow(self.activation(self.widen(x)))
        return answer

    def _add(self, x: Tensor, norm: nn.LayerNorm, part: Callable[[Tensor], Tensor]) -> Tensor:
        return x + part(norm(x)) if self.norm == "pre" else norm(x + part(x))


class TransformerStack(nn.Module):
    """Blocks one above the other: an encoder, or a decoder where `cross` is on and `causal` too.

    With pre-norm a last layer norm ends it (`final_norm`), since nothing else has normed the stream.
    """

    def __init__(self, width: int, heads: int, layers: int, *, norm: Norm = "pre", seed: int = 0, **block: Any) -> None:
        super().__init__()
        gain = 1 / math.sqrt(2 * layers)  # as in GPT-2: what all blocks together add is as large as in one
        self.blocks = nn.ModuleList(
            TransformerBlock(width, heads, norm=norm, gain=gain, seed=seed + APART * i, **block) for i in range(layers)
        )
        made = {name: block[name] for name in ("device", "dtype") if name in block}
        self.final_norm = nn.LayerNorm(width, **made) if norm == "pre" else nn.Identity()

    def forward(
        self,
        x: Float[Tensor, "batch time width"],
        context: Float[Tensor, "batch key width"] | None = None,
        mask: Bool[Tensor, "*#batch time time"] | None = None,
        context_mask: Bool[Tensor, "*#batch time key"] | None = None,
    ) -> Float[Tensor, "batch time width"]:
        """Return what the blocks make of x; masks and context as in `TransformerBlock.forward`."""
        for block in self.blocks:
            x = block(x, context, mask, context_mask)
        normed: Tensor = self.final_norm(x)
        return normed


class Transformer(nn.Module):
    """The whole machine of Vaswani et al. 2017: an encoder reads the source, a decoder writes the target, looking at it.

    Source and target embeddings are times the root of the width, plus sinusoidal positions; the output matrix is the
    target embedding (section 3.4). Post-norm and ReLU as in the paper unless told otherwise.
    """

    def __init__(
        self,
        source_vocabulary: int,
        target_vocabulary: int,
        width: int,
        heads: int,
        layers: int,
        *,
        inner: int | None = None,
        norm: Norm = "post",
        activation: Literal["gelu", "relu"] = "relu",
        seed: int = 0,
    ) -> None:
        super().__init__()
        shape: dict[str, Any] = {"inner": inner, "norm": norm, "activation": activation}
        self.source = _embedding(source_vocabulary, width, seed)
        self.target = _embedding(target_vocabulary, width, seed + 1)
        self.encoder = TransformerStack(width, heads, layers, causal=False, seed=seed + 2, **shape)
        self.decoder = TransformerStack(width, heads, layers, causal=True, cross=True, seed=seed + 3, **shape)

    def forward(
        self,
        source: Int[Tensor, "batch source"],
        target: Int[Tensor, "batch target"],
        source_mask: Bool[Tensor, "batch source"] | None = None,
    ) -> Float[Tensor, "batch target vocabulary"]:
        """Return scores for the token after each of the target; `source_mask` is True at the source's real tokens."""
        seen = None if source_mask is None else source_mask[:, None, None]
        places, queries = source.shape[1], target.shape[1]
        everyone = None if seen is None else seen.expand(-1, 1, places, places)
        from_target = None if seen is None else seen.expand(-1, 1, queries, places)
        # m = encoder(E[source] sqrt(d) + P);  z = decoder(E'[target] sqrt(d) + P, m) E'^T
        memory = self.encoder(self._placed(self.source, source), mask=everyone)
        hidden = self.decoder(self._placed(self.target, target), memory, context_mask=from_target)
        return F.linear(hidden, self.target.weight)

    def _placed(self, table: nn.Embedding, ids: Tensor) -> Tensor:
        x: Tensor = table(ids) * math.sqrt(table.embedding_dim)
        return x + sinusoidal(ids.shape[1], table.embedding_dim, device=x.device, dtype=x.dtype)


@dataclass(frozen=True)
class TransformerTrace:
    """What a `TransformerLM` computed while it read one text, as detached CPU arrays.

    - `attentions`: the weights of each query on the keys. `hidden`: the sum of token and position, then the stream after
      each layer (before any final norm). `logits`: the scores after each token.
    """

    attentions: Float[np.ndarray, "layers heads query key"]
    hidden: Float[np.ndarray, "layers_and_one time width"]
    logits: Float[np.ndarray, "time vocabulary"]


class TransformerLM(nn.Module):
    """A language model: half of the machine of 2017, read from left to right (causal) or from both sides (not causal).

    vocabulary: how many tokens there are; `longest`: the most that fit. positions: how the model is told where a token
    stands. feed_forward=False: blocks of attention only (Elhage et al. 2021). tied: the output matrix is the embedding.
    Built to train on small budgets: tokens enter with a variance of 1, the first scores have a small one.
    """

    def __init__(
        self,
        vocabulary: int,
        width: int,
        heads: int,
        layers: int,
        *,
        positions: Positions,
        causal: bool,
        longest: int,
        norm: Norm = "pre",
        inner: int | None = None,
        feed_forward: bool = True,
        tied: bool = False,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.built: dict[str, Any] = {
            "vocabulary": vocabulary,
            "width": width,
            "heads": heads,
            "layers": layers,
            "positions": positions,
            "causal": causal,
            "longest": longest,
            "norm": norm,
            "inner": inner,
            "feed_forward": feed_forward,
            "tied": tied,
        }
        self.width, self.heads, self.layers, self.longest = width, heads, layers, longest
        self.embedding = _embedding(vocabulary, width, seed)
        self.learned = LearnedPositions(longest, width, std=0.5, seed=seed + 1) if positions == "learned" else None
        self.sinusoidal = positions == "sinusoidal"
        self.stack = TransformerStack(
            width,
            heads,
            layers,
            norm=norm,
            seed=seed + 2,
            causal=causal,
            rotary=positions == "rotary",
            inner=inner,
            feed_forward=feed_forward,
        )
        self.output: nn.Linear | None = None
        if not tied:
            generator = torch.Generator().manual_seed(seed + 3)
            self.output = drawn_linear(width, vocabulary, generator=generator, bias=False, gain=0.5)

    def forward(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time vocabulary"]:
        """Return the scores of each token at each position; raises `ValueError` for more than `longest` tokens.

        A causal model scores the token after each; what another one's scores are about is up to its training.
        """
        return self.score(self.stack(self.embed(ids)))

    def embed(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time width"]:
        """Return the stream as it enters the first block: each token's vector, plus its position's where there is one."""
        time = ids.shape[1]
        if not 1 <= time <= self.longest:
            raise ValueError(f"{time} tokens, where 1 to {self.longest} fit")
        x: Tensor = self.embedding(ids) * math.sqrt(self.width)
        if self.learned is not None:
            x = x + self.learned(time)
        elif self.sinusoidal:
            x = x + sinusoidal(time, self.width, device=x.device, dtype=x.dtype)
        return x

    def score(self, x: Float[Tensor, "batch time width"]) -> Float[Tensor, "batch time vocabulary"]:
        """Return the scores of the (normed) stream after the last block."""
        return F.linear(x, self.embedding.weight if self.output is None else self.output.weight)

    @torch.no_grad()
    def trace(
        self, ids: Sequence[int], *, heads_off: Sequence[HeadOff] = (), edges_cut: Sequence[Edge] = ()
    ) -> TransformerTrace:
        """Return what happens inside while one text is read.

        heads_off: (layer, head) whose output is zero. edges_cut: (layer, head, query, key), that key masked for that
        query before the softmax. None is every layer or head; see `core.models.what_ifs`. Raises `ValueError` for what
        is not there, and for no or too many tokens.
        """
        n = len(ids)
        what_ifs = WhatIfs.checked(heads_off, edges_cut, layers=self.layers, heads=self.heads, queries=n, keys=n)
        x = self.embed(torch.tensor([list(ids)], device=self.embedding.weight.device, dtype=torch.long))
        hidden, weights = [x], []
        for layer, block in enumerate(self.stack.blocks):
            x, seen = block.look(x, what_ifs, layer)  # type: ignore[operator]
            hidden.append(x)
            weights.append(seen["weights"])
        logits = self.score(self.stack.final_norm(x))[0]
        arrays = (torch.cat(weights), torch.cat(hidden), logits)
        return TransformerTrace(*(array.numpy(force=True) for array in arrays))


def _embedding(vocabulary: int, width: int, seed: int) -> nn.Embedding:
    """Return vectors of length about 1: times the root of the width each of their numbers varies by 1."""
    drawn = torch.randn(vocabulary, width, generator=torch.Generator().manual_seed(seed)) / math.sqrt(width)
    return nn.Embedding(vocabulary, width, _weight=drawn)
