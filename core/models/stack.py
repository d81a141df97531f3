"""Recurrent layers on top of one another: the hidden states of one are the input of the next."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.models.clamp import Clamps
from core.models.recurrent import Recurrent


class Stack(nn.Module):
    """Layers in the order in which they are passed through (Graves 2013, eq. 1-2, without skips)."""

    def __init__(self, layers: Sequence[Recurrent]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(
        self, x: Float[Tensor, "batch time input"], states: Sequence[Any] | None = None
    ) -> tuple[Float[Tensor, "batch time hidden"], list[Any]]:
        """Return the top layer's hidden states and every layer's last state; raises `ValueError` as `trace_on` does."""
        last = []
        for layer, state in zip(self.layers, states or [None] * len(self.layers), strict=True):
            x, state = layer(x, state)
            last.append(state)
        return x, last

    @torch.no_grad()
    def trace_on(
        self,
        x: Float[Tensor, "batch time input"],
        states: Sequence[Any] | None = None,
        clamps: Mapping[int, Clamps] | None = None,
    ) -> tuple[list[Any], list[Any]]:
        """Return every layer's trace and last state; clamps by layer, counted from 0 at the bottom.

        Raises `ValueError` for layers, gates and units that are not there, and for more or fewer states than layers.
        """
        unknown = [layer for layer in clamps or {} if not 0 <= layer < len(self.layers)]
        if unknown:
            raise ValueError(f"there is no layer {unknown[0]}, only {len(self.layers)}")
        traces, last = [], []
        layers = cast(Iterable[Recurrent], self.layers)
        for number, (layer, state) in enumerate(zip(layers, states or [None] * len(self.layers), strict=True)):
            trace, state = layer.trace_on(x, state, (clamps or {}).get(number))
            traces.append(trace)
            last.append(state)
            x = torch.as_tensor(trace.hidden, device=x.device)
        return traces, last

    def load_torch(self, state_dict: Mapping[str, Tensor]) -> None:
        """Take the parameters of a torch.nn layer with as many layers: `weight_ih_l1` goes to the second one."""
        renamed = {}
        for name, value in state_dict.items():
            kind, _, number = name.rpartition("_l")
            renamed[f"layers.{number}.{kind}_l0"] = value
        self.load_state_dict(renamed)
