"""Whisper: sound in, text out. The encoder-decoder Transformer of 2017, with two convolutions in front. Written to be read.

    spectrum -> two convolutions -> encoder: 1,500 frames of 20 ms
    tokens so far -> decoder, which attends to those frames (cross-attention) -> scores for the next token

Source: Radford et al. 2022, "Robust speech recognition via large-scale weak supervision" (weights: MIT).
"""

from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from core.models import unfilled
from core.models.attention import MultiHeadAttention, scaled_dot_product
from core.models.positional import LearnedPositions
from core.models.transformer import TransformerBlock, TransformerStack

BANDS, FRAMES, FRAME_SECONDS = 80, 1_500, 0.02
WIDTH, HEADS, LAYERS = 384, 6, 4
TOKENS, LONGEST = 51_864, 448  # how many there are; how many the decoder has positions for


@dataclass(frozen=True)
class Heard:
    """What the decoder did with a text that it was given, as detached CPU arrays.

    cross: the weights of each token on each frame, by layer and head; rows sum to 1. logits: scores after each token.
    """

    cross: Float[np.ndarray, "layers heads tokens frames"]
    logits: Float[np.ndarray, "tokens vocabulary"]


@dataclass(frozen=True)
class Kept:
    """What the decoder need not compute again: by layer, keys and values of the frames, and of the tokens so far."""

    frames: tuple[tuple[Tensor, Tensor], ...]
    tokens: tuple[tuple[Tensor, Tensor], ...] = ()

    @property
    def length(self) -> int:
        """Return how many tokens were read."""
        return self.tokens[0][0].shape[2] if self.tokens else 0


class Whisper(nn.Module):
    """The model, the size "tiny.en". It is never changed after loading, so that many may share it."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(BANDS, WIDTH, 3, padding=1)
        self.conv2 = nn.Conv1d(WIDTH, WIDTH, 3, stride=2, padding=1)
        self.sound_positions = nn.Parameter(torch.empty(FRAMES, WIDTH))  # sines and cosines, as the file has them
        self.encoder = TransformerStack(WIDTH, HEADS, LAYERS, causal=False)
        self.embedding = unfilled.embedding(TOKENS, WIDTH)
        self.positions = LearnedPositions(LONGEST, WIDTH)
        self.decoder = TransformerStack(WIDTH, HEADS, LAYERS, causal=True, cross=True)

    def encode(self, mel: Float[Tensor, "batch 80 3000"]) -> Float[Tensor, "batch 1500 384"]:
        """Return what the encoder makes of half a minute of sound, a row for each 20 ms."""
        # two convolutions, the second of which takes every other step; then 4 blocks without a mask
        x = F.gelu(self.conv2(F.gelu(self.conv1(mel)))).mT
        frames: Tensor = self.encoder(x + self.sound_positions)
        return frames

    def forward(
        self, mel: Float[Tensor, "batch 80 3000"], ids: Int[Tensor, "batch tokens"]
    ) -> Float[Tensor, "batch tokens vocabulary"]:
        """Return scores for the token after each; raises `ValueError` for more tokens than there are positions."""
        x = self.embedding(ids) + self.positions(ids.shape[1])
        # the output matrix is the embedding
        return F.linear(self.decoder(x, self.encode(mel)), self.embedding.weight)

    @torch.no_grad()
    def listen(self, mel: Float[Tensor, "80 3000"]) -> Kept:
        """Return the keys and values that the decoder's cross-attention finds in a sound, of every layer."""
        frames = self.encode(mel[None])
        return Kept(tuple(cross.project(frames)[1:] for _, cross in self._layers()))

    @torch.no_grad()
    def read(
        self, ids: Int[Tensor, "new"], kept: Kept
    ) -> tuple[Float[Tensor, "new vocabulary"], Float[Tensor, "layers heads new frames"], Kept]:
        """Return the scores after each new token, its cross-attention by layer, and what to go on with.

        As `forward`, without computing anew what is `kept`. Raises `ValueError` as `forward`.
        """
        before, new = kept.length, len(ids)
        x = (self.embedding(ids) + self.positions(before + new)[before:])[None]
        seen = torch.ones(new, before + new, dtype=torch.bool).tril(before)  # no token sees one after it
        looks, tokens = [], []
        for layer, (block, cross) in enumerate(self._layers()):
            q, k, v = block.attention.project(block.norm_1(x))
            if before:
                k, v = (torch.cat(pair, 2) for pair in zip(kept.tokens[layer], (k, v), strict=True))
            taken, _ = scaled_dot_product(q, k, v, seen)
            x = x + block.attention.merge(taken.transpose(1, 2).flatten(2))
            taken, weights = scaled_dot_product(cross.project(block.norm_cross(x))[0], *kept.frames[layer])
            x = x + cross.merge(taken.transpose(1, 2).flatten(2))
            x = x + block.think(block.norm_2(x))
            looks.append(weights[0])
            tokens.append((k, v))
        scores = F.linear(self.decoder.final_norm(x)[0], self.embedding.weight)
        return scores, torch.stack(looks), Kept(kept.frames, tuple(tokens))

    def trace(self, ids: Int[Tensor, "tokens"], kept: Kept) -> Heard:
        """Return what the decoder does with a text for the sound that `listen` heard."""
        scores, cross, _ = self.read(ids, kept)
        return Heard(cross.numpy(), scores.numpy())

    def _layers(self) -> list[tuple[TransformerBlock, MultiHeadAttention]]:
        """Return the decoder's blocks, each with its cross-attention."""
        blocks = cast(list[TransformerBlock], list(self.decoder.blocks))
        return [(block, block.cross) for block in blocks if block.cross is not None]
