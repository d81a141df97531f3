"""The gated recurrent unit: one gate blends the old state with a new one, another resets what the new one may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from core.models.clamp import Hold, free
from core.models.recurrent import Recurrent, Step


@dataclass(frozen=True)
class GRUTrace:
    """What a GRU computed at each step."""

    hidden: Float[np.ndarray, "batch time hidden"]
    reset: Float[np.ndarray, "batch time hidden"]
    update: Float[np.ndarray, "batch time hidden"]
    candidate: Float[np.ndarray, "batch time hidden"]


class GRU(Recurrent[Tensor, GRUTrace]):
    """One layer of GRU. Source: Cho et al. 2014, with the reset gate behind the product as in torch.nn.GRU.

    The three blocks of the parameters are, from the top: reset gate, update gate, candidate.
    """

    blocks: ClassVar[int] = 3
    names: ClassVar[tuple[str, ...]] = ("hidden", "reset", "update", "candidate")
    gates: ClassVar[tuple[str, ...]] = ("reset", "update", "candidate")

    def start(self, like: Tensor) -> Tensor:
        """Return h_0 = 0, (batch, hidden)."""
        return like.new_zeros(like.shape[0], self.hidden_size)

    def step(
        self, from_input: Float[Tensor, "batch rows"], state: Float[Tensor, "batch hidden"], hold: Hold = free
    ) -> tuple[Tensor, Step]:
        """Return h_t from W_ih x_t + b_ih and h_(t-1)."""
        x_r, x_z, x_n = from_input.chunk(3, -1)
        h_r, h_z, h_n = self.weigh_state(state).chunk(3, -1)
        # r_t = sigmoid(W_ir x_t + b_ir + W_hr h_(t-1) + b_hr)
        r = hold("reset", torch.sigmoid(x_r + h_r))
        # z_t = sigmoid(W_iz x_t + b_iz + W_hz h_(t-1) + b_hz)
        z = hold("update", torch.sigmoid(x_z + h_z))
        # n_t = tanh(W_in x_t + b_in + r_t * (W_hn h_(t-1) + b_hn))
        n = hold("candidate", torch.tanh(x_n + r * h_n))
        # h_t = (1 - z_t) * n_t + z_t * h_(t-1)
        h = (1 - z) * n + z * state
        return h, {"hidden": h, "reset": r, "update": z, "candidate": n}

    @torch.no_grad()
    def set_time_scales(self, longest: int, *, seed: int = 0) -> None:
        """Make each unit forget slowly from the start, over some 2 to `longest` steps, so that gradients reach back as far.

        The update gate's two biases sum to ln u, u drawn evenly from 1 to `longest` - 1, the reset gate's to 0: "chrono
        initialisation", Tallec and Ollivier 2018, equation 16, which they state for an LSTM's forget gate.
        """
        generator = torch.Generator().manual_seed(seed)
        steps = torch.empty(self.hidden_size).uniform_(1, longest - 1, generator=generator)
        gates = slice(0, 2 * self.hidden_size)
        self.bias_ih_l0[gates] = torch.cat([torch.zeros(self.hidden_size), steps.log()])
        self.bias_hh_l0[gates] = 0.0

    def as_trace(self, steps: Sequence[Step]) -> GRUTrace:
        """Return the trace made of these steps."""
        return GRUTrace(**self.gather(steps))
