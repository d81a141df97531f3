"""How fast characters go through a layer, forward and backward, as the text gets longer: measured on this machine."""

import platform
from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from core.experiments.lstm_gates.tables import BATCHES, RACERS, Speed
from core.experiments.passes import once
from core.models.char_lm import recurrent_layer
from core.models.transformer import TransformerBlock
from core.progress import Steps

PARAMETERS = 200_000
HEADS = 4


def racer(name: str) -> tuple[nn.Module, int]:
    """Return a layer with about `PARAMETERS` parameters, as wide as its input, and that width.

    Raises `KeyError` for a name that is not among `RACERS`.
    """
    makers: dict[str, Callable[[int], nn.Module]] = {
        "rnn_tanh": lambda width: recurrent_layer("rnn_tanh", width, width),
        "lstm": lambda width: recurrent_layer("lstm", width, width),
        "gru": lambda width: recurrent_layer("gru", width, width),
        "transformer": lambda width: TransformerBlock(width, HEADS),
    }
    make = makers[name]
    blocks = {"rnn_tanh": 2, "lstm": 8, "gru": 6, "transformer": 12}[name]  # square matrices in it
    step = HEADS if name == "transformer" else 1
    width = round((PARAMETERS / blocks) ** 0.5 / step) * step
    return make(width), width


def race(repeats: int, lengths: tuple[int, ...]) -> Steps[Speed]:
    """Measure all racers at all lengths; of `repeats` the fastest counts: what else the machine did made others slower."""
    seconds = np.full((len(BATCHES), len(RACERS), len(lengths)), np.inf)
    layers = [racer(name) for name in RACERS]
    runs = [(b, r, n) for b in range(len(BATCHES)) for r in range(len(RACERS)) for n in range(len(lengths))]
    total = len(runs) * (repeats + 1)
    for done, (b, r, n) in enumerate(runs):
        layer, width = layers[r]
        x = torch.randn(BATCHES[b], lengths[n], width, generator=torch.Generator().manual_seed(n))
        for repeat in range(repeats + 1):  # the first one warms up
            took = once(layer, x)
            if repeat:
                seconds[b, r, n] = min(seconds[b, r, n], took)
            yield done * (repeats + 1) + repeat + 1, total
    counts = tuple(sum(parameter.numel() for parameter in layer.parameters()) for layer, _ in layers)
    threads = torch.get_num_threads()
    where = (
        f"one {platform.machine()} processor, {threads} thread{'s' if threads > 1 else ''}, torch {torch.__version__}"
    )
    return Speed(RACERS, tuple(width for _, width in layers), counts, BATCHES, np.array(lengths), seconds, where)
