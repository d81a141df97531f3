"""Long short-term memory: a cell that is added to, and three gates that decide what it keeps, takes in and shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from core.models.clamp import Hold, free
from core.models.recurrent import Recurrent, Step

LSTMState = tuple[Tensor, Tensor]
"""(h, c), each (batch, hidden)."""


@dataclass(frozen=True)
class LSTMTrace:
    """What an LSTM computed at each step."""

    hidden: Float[np.ndarray, "batch time hidden"]
    cell: Float[np.ndarray, "batch time hidden"]
    forget: Float[np.ndarray, "batch time hidden"]
    input: Float[np.ndarray, "batch time hidden"]
    output: Float[np.ndarray, "batch time hidden"]
    candidate: Float[np.ndarray, "batch time hidden"]


class LSTM(Recurrent[LSTMState, LSTMTrace]):
    """One layer of LSTM. Source: Hochreiter and Schmidhuber 1997; forget gate of Gers et al. 2000; layout of torch.nn.LSTM.

    The four blocks of the parameters are, from the top: input gate, forget gate, candidate, output gate.
    """

    blocks: ClassVar[int] = 4
    names: ClassVar[tuple[str, ...]] = ("hidden", "cell", "forget", "input", "output", "candidate")
    gates: ClassVar[tuple[str, ...]] = ("forget", "input", "output", "candidate")

    def start(self, like: Tensor) -> LSTMState:
        """Return h_0 = c_0 = 0, each (batch, hidden)."""
        zeros = like.new_zeros(like.shape[0], self.hidden_size)
        return zeros, zeros

    def step(
        self, from_input: Float[Tensor, "batch rows"], state: LSTMState, hold: Hold = free
    ) -> tuple[LSTMState, Step]:
        """Return (h_t, c_t) from W_ih x_t + b_ih and (h_(t-1), c_(t-1))."""
        h, c = state
        # a = W_ih x_t + b_ih + W_hh h_(t-1) + b_hh, four blocks of it
        a_i, a_f, a_g, a_o = (from_input + self.weigh_state(h)).chunk(4, -1)
        # i_t = sigmoid(a_i)
        i = hold("input", torch.sigmoid(a_i))
        # f_t = sigmoid(a_f)
        f = hold("forget", torch.sigmoid(a_f))
        # g_t = tanh(a_g)
        g = hold("candidate", torch.tanh(a_g))
        # o_t = sigmoid(a_o)
        o = hold("output", torch.sigmoid(a_o))
        # c_t = f_t * c_(t-1) + i_t * g_t
        c = f * c + i * g
        # h_t = o_t * tanh(c_t)
        h = o * torch.tanh(c)
        return (h, c), {"hidden": h, "cell": c, "forget": f, "input": i, "output": o, "candidate": g}

    @torch.no_grad()
    def set_forget_bias(self, value: float) -> None:
        """Make the forget gate's two biases sum to `value`: how open it starts (Jozefowicz et al. 2015 advise 1)."""
        place = slice(self.hidden_size, 2 * self.hidden_size)
        self.bias_ih_l0[place] = value
        self.bias_hh_l0[place] = 0.0

    def as_trace(self, steps: Sequence[Step]) -> LSTMTrace:
        """Return the trace made of these steps."""
        return LSTMTrace(**self.gather(steps))
