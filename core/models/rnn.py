"""The recurrent network of Elman (1990): one state, one matrix that carries it on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from core.models.clamp import Hold, free
from core.models.recurrent import Recurrent, Step

Nonlinearity = Literal["tanh", "relu"]


@dataclass(frozen=True)
class RNNTrace:
    """What an RNN computed at each step."""

    hidden: Float[np.ndarray, "batch time hidden"]


class RNN(Recurrent[Tensor, RNNTrace]):
    """One layer of a plain recurrent network. Source: Elman 1990; layout of torch.nn.RNN."""

    blocks: ClassVar[int] = 1
    names: ClassVar[tuple[str, ...]] = ("hidden",)
    gates: ClassVar[tuple[str, ...]] = ("hidden",)

    def __init__(
        self, input_size: int, hidden_size: int, *, nonlinearity: Nonlinearity = "tanh", **options: Any
    ) -> None:
        super().__init__(input_size, hidden_size, **options)
        self.nonlinearity = nonlinearity
        self.squash = {"tanh": torch.tanh, "relu": torch.relu}[nonlinearity]

    def start(self, like: Tensor) -> Tensor:
        """Return h_0 = 0, (batch, hidden)."""
        return like.new_zeros(like.shape[0], self.hidden_size)

    def step(
        self, from_input: Float[Tensor, "batch rows"], state: Float[Tensor, "batch hidden"], hold: Hold = free
    ) -> tuple[Tensor, Step]:
        """Return h_t from W_ih x_t + b_ih and h_(t-1)."""
        # h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh)
        h = hold("hidden", self.squash(from_input + self.weigh_state(state)))
        return h, {"hidden": h}

    def as_trace(self, steps: Sequence[Step]) -> RNNTrace:
        """Return the trace made of these steps."""
        return RNNTrace(**self.gather(steps))
