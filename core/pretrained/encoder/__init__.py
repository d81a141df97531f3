"""A BERT encoder, written to be read: a text goes in, and out come a vector for each piece and one for the whole.

Every layer lets each piece take something from all others, then makes something of it, with a layer norm after each:

    x = norm(x + attention(x))            x = norm(x + W_2 gelu(W_1 x + b_1) + b_2)

A sentence's vector is the mean over its pieces, brought to length 1. all-MiniLM-L6-v2 was trained so that texts of like
meaning have vectors of like direction. Sources: Vaswani et al. 2017 (attention); Devlin et al. 2019 (BERT); Wang et al.
2020 (MiniLM); Reimers and Gurevych 2019 (sentence vectors as the mean over the pieces).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from safetensors.torch import load_file
from tokenizers import Tokenizer as Backend
from torch import Tensor, nn

from core.assets.fetch import Progress, ensure
from core.models.what_ifs import Edge, HeadOff, WhatIfs
from core.pretrained.encoder.layers import AttentionTrace, Embeddings, EncoderConfig, EncoderLayer
from core.pretrained.held import held
from core.pretrained.tokens import read_as_text, whole

DEFAULT_ENCODER = "all-minilm-l6-v2"
LONGEST = 256  # pieces of a text, its two ends included: what the model was made for
BATCH = 32  # texts that are read at once
UNKNOWN = "[UNK]"
NO_POSITIONS: tuple[()] = ()  # as `positions`: no piece gets a position's vector
NOTHING = WhatIfs()


class Bert(nn.Module):
    """The model: knows piece numbers, not text. It is never changed after loading, so that many may share it."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.config = config
        self.embeddings = Embeddings(config)
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.layers))

    def forward(
        self,
        pieces: Int[Tensor, "rows time"],
        positions: Int[Tensor, "#rows time"] | None,
        visible: Bool[Tensor, "rows time"] | None = None,
        *,
        what_ifs: WhatIfs = NOTHING,
    ) -> tuple[list[Float[Tensor, "rows time width"]], list[AttentionTrace]]:
        """Return every piece's vector before the first layer and after each, and what each layer's attention did.

        positions: None adds none. visible: False where there is only padding. `what_ifs`: heads off and edges cut.
        """
        hidden, traces = [self.embeddings(pieces, positions)], []
        time, heads, device = pieces.shape[1], self.config.heads, pieces.device
        seen = None if visible is None else visible[:, None, None].expand(-1, -1, time, -1)
        everything = torch.ones(1, 1, time, time, dtype=torch.bool, device=device)
        for number, layer in enumerate(self.layers):
            mask = seen
            if what_ifs.edges_cut:
                mask = what_ifs.allowed(number, everything if seen is None else seen, heads)
            off = (~what_ifs.on(number, heads, device)).nonzero()[:, 0].tolist()
            x, trace = layer(hidden[-1], mask, off)
            hidden.append(x)
            traces.append(trace)
        return hidden, traces


def mean_pool(
    hidden: Float[Tensor, "rows time width"], visible: Bool[Tensor, "rows time"]
) -> Float[Tensor, "rows width"]:
    """Return the mean of each text's pieces, padding left out."""
    # s = sum_t x_t / T, over the pieces that are there
    there = visible[..., None].to(hidden.dtype)
    return (hidden * there).sum(1) / there.sum(1)


@dataclass(frozen=True)
class EncoderTrace:
    """The inside of one text's reading, as detached CPU arrays in float32.

    - `tokens`: its pieces with both ends, `spans` where each stands in the text (start, stop; equal for the ends).
    - `hidden`: the vector of every piece before the first layer and after each.
    - `attentions`: the weight that each piece (query) gives each (key); rows sum to 1, or are 0 where all of a row was cut.
    - `queries`, `keys`, `values`: what a head asks, offers and gives; `mixtures`: what came out for each query, before
      the heads are put together again (0 where a head was off).
    """

    tokens: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    hidden: Float[np.ndarray, "layers_and_one time width"]
    attentions: Float[np.ndarray, "layers heads time time"]
    queries: Float[np.ndarray, "layers heads time head"]
    keys: Float[np.ndarray, "layers heads time head"]
    values: Float[np.ndarray, "layers heads time head"]
    mixtures: Float[np.ndarray, "layers heads time head"]


