"""A folder with a causal language model's weights: what shape it has, and its tensors one at a time."""

import json
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from jaxtyping import Float
from safetensors import safe_open
from torch import Tensor

from core.pretrained.causal_lm.linear import GROUP, Q4Weight

EMBEDDING = "model.embed_tokens.weight"


class CheckpointError(RuntimeError):
    """Raised when a folder does not hold a model that the decoder can run."""


@dataclass(frozen=True)
class DecoderConfig:
    """The shape of a Llama-style decoder (Touvron et al. 2023)."""

    layers: int
    width: int
    heads: int
    key_value_heads: int
    head_width: int
    feed_forward: int
    vocabulary: int
    norm_epsilon: float
    rope_theta: float
    max_positions: int
    end_tokens: tuple[int, ...]

    @classmethod
    def read(cls, folder: Path) -> "DecoderConfig":
        """Read `config.json` as Hugging Face writes it; raises `CheckpointError` for another architecture."""
        raw = json.loads((folder / "config.json").read_text("utf-8"))
        if raw.get("model_type") != "llama" or not raw.get("tie_word_embeddings", False):
            raise CheckpointError(f"{folder.name}: only Llama models with tied embeddings, not {raw.get('model_type')}")
        end = raw.get("eos_token_id")
        rope = raw.get("rope_parameters") or {"rope_theta": raw.get("rope_theta", 10000.0)}
        variants = {
            "biases": raw.get("attention_bias") or raw.get("mlp_bias"),
            f"activation {raw.get('hidden_act')}": raw.get("hidden_act", "silu") != "silu",
            "scaled rotary positions": raw.get("rope_scaling") or rope.get("rope_type", "default") != "default",
        }
        if unknown := [variant for variant, there in variants.items() if there]:
            raise CheckpointError(f"{folder.name}: a Llama model with {' and '.join(unknown)} is not supported")
        return cls(
            layers=raw["num_hidden_layers"],
            width=raw["hidden_size"],
            heads=raw["num_attention_heads"],
            key_value_heads=raw["num_key_value_heads"],
            head_width=raw.get("head_dim") or raw["hidden_size"] // raw["num_attention_heads"],
            feed_forward=raw["intermediate_size"],
            vocabulary=raw["vocab_size"],
            norm_epsilon=raw["rms_norm_eps"],
            rope_theta=rope["rope_theta"],
            max_positions=raw["max_position_embeddings"],
            end_tokens=tuple(end) if isinstance(end, list) else (end,) if end is not None else (),
        )


class Checkpoint:
    """The tensors of a folder, read on demand: open it with `with`, and the file is let go of at the end.

    A tensor is stored either as it is, or as codes with scales (see `core.assets.convert`).
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = DecoderConfig.read(folder)

    def __enter__(self) -> "Checkpoint":
        self._file = safe_open(self.folder / "model.safetensors", framework="pt")
        self._names = set(self._file.keys())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del self._file

    def is_q4(self, name: str) -> bool:
        """Return whether `name` is stored in 4 bits."""
        return f"{name}.minimum" in self._names

    def q4(self, name: str) -> Q4Weight:
        """Return the 4-bit matrix `name` exactly as it is stored."""
        return Q4Weight(*(self._file.get_tensor(f"{name}.{part}") for part in ("codes", "scale", "minimum")))

    def dense(self, name: str) -> Float[Tensor, "..."]:
        """Return tensor `name` in float32; raises `CheckpointError` when the file has none of that name."""
        if name in self._names:
            return self._file.get_tensor(name).float()
        if self.is_q4(name):
            return self.q4(name).dequantise()
        if f"{name}.codes" in self._names:
            codes, scale = self.q8(name)
            return dequantise_q8(codes, scale)
        raise CheckpointError(f"{self.folder.name}: no tensor {name} in model.safetensors")

    def q8(self, name: str) -> tuple[Tensor, Tensor]:
        """Return codes (rows, columns) and scales (rows, columns / 32) of the 8-bit matrix `name`."""
        return self._file.get_tensor(f"{name}.codes"), self._file.get_tensor(f"{name}.scale")

    def is_q8(self, name: str) -> bool:
        """Return whether `name` is stored in 8 bits."""
        return f"{name}.codes" in self._names and not self.is_q4(name)


def dequantise_q8(codes: Tensor, scale: Tensor) -> Float[Tensor, "rows columns"]:
    """Return code * scale in float32, one scale for 32 columns (GGUF's Q8_0)."""
    return codes.float().unflatten(1, (-1, GROUP)).mul_(scale.float()[..., None]).flatten(1)


def embedding_rows(codes: Tensor, scale: Tensor, ids: Tensor) -> Float[Tensor, "tokens columns"]:
    """Return the float32 rows `ids` of an 8-bit embedding, without unpacking the other rows."""
    return dequantise_q8(codes[ids], scale[ids])
