"""Linear maps whose weights are stored in different ways, behind one call: `y = linear(x)`.

Generating one token multiplies every weight of the model once, so its speed is the speed at which the
weights can be read. The packed kernels are private operators of torch, so each is tried once against plain
arithmetic (`works`) before it is relied on. What a CPU does with weights stored in 4 bits is in `q4_products`.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, runtime_checkable

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int8, UInt8
from torch import Tensor

GROUP = 32  # weights that share one scale and one minimum in GGUF's Q4_1 and Q8_0


@runtime_checkable
class Linear(Protocol):
    """A map from (tokens, inputs) to (tokens, outputs)."""

    def __call__(self, x: Tensor) -> Tensor:
        """Return x W^T, in the precision of the weights."""
        ...


@dataclass(frozen=True)
class Q4Weight:
    """A matrix in GGUF's Q4_1: value = code * scale + minimum, one scale and minimum for 32 weights of a row.

    `codes` holds two 4-bit codes a byte, the even column in the low half.
    """

    codes: UInt8[Tensor, "outputs half_inputs"]
    scale: Float[Tensor, "outputs groups"]
    minimum: Float[Tensor, "outputs groups"]

    def unpacked(self) -> UInt8[Tensor, "outputs inputs"]:
        """Return the codes, 0 to 15, one a byte."""
        return torch.stack([self.codes & 15, self.codes >> 4], dim=-1).flatten(1)

    def dequantise(self) -> Float[Tensor, "outputs inputs"]:
        """Return the float32 values that the file stores."""
        grouped = self.unpacked().float().unflatten(1, (-1, GROUP))
        return grouped.mul_(self.scale.float()[..., None]).add_(self.minimum.float()[..., None]).flatten(1)

    @staticmethod
    def stack(parts: "list[Q4Weight]") -> "Q4Weight":
        """Return one matrix whose rows are the rows of `parts`, so that one product does the work of several."""
        return Q4Weight(*(torch.cat([getattr(p, f) for p in parts]) for f in ("codes", "scale", "minimum")))


class DenseLinear:
    """Weights as they are, in fp32 or bf16, on any device; the input is cast to their precision."""

    def __init__(self, weight: Float[Tensor, "outputs inputs"]) -> None:
        self.weight = weight

    def __call__(self, x: Float[Tensor, "tokens inputs"]) -> Float[Tensor, "tokens outputs"]:
        """Return x W^T."""
        return F.linear(x.to(self.weight.dtype), self.weight)


class PackedLinear:
    """bf16 weights in the order in which oneDNN reads them: fastest for many tokens at once on a CPU."""

    def __init__(self, weight: Float[Tensor, "outputs inputs"]) -> None:
        self.weight = torch.ops.mkldnn._reorder_linear_weight(weight.bfloat16(), 1)

    def __call__(self, x: Float[Tensor, "tokens inputs"]) -> Float[Tensor, "tokens outputs"]:
        """Return x W^T in bf16."""
        return torch.ops.mkldnn._linear_pointwise(x.bfloat16(), self.weight, None, "none", [], "")


class Int8Linear:
    """8-bit weights with one scale a row (Dettmers et al. 2022, LLM.int8(), without its outlier columns)."""

    def __init__(self, weight: Float[Tensor, "outputs inputs"]) -> None:
        scale = weight.float().abs().amax(dim=1).clamp_min(1e-12) / 127
        self.codes: Int8[Tensor, "outputs inputs"] = (weight.float() / scale[:, None]).round().to(torch.int8)
        self.scale = scale.bfloat16()

    def __call__(self, x: Float[Tensor, "tokens inputs"]) -> Float[Tensor, "tokens outputs"]:
        """Return x W^T in bf16; the kernel is slow with fp32 inputs, so they are cast."""
        return torch.ops.aten._weight_int8pack_mm(x.bfloat16(), self.codes, self.scale)


@lru_cache
def works(kind: type[PackedLinear] | type[Int8Linear]) -> bool:
    """Return whether this torch on this processor computes `kind` rightly, by a small product against `F.linear`."""
    generator = torch.Generator().manual_seed(0)
    x, dense = torch.randn(3, 64, generator=generator), torch.randn(64, 64, generator=generator)
    try:
        found = kind(dense)(x).float()
    except (RuntimeError, NotImplementedError, AttributeError):
        return False
    expected = F.linear(x, dense)
    return bool(((found - expected).norm() / expected.norm()) < 0.02)