class Encoder:
    """A model with its word pieces."""

    def __init__(self, name: str, model: Bert, backend: Backend) -> None:
        self.name, self.model = name, model
        self._backend = backend

    def pieces(self, text: str) -> tuple[list[int], list[str], list[tuple[int, int]]]:
        """Return the numbers of a text's pieces, the pieces, and where each stands; at most `LONGEST`, both ends included.

        Capitals and accents are read as their plain letters; what has no piece is "[UNK]"; lone surrogates become U+FFFD.
        """
        encoding = self._backend.encode(whole(text))
        return encoding.ids, encoding.tokens, encoding.offsets

    def piece_number(self, piece: str) -> int:
        """Return the number of a word piece such as "the", "##ing" or "[MASK]"; raises `KeyError` for what is none."""
        number: int | None = self._backend.token_to_id(piece)
        if number is None:
            raise KeyError(piece)
        return number

    def piece_name(self, number: int) -> str:
        """Return the word piece of a number; raises `KeyError` for a number outside the vocabulary."""
        piece: str | None = self._backend.id_to_token(number)
        if piece is None:
            raise KeyError(number)
        return piece

    @torch.inference_mode()
    def trace(
        self,
        text: str,
        *,
        heads_off: Sequence[HeadOff] = (),
        edges_cut: Sequence[Edge] = (),
        positions: Sequence[int] | None = None,
    ) -> EncoderTrace:
        """Return what happens inside while a text is read; an empty text has its two ends only. All numbers are from 0.

        - `heads_off`: (layer, head), None for all: what these heads found is replaced by zeros; their weights stay to be seen.
        - `edges_cut`: (layer, head, query, key), layer or head None for all: the key is masked for that query before the
          softmax, so that the query's other weights grow and still sum to 1.
        - `positions`: None is 0, 1, 2 ..., as the model was trained; else each piece's position number (two may be swapped);
          `NO_POSITIONS` leaves their vectors out, as if no piece had a position.

        These hold for this call alone. Raises `ValueError` for a layer, head, piece or position that is not there, and for
        another number of positions than pieces.
        """
        numbers, tokens, spans = self.pieces(text)
        hidden, layers = self.model(
            torch.tensor([numbers], device=self._device),
            self._positions([numbers], None if positions is None else [positions]),
            what_ifs=self._what_ifs(heads_off, edges_cut, len(numbers)),
        )
        return EncoderTrace(
            tokens=tuple(tokens),
            spans=tuple(spans),
            hidden=_arrays(hidden),
            attentions=_arrays([each.weights for each in layers]),
            queries=_arrays([each.queries for each in layers]),
            keys=_arrays([each.keys for each in layers]),
            values=_arrays([each.values for each in layers]),
            mixtures=_arrays([each.mixtures for each in layers]),
        )

    @torch.inference_mode()
    def vectors(
        self,
        texts: Sequence[str],
        *,
        normalised: bool = True,
        heads_off: Sequence[HeadOff] = (),
        positions: Sequence[Sequence[int]] | None = None,
    ) -> Float[np.ndarray, "texts width"]:
        """Return one vector a text, of length 1; without `normalised` as long as the mean came out.

        Texts are padded to a common length, `BATCH` at a time; what a text's vector is does not depend on the others.
        `heads_off`, `positions` (one sequence a text, or `NO_POSITIONS` for all) and errors as in `trace`.
        """
        found = np.zeros((len(texts), self.model.config.width), np.float32)
        read = [self.pieces(text)[0] for text in texts]
        what_ifs = self._what_ifs(heads_off, (), LONGEST)
        if positions and len(positions) != len(texts):
            raise ValueError(f"{len(positions)} sequences of positions for {len(texts)} texts")
        order = sorted(range(len(texts)), key=lambda row: len(read[row]))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            longest = max(len(read[row]) for row in rows)
            padded = torch.tensor([read[row] + [0] * (longest - len(read[row])) for row in rows], device=self._device)
            lengths = torch.tensor([len(read[row]) for row in rows], device=self._device)
            visible = torch.arange(longest, device=self._device) < lengths[:, None]
            at = self._positions(
                [read[row] for row in rows], [positions[row] for row in rows] if positions else positions
            )
            hidden, _ = self.model(padded, at, visible, what_ifs=what_ifs)
            pooled = mean_pool(hidden[-1], visible)
            if normalised:
                pooled = nn.functional.normalize(pooled, dim=-1)
            found[rows] = pooled.float().cpu().numpy()
        return found

    def _positions(
        self, rows: Sequence[Sequence[int]], given: Sequence[Sequence[int]] | None
    ) -> Int[Tensor, "rows time"] | None:
        """Return the position number of every piece of these rows, 0 at padding; None where pieces get none."""
        if given is None:
            given = [range(len(row)) for row in rows]
        if not any(map(len, given)):
            return None
        for row, numbers in zip(rows, given, strict=True):
            if len(row) != len(numbers):
                raise ValueError(f"{len(numbers)} positions for {len(row)} pieces")
            if not all(0 <= number < self.model.config.positions for number in numbers):
                raise ValueError(f"a position is a number from 0 to {self.model.config.positions - 1}")
        longest = max(map(len, rows))
        padded = [[*numbers, *[0] * (longest - len(numbers))] for numbers in given]
        return torch.tensor(padded, device=self._device)

    def _what_ifs(self, heads_off: Sequence[HeadOff], edges_cut: Sequence[Edge], pieces: int) -> WhatIfs:
        sizes = {"layers": self.model.config.layers, "heads": self.model.config.heads}
        return WhatIfs.checked(heads_off, edges_cut, queries=pieces, keys=pieces, **sizes)

    @property
    def _device(self) -> torch.device:
        return self.model.embeddings.segment.device


