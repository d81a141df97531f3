"""Puts a checkpoint's tensors where the decoder wants them, in the precision that was asked for.

What reads and writes texts is made once: `q4` from the file's own 4-bit codes on a CPU, else `layers` in the precision
that was asked for. `exact` makes the layers in float32, one at a time, so that they never all lie in memory.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int, Shaped
from torch import Tensor

from core.device import Precision
from core.pretrained.causal_lm.checkpoint import EMBEDDING, Checkpoint, dequantise_q8, embedding_rows
from core.pretrained.causal_lm.decoder import Decoder, Embed, Layer, rms_norm
from core.pretrained.causal_lm.linear import DenseLinear, Int8Linear, Linear, PackedLinear, works

if TYPE_CHECKING:
    from core.pretrained.cpu4bit.decoder import Q4Decoder

MAX_CONTEXT = 2048  # tokens; longer texts than the app shows would only make the tables larger
HEAD_CHUNK = 8192  # rows of the output matrix that are unpacked to float32 at a time

Make = Callable[[Checkpoint, list[str], Callable[[Tensor], Tensor] | None, torch.device], Linear]


class Llama:
    """A Llama-style model in memory: a decoder and the layers to run it with. Never changed after loading."""

    def __init__(self, folder: Path, device: torch.device, precision: Precision) -> None:
        self.folder, self.device, self.precision = folder, device, precision
        with Checkpoint(folder) as checkpoint:
            self.config = replace(checkpoint.config, max_positions=min(checkpoint.config.max_positions, MAX_CONTEXT))
            self.q4 = self._q4(checkpoint) if precision == "int4" else None
            self.decoder = self._decoder(checkpoint)
            made = [] if self.q4 else range(self.config.layers)
            self.layers = [self._layer(checkpoint, i, _MAKERS[precision]) for i in made]

    def exact(self, order: Sequence[int] | None = None) -> Iterator[Layer]:
        """Yield the layers in float32, each made when it is asked for unless they are in memory already.

        order: the numbers of the layers to run; all of them in turn without it.
        """
        numbers = range(self.config.layers) if order is None else order
        if self.precision == "fp32":
            yield from (self.layers[i] for i in numbers)
        elif self.q4:  # its products of the file's own codes are float32's
            yield from self.q4.layers(numbers)
        else:
            with Checkpoint(self.folder) as checkpoint:
                for index in numbers:
                    yield self._layer(checkpoint, index, _dense)

    def exact_logits(self, x: Float[Tensor, "tokens width"]) -> Float[Tensor, "tokens vocabulary"]:
        """Return the scores of the last layer's x by the file's own output matrix, in float32."""
        return self.unembed(rms_norm(x, self.decoder.final_norm, self.config.norm_epsilon))

    def unembed(self, normed: Float[Tensor, "rows width"]) -> Float[Tensor, "rows vocabulary"]:
        """Return each row's product with every token of the file's own output matrix, in float32.

        It is linear: what it makes of a sum is the sum of what it makes of the parts.
        """
        if self.precision == "fp32" or self.q4:  # whose 8-bit output matrix is the file's own
            return self.decoder.head(normed).float()
        with Checkpoint(self.folder) as checkpoint:
            if not checkpoint.is_q8(EMBEDDING):
                return F.linear(normed, checkpoint.dense(EMBEDDING).to(self.device))
            codes, scale = checkpoint.q8(EMBEDDING)
            chunks = (slice(i, i + HEAD_CHUNK) for i in range(0, len(codes), HEAD_CHUNK))
            parts = [F.linear(normed, dequantise_q8(codes[c], scale[c]).to(self.device)) for c in chunks]
            return torch.cat(parts, dim=-1)

    def _q4(self, checkpoint: Checkpoint) -> "Q4Decoder":
        from core.pretrained.cpu4bit.decoder import Q4Decoder  # numba is imported only where it is needed

        return Q4Decoder(checkpoint, self.config, self._pair_rows)

    def _decoder(self, checkpoint: Checkpoint) -> Decoder:
        """Make embedding and output; an 8-bit embedding stays in 8 bits, since only a few rows are read a step."""
        norm = checkpoint.dense("model.norm.weight").clone().to(self.device)
        if self.q4:
            return Decoder(self.config, self.q4.embed, norm, self.q4.head, self.device)
        dense = checkpoint.dense(EMBEDDING)
        embed: Embed
        head: Linear
        if self.device.type == "cpu" and checkpoint.is_q8(EMBEDDING) and self.precision != "fp32":
            codes, scale = (part.clone() for part in checkpoint.q8(EMBEDDING))

            def embed(ids: Int[Tensor, "tokens"]) -> Float[Tensor, "tokens width"]:
                return embedding_rows(codes, scale, ids)

            head = _large(dense)
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
    """Return whether the weights in `folder` are stored in 4 bits, the embedding in 8, and `q4_decoder` can read them here."""
    with Checkpoint(folder) as checkpoint:
        layer = "model.layers.0."
        parts = [f"self_attn.{p}_proj" for p in "qkvo"] + [f"mlp.{p}_proj" for p in ("gate", "up", "down")]
        if not (checkpoint.is_q8(EMBEDDING) and all(checkpoint.is_q4(f"{layer}{part}.weight") for part in parts)):
            return False
        config = checkpoint.config
    try:
        from core.pretrained.cpu4bit.decoder import suits
        from core.pretrained.cpu4bit.decoder import works as q4_works
    except ImportError:  # numba has no build for every processor that torch runs on
        return False
    return suits(config) and q4_works()


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


def _large(weight: Float[Tensor, "outputs inputs"]) -> Linear:
    """Return the output matrix on a CPU: 49,152 rows, so that what counts is how many bytes of it are read."""
    return PackedLinear(weight) if works(PackedLinear) else DenseLinear(weight)


def _int8(
    checkpoint: Checkpoint, names: list[str], reorder: Callable[[Tensor], Tensor] | None, device: torch.device
) -> Linear:
    rows = _joined(checkpoint, names, reorder)
    return Int8Linear(rows) if works(Int8Linear) else DenseLinear(rows.to(device))


_MAKERS: dict[Precision, Make] = {"fp32": _dense, "bf16": _packed, "int8": _int8}
