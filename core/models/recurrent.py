"""What RNN, LSTM and GRU have in common: their parameters, and the loop over time.

A layer of one of these kinds is the same step again and again, each with the state that the step before left. The
steps themselves, with their equations, are in `rnn.py`, `lstm.py` and `gru.py`.
"""

import math
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.models.clamp import Clamps, Hold, as_list, free, holding

State = TypeVar("State")
Trace = TypeVar("Trace")
Step = dict[str, Tensor]
"""What one step computed, by name: each (batch, hidden)."""


class Recurrent(nn.Module, Generic[State, Trace]):
    """One recurrent layer, batch first. Parameters are named, laid out and drawn as those of torch.nn's layers.

    For G blocks (1 in an RNN, 4 in an LSTM, 3 in a GRU): weight_ih_l0 (G * hidden, input), weight_hh_l0 (G * hidden,
    hidden), bias_ih_l0 and bias_hh_l0 (G * hidden), each uniform between -1/sqrt(hidden) and 1/sqrt(hidden).
    """

    blocks: ClassVar[int]
    names: ClassVar[tuple[str, ...]]  # what a step computes
    gates: ClassVar[tuple[str, ...]]  # those of them that can be clamped
    weight_ih_l0: nn.Parameter
    weight_hh_l0: nn.Parameter
    bias_ih_l0: nn.Parameter
    bias_hh_l0: nn.Parameter

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        seed: int = 0,
        device: torch.device | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        generator = torch.Generator().manual_seed(seed)
        reach = 1 / math.sqrt(hidden_size)
        rows = self.blocks * hidden_size
        shapes = {
            "weight_ih_l0": (rows, input_size),
            "weight_hh_l0": (rows, hidden_size),
            "bias_ih_l0": (rows,),
            "bias_hh_l0": (rows,),
        }
        for name, shape in shapes.items():
            # Drawn in float64 on the CPU, so that a seed means the same numbers on every device.
            drawn = torch.empty(shape, dtype=torch.float64).uniform_(-reach, reach, generator=generator)
            self.register_parameter(name, nn.Parameter(drawn.to(device, dtype or torch.get_default_dtype())))

    def step(self, from_input: Tensor, state: State, hold: Hold = free) -> tuple[State, Step]:
        """Return the next state and what was computed on the way; from_input is `weigh_input` at this step."""
        raise NotImplementedError

    def start(self, like: Tensor) -> State:
        """Return the state before the first step, zeros, for a batch as large as that of `like`."""
        raise NotImplementedError

    def weigh_input(self, x: Float[Tensor, "*batch input"]) -> Float[Tensor, "*batch rows"]:
        """Return W_ih x + b_ih for all steps at once: the one part of a step that does not wait for the step before."""
        return nn.functional.linear(x, self.weight_ih_l0, self.bias_ih_l0)

    def weigh_state(self, h: Float[Tensor, "batch hidden"]) -> Float[Tensor, "batch rows"]:
        """Return W_hh h + b_hh."""
        return nn.functional.linear(h, self.weight_hh_l0, self.bias_hh_l0)

    def forward(
        self, x: Float[Tensor, "batch time input"], state: State | None = None
    ) -> tuple[Float[Tensor, "batch time hidden"], State]:
        """Return the hidden state after every step and the state after the last one.

        x: (batch, time, input). state: that of the step before the first; zeros when None. A state is
        h (batch, hidden); an LSTM's is (h, c).
        """
        state = self.start(x) if state is None else state
        hidden = []
        for from_input in self.weigh_input(x).unbind(1):
            state, values = self.step(from_input, state)
            hidden.append(values["hidden"])
        return torch.stack(hidden, 1), state

    @torch.no_grad()
    def trace(self, x: Float[Tensor, "batch time input"], state: State | None = None, clamp: Clamps = None) -> Trace:
        """Return what every step computed, as numpy arrays on the CPU, each (batch, time, hidden).

        clamp: what-ifs, gates held at a value; raises `ValueError` for a gate or unit that is not there.
        """
        trace, _ = self.trace_on(x, state, clamp)
        return trace

    @torch.no_grad()
    def trace_on(
        self, x: Float[Tensor, "batch time input"], state: State | None = None, clamp: Clamps = None
    ) -> tuple[Trace, State]:
        """Return the trace and the state after the last step, to go on from."""
        clamps = as_list(clamp, self.gates, self.hidden_size)
        state = self.start(x) if state is None else state
        steps: list[Step] = []
        for t, from_input in enumerate(self.weigh_input(x).unbind(1)):
            state, values = self.step(from_input, state, holding(clamps, t))
            steps.append(values)
        return self.as_trace(steps), state

    def as_trace(self, steps: Sequence[Step]) -> Trace:
        """Return the trace made of these steps."""
        raise NotImplementedError

    def gather(self, steps: Sequence[Step]) -> dict[str, Any]:
        """Return each value over time as a numpy array (batch, time, hidden)."""
        gathered: dict[str, np.ndarray] = {}
        for name in self.names:
            gathered[name] = torch.stack([step[name] for step in steps], 1).cpu().numpy()
        return gathered
