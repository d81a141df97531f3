"""The transformer's block: every place looks back at all places before it at once, then each thinks for itself."""

import math
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from core.models import unfilled
from core.models.attention import scaled_dot_product


class TransformerBlock(nn.Module):
    """One causal block with layer norm first (Xiong et al. 2020), as in GPT-2: attention, then a two-layer network.

    Source: Vaswani et al. 2017, section 3; GELU of Hendrycks and Gimpel 2016. Raises `ValueError` where the width can't
    be shared out among the heads.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        *,
        inner: int | None = None,
        seed: int = 0,
        device: torch.device | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"{heads} heads can't share a width of {width} evenly")
        self.heads = heads
        inner = inner or 4 * width
        made: dict[str, Any] = {"device": device or torch.device("cpu"), "dtype": dtype}
        self.norm_1, self.norm_2 = nn.LayerNorm(width, **made), nn.LayerNorm(width, **made)
        # Left as they are in memory, then drawn below: nothing else draws from the generator that everyone shares.
        self.qkv = unfilled.linear(width, 3 * width, **made)
        self.merge = unfilled.linear(width, width, **made)
        self.widen = unfilled.linear(width, inner, **made)
        self.narrow = unfilled.linear(inner, width, **made)
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for linear in (self.qkv, self.merge, self.widen, self.narrow):
                reach = 1 / math.sqrt(linear.in_features)
                drawn = torch.empty(linear.weight.shape, dtype=torch.float64)
                linear.weight.copy_(drawn.uniform_(-reach, reach, generator=generator))
                linear.bias.zero_()

    def forward(self, x: Float[Tensor, "batch time width"]) -> Float[Tensor, "batch time width"]:
        """Return what each place has become, having seen itself and the places before it."""
        # x = x + attention(norm(x))
        x = x + self.attend(self.norm_1(x))
        # x = x + W_2 gelu(W_1 norm(x) + b_1) + b_2
        return x + self.narrow(F.gelu(self.widen(self.norm_2(x))))

    def attend(self, x: Float[Tensor, "batch time width"]) -> Float[Tensor, "batch time width"]:
        """Return what each place takes from those that it may see, all heads side by side."""
        batch, time, width = x.shape
        # Q, K, V = x W_q, x W_k, x W_v, each (batch, heads, time, width / heads)
        q, k, v = self.qkv(x).view(batch, time, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        may_look = torch.ones(time, time, dtype=torch.bool, device=x.device).tril()
        seen, _ = scaled_dot_product(q, k, v, may_look)
        # the heads' answers side by side, times W_o: (batch, time, width)
        return self.merge(seen.transpose(1, 2).reshape(batch, time, width))
