"""How long a recurrent network takes to read: one text, where each step waits for the one before, and many side by side."""

import os
import time

import numpy as np
import torch

from core.experiments.rnn.reading import character_lm
from core.experiments.rnn.results import Speed
from core.progress import Steps

LENGTHS, LANES = (512, 1024, 2048, 4096), 64


def speed(name: str, repeats: int = 5) -> Steps[Speed]:
    """Yield (measurements done, measurements) and return how long reading takes, the best of `repeats` each."""
    model = character_lm(name)
    rng = np.random.default_rng(0)
    ids = torch.as_tensor(rng.integers(1, len(model.vocabulary) + 1, (1, LENGTHS[-1])))
    shapes = [(1, length) for length in LENGTHS] + [(LANES, LENGTHS[-1] // LANES)]
    seconds = [float("inf")] * len(shapes)
    for again in range(repeats):  # one after another, so that what else the machine does at a moment hits all alike
        for number, (lanes, length) in enumerate(shapes):
            began = time.perf_counter()
            with torch.no_grad():
                model(ids[:, : lanes * length].view(lanes, length))
            seconds[number] = min(seconds[number], time.perf_counter() - began)
            yield again * len(shapes) + number + 1, len(shapes) * repeats
    where = f"{time.strftime('%d %B %Y').lstrip('0')}, one thread of {os.cpu_count()} processors"
    return Speed(name, LENGTHS, tuple(seconds[:-1]), LANES, seconds[-1], where)
