"""How long one sequence takes, forward and backward, as it gets longer: in turn, all at once, and through a dense layer."""

import platform

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.experiments.passes import kept, once
from core.experiments.recurrence_vs_attention.results import STEPS, TIMED, Timing
from core.models.attention import MultiHeadAttention
from core.progress import Steps

REPEATS = 5


class Flat(nn.Module):
    """A dense layer that reads all steps of a sequence of one length at once."""

    def __init__(self, length: int, width: int) -> None:
        super().__init__()
        self.layer = nn.Linear(length * width, width)

    def forward(self, x: Float[Tensor, "batch time width"]) -> Float[Tensor, "batch width"]:
        """Return one vector: W [x_1; x_2; ...] + b."""
        found: Tensor = self.layer(x.flatten(1))
        return found


def layer_of(name: str, width: int, length: int) -> nn.Module:
    """Return a layer as wide as its input; of torch's own recurrent ones, the fastest there are. `KeyError` for others."""
    return {
        "rnn": lambda: nn.RNN(width, width, batch_first=True),
        "lstm": lambda: nn.LSTM(width, width, batch_first=True),
        "attention": lambda: MultiHeadAttention(width, 1, causal=True),
        "dense": lambda: Flat(length, width),
    }[name]()


def timed(width: int) -> Steps[Timing]:
    """Yield (passes done, passes) and return the fastest of `REPEATS` for each layer and length."""
    shape = (len(TIMED), len(STEPS))
    seconds, memory, parameters = np.full(shape, np.inf), np.zeros(shape, int), np.zeros(shape, int)
    total, done = shape[0] * shape[1] * (REPEATS + 1), 0
    for column, length in enumerate(STEPS):
        x = torch.randn(1, length, width, generator=torch.Generator().manual_seed(length))
        for row, name in enumerate(TIMED):
            layer = layer_of(name, width, length)
            parameters[row, column] = sum(value.numel() for value in layer.parameters())
            memory[row, column] = kept(layer, x)
            for repeat in range(REPEATS + 1):  # the first one warms up
                took = once(layer, x)
                if repeat:
                    seconds[row, column] = min(seconds[row, column], took)
                done += 1
                yield done, total
    where = f"one {platform.machine()} processor, one thread, torch {torch.__version__}"
    return Timing(width, np.array(STEPS), seconds, memory, parameters, where)
