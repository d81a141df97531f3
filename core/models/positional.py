"""Where a token stands, told to a model that would otherwise see a bag of tokens: three codes for a position."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

BASE = 10_000.0  # the longest wavelength is 2 pi times this


def sinusoidal(
    length: int, dim: int, *, base: float = BASE, device: torch.device | None = None, dtype: torch.dtype | None = None
) -> Float[Tensor, "length dim"]:
    """Return the fixed code of the positions 0 to length - 1: sines in the even columns, cosines in the odd ones.

    Columns 2i and 2i + 1 of position p are sin and cos of p / base^(2i / dim), float32 unless `dtype` says otherwise.
    Source: Vaswani et al. 2017, section 3.5. Raises `ValueError` for a length or a dim below 1.
    """
    if length < 1 or dim < 1:
        raise ValueError(f"a table of {length} positions and {dim} numbers each holds nothing")
    angles = _angles(length, (dim + 1) // 2, dim, base)
    table = torch.empty(length, dim, dtype=torch.float64)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles[:, : dim // 2].cos()
    return table.to(device, dtype or torch.float32)


def rotary_angles(
    length: int, width: int, *, base: float = BASE, device: torch.device | None = None, dtype: torch.dtype | None = None
) -> Float[Tensor, "length half"]:
    """Return by how much, in radians, each position turns each pair of numbers of a head of `width` numbers.

    Pair j of position p turns by p / base^(2j / width). Source: Su et al. 2021, eq. 15.
    Raises `ValueError` for an odd width.
    """
    if width % 2:
        raise ValueError(f"a head of {width} numbers can't be split into pairs")
    return _angles(length, width // 2, width, base).to(device, dtype or torch.float32)


def rotate(
    x: Float[Tensor, "*batch time width"], angles: Float[Tensor, "time half"], *, neighbours: bool = False
) -> Float[Tensor, "*batch time width"]:
    """Return queries or keys with each pair of numbers turned by its position's angle.

    After it, the product of a query and a key depends on how far apart they stand and not on where. A pair is number j
    with number j + half, as Llama's checkpoints have it; with `neighbours`, numbers 2j and 2j + 1, as in the paper (Su
    et al. 2021, eq. 34). The two differ in nothing but the order of a head's numbers.
    """
    cos, sin = angles.cos(), angles.sin()
    first, second = (x[..., 0::2], x[..., 1::2]) if neighbours else x.chunk(2, dim=-1)
    # (a, b) -> (a cos - b sin, a sin + b cos)
    turned = first * cos - second * sin, first * sin + second * cos
    return torch.stack(turned, dim=-1).flatten(-2) if neighbours else torch.cat(turned, dim=-1)


class LearnedPositions(nn.Module):
    """A vector for each position up to `longest`, learned like any other weight (Gehring et al. 2017; GPT, BERT)."""

    def __init__(
        self,
        longest: int,
        width: int,
        *,
        std: float = 0.02,
        seed: int = 0,
        device: torch.device | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        drawn = torch.randn(longest, width, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) * std
        made: dict[str, Any] = {"device": device, "dtype": dtype or torch.float32}
        self.weight = nn.Parameter(drawn.to(**made))

    def forward(self, length: int) -> Float[Tensor, "length width"]:
        """Return the vectors of the first `length` positions; raises `ValueError` for more than there are."""
        if length > len(self.weight):
            raise ValueError(f"{length} positions are more than the {len(self.weight)} that were learned")
        return self.weight[:length]


def _angles(length: int, pairs: int, dim: int, base: float) -> Float[Tensor, "length pairs"]:
    frequencies = base ** (-2 * torch.arange(pairs, dtype=torch.float64) / dim)
    return torch.outer(torch.arange(length, dtype=torch.float64), frequencies)
