"""Puts a checkpoint's tensors where the decoder wants them, in the precision that was asked for.

Three sets of layers are made from one file:

- `narrow`: for one token of a few texts at a time (decoding); 4-bit codes on a CPU that has the kernel.
- `wide`: for many tokens at once (reading a prompt); packed bf16 on such a CPU, made at first use.
- `exact`: the file's values in float32, one layer at a time, so that they never all lie in memory.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int, Shaped
from torch import Tensor

from core.device import Precision, trim_memory
from core.pretrained.checkpoint import Checkpoint, dequantise_q8, embedding_rows
from core.pretrained.decoder import Decoder, Embed, Layer
from core.pretrained.linear import (
    DenseLinear,
    Int4Linear,
    Int8Linear,
    Linear,
    PackedLinear,
    Q4Weight,
    SplitInt8Linear,
    works,
)

MAX_CONTEXT = 2048  # tokens; longer texts than the app shows would only make the tables larger
# Tokens from which a prompt is read with packed bf16. It is faster from 16 on (bench/prefill), but takes 250 MB and a
# second to make, so that shorter prompts, which the 4-bit kernel reads in 0.1 s, do without.
WIDE_FROM = 64
HEAD_CHUNK = 8192  # rows of the output matrix that are unpacked to float32 at a time

Make = Callable[[Checkpoint, list[str], Callable[[Tensor], Tensor] | None, torch.device], Linear]


class Llama:
    """A Llama-style model in memory: a decoder and the layers to run it with. Never changed after loading."""

    def __init__(self, folder: Path, device: torch.device, precision: Precision) -> None:
        self.folder, self.device, self.precision = folder, device, precision
        with Checkpoint(folder) as checkpoint:
            self.config = replace(checkpoint.config, max_positions=min(checkpoint.config.max_positions, MAX_CONTEXT))
            self.quantised = checkpoint.is_q4("model.layers.0.self_attn.q_proj.weight")
            self.decoder = self._decoder(checkpoint)
            self.narrow = [self._layer(checkpoint, i, _MAKERS[precision]) for i in range(self.config.layers)]
        self._wide: list[Layer] | None = None if precision == "int4" and works(PackedLinear) else self.narrow

    def layers_for(self, tokens: int) -> list[Layer]:
        """Return the layers that read `tokens` tokens at once fastest; depends on nothing but that number."""
        if tokens < WIDE_FROM:
            return self.narrow
        if self._wide is None:
            with Checkpoint(self.folder) as checkpoint:
                self._wide = [self._layer(checkpoint, i, _packed) for i in range(self.config.layers)]
            trim_memory()
        return self._wide

    def exact(self) -> Iterator[Layer]:
        """Yield the layers in float32, each made when it is asked for unless they are in memory already."""
        if self.precision == "fp32":
            yield from self.narrow
            return
        with Checkpoint(self.folder) as checkpoint:
            for index in range(self.config.layers):
                yield self._layer(checkpoint, index, _dense)

    def exact_logits(self, x: Float[Tensor, "tokens width"]) -> Float[Tensor, "tokens vocabulary"]:
        """Return the scores of the last layer's x by the file's own output matrix, in float32."""
        if self.precision == "fp32":
            return self.decoder.logits(x)
        with Checkpoint(self.folder) as checkpoint:
            normed = F.rms_norm(x, x.shape[-1:], self.decoder.final_norm, self.config.norm_epsilon)
            if not checkpoint.is_q8(_EMBEDDING):
                return F.linear(normed, checkpoint.dense(_EMBEDDING).to(self.device))
            codes, scale = checkpoint.q8(_EMBEDDING)
            chunks = (slice(i, i + HEAD_CHUNK) for i in range(0, len(codes), HEAD_CHUNK))
            parts = [F.linear(normed, dequantise_q8(codes[c], scale[c]).to(self.device)) for c in chunks]
            return torch.cat(parts, dim=-1)

    def _decoder(self, checkpoint: Checkpoint) -> Decoder:
        """Make embedding and output; an 8-bit embedding stays in 8 bits, since only a few rows are read a step."""
        norm = checkpoint.dense("model.norm.weight").clone().to(self.device)
        dense = checkpoint.dense(_EMBEDDING)
        embed: Embed
        head: Linear
        if self.device.type == "cpu" and checkpoint.is_q8(_EMBEDDING) and self.precision != "fp32":
            codes, scale = (part.clone() for part in checkpoint.q8(_EMBEDDING))

            def embed(ids: Int[Tensor, "tokens"]) -> Float[Tensor, "tokens width"]:
                return embedding_rows(codes, scale, ids)

            head = _large(dense, self.precision)
        else:
            table = dense.to(self.device)  # exact scores begin here too, so it keeps the file's own values
            head = DenseLinear(table.to(torch.bfloat16) if self.precision == "bf16" else table)

            def embed(ids: Int[Tensor, "tokens"]) -> Float[Tensor, "tokens width"]:
                return table[ids]

        return Decoder(self.config, embed, norm, head, self.device)

    def _layer(self, checkpoint: Checkpoint, index: int, make: Make) -> Layer:
        """Make layer `index` with the linear maps that `make` makes."""
        prefix = f"model.layers.{index}."
        attention, feed_forward = prefix + "self_attn.", prefix + "mlp."
        query_key_value = [f"{attention}{part}_proj.weight" for part in ("q", "k", "v")]
        gate_up = [f"{feed_forward}{part}_proj.weight" for part in ("gate", "up")]

        def norm(name: str) -> Tensor:
            # A copy: a view would keep the whole file mapped.
            return checkpoint.dense(prefix + name).clone().to(self.device)

        def linear(names: list[str], reorder: Callable[[Tensor], Tensor] | None = None) -> Linear:
            return make(checkpoint, names, reorder, self.device)

        return Layer(
            attention_norm=norm("input_layernorm.weight"),
            query_key_value=linear(query_key_value, self._pair_rows),
            out=linear([attention + "o_proj.weight"]),
            feed_forward_norm=norm("post_attention_layernorm.weight"),
            gate_up=linear(gate_up),
            down=linear([feed_forward + "down_proj.weight"]),
        )

    def _pair_rows(self, rows: Shaped[Tensor, "all_heads columns"]) -> Shaped[Tensor, "all_heads columns"]:
        """Bring rows j and j + half of each query and key head side by side.

        The checkpoint rotates number j of a head together with number j + half. As neighbours they are one
        complex number, and a rotation is one multiplication. Query and key are reordered alike, so their
        products stay what they were.
        """
        rotated = (self.config.heads + self.config.key_value_heads) * self.config.head_width
        heads = rows[:rotated].unflatten(0, (-1, 2, self.config.head_width // 2)).transpose(1, 2)
        return torch.cat([heads.flatten(0, 2), rows[rotated:]])


def best_precision_is_int4(folder: Path) -> bool:
    """Return whether the weights in `folder` are stored in 4 bits and this machine multiplies those fast."""
    with Checkpoint(folder) as checkpoint:
        return checkpoint.is_q4("model.layers.0.self_attn.q_proj.weight") and works(Int4Linear)


def _joined(checkpoint: Checkpoint, names: list[str], reorder: Callable[[Tensor], Tensor] | None) -> Tensor:
    rows = torch.cat([checkpoint.dense(name) for name in names])
    return reorder(rows) if reorder else rows


def _dense(
    checkpoint: Checkpoint, names: list[str], reorder: Callable[[Tensor], Tensor] | None, device: torch.device
) -> Linear:
    return DenseLinear(_joined(checkpoint, names, reorder).to(device))


def _packed(
    checkpoint: Checkpoint, names: list[str], reorder: Callable[[Tensor], Tensor] | None, device: torch.device
) -> Linear:
    rows = _joined(checkpoint, names, reorder)
    if device.type == "cpu" and works(PackedLinear):
        return PackedLinear(rows)
    return DenseLinear(rows.to(device, torch.bfloat16))


def _large(weight: Float[Tensor, "outputs inputs"], precision: Precision) -> Linear:
    """Return the output matrix on a CPU: 49,152 rows, so that what counts is how many bytes of it are read."""
    if precision in ("int4", "int8") and works(SplitInt8Linear):
        return SplitInt8Linear(weight)
    return PackedLinear(weight) if works(PackedLinear) else DenseLinear(weight)


def _int8(
    checkpoint: Checkpoint, names: list[str], reorder: Callable[[Tensor], Tensor] | None, device: torch.device
) -> Linear:
    rows = _joined(checkpoint, names, reorder)
    return Int8Linear(rows) if works(Int8Linear) else DenseLinear(rows.to(device))


def _int4(
    checkpoint: Checkpoint, names: list[str], reorder: Callable[[Tensor], Tensor] | None, device: torch.device
) -> Linear:
    whole = Q4Weight.stack([checkpoint.q4(name) for name in names])
    if reorder:
        whole = Q4Weight(reorder(whole.codes), reorder(whole.scale), reorder(whole.minimum))
    return Int4Linear(whole)


_EMBEDDING = "model.embed_tokens.weight"
_MAKERS: dict[Precision, Make] = {"fp32": _dense, "bf16": _packed, "int8": _int8, "int4": _int4}