def load_encoder(
    name: str = DEFAULT_ENCODER, *, device: torch.device | None = None, progress: Progress | None = None
) -> Encoder:
    """Return the encoder `name`, fetched first if it is not on this machine; on the CPU when `device` is None.

    Raises `KeyError` for another name than `DEFAULT_ENCODER`, and `core.assets.fetch.AssetError` when it can't be had.
    """
    if name != DEFAULT_ENCODER:
        raise KeyError(name)
    return _shared(ensure(name, progress=progress), name, device or torch.device("cpu"))


@held
def _shared(folder: Path, name: str, device: torch.device) -> Encoder:
    return load_folder(folder, name=name, device=device)


def load_folder(folder: Path, *, name: str = "", device: torch.device | None = None) -> Encoder:
    """Return the encoder in a folder as published: `config.json`, `model.safetensors`, `tokenizer.json`.

    Raises `OSError` where a file is missing, `ValueError` for another architecture, `RuntimeError` for weights of another.
    """
    sizes: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
    kinds = (sizes.get("model_type"), sizes.get("hidden_act"), sizes.get("position_embedding_type", "absolute"))
    if kinds != ("bert", "gelu", "absolute"):
        raise ValueError(f"{folder.name}: only BERT with GELU and a vector for each position, not {kinds}")
    config = EncoderConfig(
        vocabulary=sizes["vocab_size"],
        width=sizes["hidden_size"],
        layers=sizes["num_hidden_layers"],
        heads=sizes["num_attention_heads"],
        inner=sizes["intermediate_size"],
        positions=sizes["max_position_embeddings"],
        epsilon=sizes["layer_norm_eps"],
    )
    model = Bert(config)
    stored = load_file(folder / "model.safetensors")
    model.load_state_dict({ours: stored[theirs] for ours, theirs in _names(config.layers).items()} | _segment(stored))
    backend = Backend.from_file(str(folder / "tokenizer.json"))
    backend.no_padding()
    backend.enable_truncation(min(LONGEST, config.positions))
    read_as_text(backend)
    return Encoder(name or folder.name, model.to(device).eval().requires_grad_(False), backend)


def _segment(stored: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the vector of the first of two texts: here there is never a second."""
    return {"embeddings.segment": stored["embeddings.token_type_embeddings.weight"][0]}


def _names(layers: int) -> dict[str, str]:
    """Return the published name of each of our tensors, but for `embeddings.segment`."""
    modules = {
        "embeddings.words": "embeddings.word_embeddings",
        "embeddings.positions": "embeddings.position_embeddings",
        "embeddings.norm": "embeddings.LayerNorm",
    }
    inside = {
        "attention.query": "attention.self.query",
        "attention.key": "attention.self.key",
        "attention.value": "attention.self.value",
        "attention.merge": "attention.output.dense",
        "attention_norm": "attention.output.LayerNorm",
        "widen": "intermediate.dense",
        "narrow": "output.dense",
        "feed_forward_norm": "output.LayerNorm",
    }
    for n in range(layers):
        modules |= {f"layers.{n}.{ours}": f"encoder.layer.{n}.{theirs}" for ours, theirs in inside.items()}
    names = {f"{ours}.weight": f"{theirs}.weight" for ours, theirs in modules.items()}
    embeddings = ("embeddings.words", "embeddings.positions")
    return names | {f"{ours}.bias": f"{theirs}.bias" for ours, theirs in modules.items() if ours not in embeddings}


def _arrays(layers: Sequence[Tensor]) -> np.ndarray:
    """Stack the only row of each layer."""
    return torch.stack([layer[0] for layer in layers]).float().cpu().numpy()
