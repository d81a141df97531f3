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
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from safetensors.torch import load_file
from tokenizers import Tokenizer as Backend
from torch import Tensor, nn

from core.assets.fetch import Progress, ensure
from core.pretrained.encoder.layers import Embeddings, EncoderConfig, EncoderLayer, Looks
from core.pretrained.tokens import read_as_text, whole

DEFAULT_ENCODER = "all-minilm-l6-v2"
LONGEST = 256  # pieces of a text, its two ends included: what the model was made for
BATCH = 32  # texts that are read at once
UNKNOWN = "[UNK]"


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
        visible: Bool[Tensor, "rows time"] | None = None,
        *,
        ordered: bool = True,
    ) -> tuple[list[Float[Tensor, "rows time width"]], list[Looks]]:
        """Return every piece's vector before the first layer and after each, and what each layer's attention did.

        visible: False where there is only padding. ordered: False leaves the vectors of the places out.
        """
        hidden, looks = [self.embeddings(pieces, ordered=ordered)], []
        for layer in self.layers:
            x, looked = layer(hidden[-1], visible)
            hidden.append(x)
            looks.append(looked)
        return hidden, looks


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
    - `attentions`: the weight with which each piece (query) looks at each (key); rows sum to 1.
    - `queries`, `keys`, `values`: what a head asks, offers and gives; `mixtures`: what came out for each query, before
      the heads are put together again.
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
    def trace(self, text: str, *, ordered: bool = True) -> EncoderTrace:
        """Return what happens inside while a text is read; an empty text has its two ends only.

        ordered: False leaves the vectors of the places out, as if no piece had a place.
        """
        numbers, tokens, spans = self.pieces(text)
        hidden, looks = self.model(torch.tensor([numbers], device=self._device), ordered=ordered)
        return EncoderTrace(
            tokens=tuple(tokens),
            spans=tuple(spans),
            hidden=_arrays(hidden),
            attentions=_arrays([each.weights for each in looks]),
            queries=_arrays([each.queries for each in looks]),
            keys=_arrays([each.keys for each in looks]),
            values=_arrays([each.values for each in looks]),
            mixtures=_arrays([each.mixtures for each in looks]),
        )

    @torch.inference_mode()
    def vectors(
        self, texts: Sequence[str], *, normalised: bool = True, ordered: bool = True
    ) -> Float[np.ndarray, "texts width"]:
        """Return one vector a text, of length 1; without `normalised` as long as the mean came out.

        Texts are padded to a common length, `BATCH` at a time; what a text's vector is does not depend on the others.
        """
        found = np.zeros((len(texts), self.model.config.width), np.float32)
        read = [self.pieces(text)[0] for text in texts]
        order = sorted(range(len(texts)), key=lambda row: len(read[row]))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            longest = max(len(read[row]) for row in rows)
            padded = torch.tensor([read[row] + [0] * (longest - len(read[row])) for row in rows], device=self._device)
            lengths = torch.tensor([len(read[row]) for row in rows], device=self._device)
            visible = torch.arange(longest, device=self._device) < lengths[:, None]
            hidden, _ = self.model(padded, visible, ordered=ordered)
            pooled = mean_pool(hidden[-1], visible)
            if normalised:
                pooled = nn.functional.normalize(pooled, dim=-1)
            found[rows] = pooled.float().cpu().numpy()
        return found

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


@cache  # one model, which is never changed
def _shared(folder: Path, name: str, device: torch.device) -> Encoder:
    return load_folder(folder, name=name, device=device)


def load_folder(folder: Path, *, name: str = "", device: torch.device | None = None) -> Encoder:
    """Return the encoder in a folder as published: `config.json`, `model.safetensors`, `tokenizer.json`.

    Raises `OSError` where a file is missing, `ValueError` for another architecture, `RuntimeError` for weights of another.
    """
    sizes: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
    kinds = (sizes.get("model_type"), sizes.get("hidden_act"), sizes.get("position_embedding_type", "absolute"))
    if kinds != ("bert", "gelu", "absolute"):
        raise ValueError(f"{folder.name}: only BERT with GELU and a vector for each place, not {kinds}")
    config = EncoderConfig(
        vocabulary=sizes["vocab_size"],
        width=sizes["hidden_size"],
        layers=sizes["num_hidden_layers"],
        heads=sizes["num_attention_heads"],
        inner=sizes["intermediate_size"],
        places=sizes["max_position_embeddings"],
        epsilon=sizes["layer_norm_eps"],
    )
    model = Bert(config)
    stored = load_file(folder / "model.safetensors")
    model.load_state_dict({ours: stored[theirs] for ours, theirs in _names(config.layers).items()} | _segment(stored))
    backend = Backend.from_file(str(folder / "tokenizer.json"))
    backend.no_padding()
    backend.enable_truncation(min(LONGEST, config.places))
    read_as_text(backend)
    return Encoder(name or folder.name, model.to(device).eval().requires_grad_(False), backend)


def _segment(stored: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the vector of the first of two texts: here there is never a second."""
    return {"embeddings.segment": stored["embeddings.token_type_embeddings.weight"][0]}


def _names(layers: int) -> dict[str, str]:
    """Return the published name of each of our tensors, but for `embeddings.segment`."""
    modules = {
        "embeddings.words": "embeddings.word_embeddings",
        "embeddings.places": "embeddings.position_embeddings",
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
    embeddings = ("embeddings.words", "embeddings.places")
    return names | {f"{ours}.bias": f"{theirs}.bias" for ours, theirs in modules.items() if ours not in embeddings}


def _arrays(layers: Sequence[Tensor]) -> np.ndarray:
    """Stack the only row of each layer."""
    return torch.stack([layer[0] for layer in layers]).float().cpu().numpy()
