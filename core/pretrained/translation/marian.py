"""Marian's tiny translation model, written to be read: a Transformer encoder, and a decoder with a recurrent unit.

The encoder turns the source into one vector a piece, each layer adding what a piece takes from all others, then what it
makes of it by itself, with a layer norm after each:

    x = norm(x + attention(x, x))            x = norm(x + W_2 relu(W_1 x + b_1) + b_2)

The decoder writes one piece at a time. In place of self-attention it keeps one cell (`SSRU`), then looks at the source:

    y = norm(y + relu(cell(y)))       y = norm(y + attention(y, source))       y = norm(y + feed_forward(y))

Head 0 of the last layer's attention to the source was trained to be the alignment of words. Sources: Vaswani et al.
2017 (Transformer, with the norm after each block); Kim et al. 2019 (the SSRU); Junczys-Dowmunt et al. 2018 (Marian);
Garg et al. 2019 (one head trained as alignment); Bogoychev et al. 2020 (tiny models of this shape).
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import cast

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from safetensors.torch import load_file
from torch import Tensor, nn

from core.models import unfilled
from core.pretrained.translation.layers import Attention, DecoderLayer, EncoderLayer, Inside, MarianConfig, sinusoids

END = 0  # the piece that ends every text, "</s>"
START = -1  # what the decoder reads first: no piece, an embedding of zeros
ALIGNED_HEAD = 0  # of the last decoder layer
LENGTH_FACTOR = 2.5  # a translation has at most so many times the source's pieces, both with their ends
LONGEST = 512  # pieces of a source, its end included
MOST_WRITTEN = math.ceil(LENGTH_FACTOR * LONGEST)


@dataclass(frozen=True)
class Memory:
    """What the decoder can look at: keys and values of every source piece, for each decoder layer.

    `visible`: False where there is only padding, or where the decoder shall not look; None when it may look everywhere.
    """

    keys: tuple[Float[Tensor, "rows heads source head"], ...]
    values: tuple[Float[Tensor, "rows heads source head"], ...]
    visible: Bool[Tensor, "rows source"] | None

    def rows(self, chosen: Int[Tensor, "new"]) -> "Memory":
        """Return the memory with these rows, which may repeat."""
        visible = None if self.visible is None else self.visible[chosen]
        return Memory(tuple(k[chosen] for k in self.keys), tuple(v[chosen] for v in self.values), visible)


@dataclass(frozen=True)
class State:
    """How far the decoder is: the cell of each layer, and how many pieces it has read."""

    cells: tuple[Float[Tensor, "rows width"], ...]
    place: int = 0

    def rows(self, chosen: Int[Tensor, "new"]) -> "State":
        """Return the state with these rows, which may repeat."""
        return State(tuple(cell[chosen] for cell in self.cells), self.place)


@dataclass(frozen=True)
class MarianTrace:
    """The inside of one translation, as detached CPU arrays in float32.

    - `encoder`: the weight with which each source piece looks at each; rows sum to 1.
    - `attention`: the weight with which each target piece, before it is written, looks at each source piece.
    - `queries`, `keys`, `values`: what `attention` comes from: softmax(queries keys^T / sqrt(head)), which weighs values.
    - `forget`, `cells`: how much of the cell is kept at each step, and the cell after it.
    """

    encoder: Float[np.ndarray, "layers heads source source"]
    attention: Float[np.ndarray, "decoder_layers heads target source"]
    queries: Float[np.ndarray, "decoder_layers heads target head"]
    keys: Float[np.ndarray, "decoder_layers heads source head"]
    values: Float[np.ndarray, "decoder_layers heads source head"]
    forget: Float[np.ndarray, "decoder_layers target width"]
    cells: Float[np.ndarray, "decoder_layers target width"]


class Marian(nn.Module):
    """The model: knows piece numbers, not text. It is never changed after loading, so that many may share it."""

    def __init__(self, config: MarianConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = unfilled.embedding(config.vocabulary, config.width)
        self.output_bias = nn.Parameter(torch.empty(config.vocabulary))
        self.encoder = nn.ModuleList(EncoderLayer(config) for _ in range(config.encoder_layers))
        self.decoder = nn.ModuleList(DecoderLayer(config) for _ in range(config.decoder_layers))
        self.register_buffer("places", sinusoids(MOST_WRITTEN, config.width), persistent=False)

    def encode(
        self, source: Int[Tensor, "rows source"], visible: Bool[Tensor, "rows source"] | None = None
    ) -> tuple[Float[Tensor, "rows source width"], list[Float[Tensor, "rows heads source source"]]]:
        """Return a vector for each source piece, and each layer's weights. `visible` is False where there is padding."""
        x, weights = self._embed(source, 0), []
        for layer in self.encoder:
            x, looked = layer(x, visible)
            weights.append(looked)
        return x, weights

    def remember(
        self, encoded: Float[Tensor, "rows source width"], visible: Bool[Tensor, "rows source"] | None = None
    ) -> Memory:
        """Return what every decoder layer will need of the source, computed once a sentence."""
        looks = [cast(Attention, layer.attention) for layer in self.decoder]
        return Memory(
            tuple(look.split(look.key(encoded)) for look in looks),
            tuple(look.split(look.value(encoded)) for look in looks),
            visible,
        )

    def start(self, rows: int) -> State:
        """Return the state before the first piece: empty cells."""
        empty = self.output_bias.new_zeros(rows, self.config.width)
        return State((empty,) * len(self.decoder))

    def decode(
        self, before: Int[Tensor, "rows target"], state: State, memory: Memory
    ) -> tuple[Float[Tensor, "rows target width"], State, list[Inside]]:
        """Read the pieces `before` (`START` first) one after the other, going on from `state`.

        Returns the vectors that the next pieces are scored with, the state after, and what each layer did. A whole text
        at once gives what its pieces one at a time give: nothing here looks ahead.
        """
        y, inside = self._embed(before, state.place), []
        layers = zip(self.decoder, state.cells, memory.keys, memory.values, strict=True)
        for layer, cell, keys, values in layers:
            y, happened = layer(y, cell, keys, values, memory.visible)
            inside.append(happened)
        after = State(tuple(each.cells[:, -1] for each in inside), state.place + before.shape[1])
        return y, after, inside

    @torch.inference_mode()
    def trace(self, source: Sequence[int], target: Sequence[int]) -> MarianTrace:
        """Return what happens inside while `source` is read and `target` is written, both with their ends.

        Raises `ValueError` where there are no pieces or more than there are places for.
        """
        if not (0 < len(source) <= LONGEST and 0 < len(target) <= MOST_WRITTEN):
            raise ValueError(f"no place for {len(source)} pieces of source and {len(target)} of target")
        device = self.output_bias.device
        encoded, encoder = self.encode(torch.tensor([list(source)], device=device))
        memory = self.remember(encoded)
        before = torch.tensor([[START, *target[:-1]]], device=device)
        _, _, inside = self.decode(before, self.start(1), memory)
        return MarianTrace(
            encoder=_arrays(encoder),
            attention=_arrays([each.weights for each in inside]),
            queries=_arrays([each.queries for each in inside]),
            keys=_arrays(memory.keys),
            values=_arrays(memory.values),
            forget=_arrays([each.forget for each in inside]),
            cells=_arrays([each.cells for each in inside]),
        )

    def _embed(self, pieces: Int[Tensor, "rows time"], first: int) -> Float[Tensor, "rows time width"]:
        # x_t = sqrt(width) E[piece_t] + p_t, without the first summand for START
        vectors = self.embedding(pieces.clamp_min(0)) * math.sqrt(self.config.width)
        vectors = vectors * (pieces != START)[..., None]
        return vectors + cast(Tensor, self.places)[first : first + pieces.shape[1]]


def load(folder: Path, *, device: torch.device | None = None) -> Marian:
    """Return the model in a folder that `core.assets.convert.marian` made; on the CPU when `device` is None.

    Raises `OSError` where a file is missing and `RuntimeError` for weights of another model.
    """
    sizes = json.loads((folder / "config.json").read_text("utf-8"))
    model = Marian(MarianConfig(**{field.name: sizes[field.name] for field in fields(MarianConfig)}))
    model.load_state_dict(_floats(load_file(folder / "model.safetensors")))
    return model.to(device).eval().requires_grad_(False)


def _floats(stored: dict[str, Tensor]) -> dict[str, Tensor]:
    """Unpack int8 codes: value = code / multiplier. Biases and norms are stored as they are."""
    codes = {name.removesuffix(".codes"): codes for name, codes in stored.items() if name.endswith(".codes")}
    plain = {name: tensor for name, tensor in stored.items() if not name.endswith((".codes", ".multiplier"))}
    return plain | {name: value.float() / stored[f"{name}.multiplier"] for name, value in codes.items()}


def _arrays(layers: Sequence[Tensor]) -> np.ndarray:
    """Stack the only row of each layer."""
    return torch.stack([layer[0] for layer in layers]).float().cpu().numpy()
