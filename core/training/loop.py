"""One training loop for every model here: it yields how far it is, and stops when nobody asks for more."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from core.training import checkpoint


@dataclass(frozen=True)
class Progress:
    """How far a training run is: loss in the loss function's own unit, the mean since the last report.

    gradient_norm: of all parameters together, before clipping, at this step. seconds: since the start.
    """

    step: int
    steps: int
    loss: float
    gradient_norm: float
    seconds: float


def train(
    model: nn.Module,
    loss: Callable[[int], Tensor],
    *,
    steps: int,
    rate: float = 2e-3,
    warm_up: int = 100,
    clip: float = 1.0,
    every: int = 50,
    keep: Path | None = None,
    keep_every: int = 500,
    schedule: Callable[[int], float] | None = None,
) -> Iterator[Progress]:
    """Minimise `loss(step)`, a scalar, in the parameters of `model`; yield a `Progress` every so many steps and at the end.

    AdamW (Loshchilov and Hutter 2019) without weight decay; the rate rises linearly over `warm_up` steps, then falls
    as a cosine to a twentieth; or `schedule` says what share of it each step gets, counted from 0. The gradient is
    clipped to norm `clip` (Pascanu et al. 2013, algorithm 1). Batches are `loss`'s business, so that the loop knows
    nothing of data. To stop, stop asking (or `close()` the generator): the model then has what was learned so far. With
    `keep`, a file, the run is written there every `keep_every` steps and goes on from what it finds there: the same run,
    if `loss` depends on nothing but the step.

    Raises `FloatingPointError` when the loss is no number any more.
    """
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.0, foreach=True)
    done = checkpoint.read(keep, model, optimizer) if keep else 0
    for group in optimizer.param_groups:
        group["initial_lr"] = rate
    share = schedule or (lambda step: _rate(step, steps, warm_up))
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, share, done - 1)
    began = time.perf_counter()
    total: Tensor | float = 0.0  # stays on the device: asking for its value at each step would wait for the device
    since = 0
    for step in range(done + 1, steps + 1):
        optimizer.zero_grad()
        value = loss(step)
        value.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), clip, foreach=True)
        optimizer.step()
        scheduler.step()
        total, since = total + value.detach(), since + 1
        if keep and (step % keep_every == 0 or step == steps):
            checkpoint.write(keep, model, optimizer, step)
        if step % every == 0 or step == steps:
            mean = float(total) / since
            if not math.isfinite(mean):
                raise FloatingPointError(f"the loss is {mean} after {step} steps")
            yield Progress(step, steps, mean, float(norm), time.perf_counter() - began)
            total, since = 0.0, 0


def _rate(step: int, steps: int, warm_up: int) -> float:
    """Return the share of the full rate at this step."""
    if step < warm_up:
        return (step + 1) / warm_up
    return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))
