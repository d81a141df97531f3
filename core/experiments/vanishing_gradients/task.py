"""A small task that is really trained, with and without clipping, and the cliff that an unclipped step falls off."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from core.experiments.vanishing_gradients.flow import check, layer_for
from core.experiments.vanishing_gradients.results import (
    FEATURES,
    RECURRENT,
    TASK_STEPS,
    UPDATES,
    Cliff,
    Settings,
    Training,
    clip_factor,
)
from core.generation.seeds import checked
from core.progress import Steps

BATCH = 32
POINTS = 60


class Task(nn.Module):
    """Say after `TASK_STEPS` steps whether the first number of the first input was above zero; all later inputs are 0.

    One recurrent layer, one weighted sum of its last state, cross-entropy over a batch of 32 that stays the same.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.layer = layer_for(settings)
        generator = torch.Generator().manual_seed(settings.seed)
        reach = settings.hidden_size**-0.5
        drawn = torch.empty(settings.hidden_size, dtype=torch.float64).uniform_(-reach, reach, generator=generator)
        self.readout = nn.Parameter(drawn)
        rng = np.random.default_rng((checked(settings.seed), 3))
        first = torch.from_numpy(rng.standard_normal((BATCH, FEATURES)))
        self.inputs = torch.zeros(BATCH, TASK_STEPS, FEATURES, dtype=torch.float64)
        self.inputs[:, 0] = first
        self.answers = (first[:, 0] > 0).double()

    def forward(self) -> Tensor:
        """Return the loss in nats."""
        hidden, _ = self.layer(self.inputs)
        return binary_cross_entropy_with_logits(hidden[:, -1] @ self.readout, self.answers)

    def slope(self) -> tuple[float, list[Tensor], float]:
        """Return the loss, its gradient, one tensor a parameter, and the norm of all of it together."""
        loss = self()
        gradient = list(torch.autograd.grad(loss, list(self.parameters())))
        size = torch.linalg.vector_norm(torch.cat([part.flatten() for part in gradient]))
        return float(loss.detach()), gradient, float(size)

    @torch.no_grad()
    def move(self, gradient: list[Tensor], step: float) -> None:
        """Go `step` times the gradient downhill."""
        for parameter, part in zip(self.parameters(), gradient, strict=True):
            parameter.sub_(part, alpha=step)

    @torch.no_grad()
    def at(self, gradient: list[Tensor], step: float) -> float:
        """Return the loss at the end of that way, and stay."""
        kept = [parameter.clone() for parameter in self.parameters()]
        self.move(gradient, step)
        loss = float(self())
        for parameter, value in zip(self.parameters(), kept, strict=True):
            parameter.copy_(value)
        return loss


def train(settings: Settings, rate: float, limit: float) -> Steps[Training]:
    """Yield (updates done, updates) and return the losses and gradient norms of plain gradient descent.

    `limit` 0 leaves the gradient as it is. Ends before the update at which loss or gradient are no longer numbers.
    """
    _check(settings, rate)
    task = Task(settings)
    losses, norms = [], []
    for update in range(UPDATES):
        loss, gradient, size = task.slope()
        if not (np.isfinite(loss) and np.isfinite(size)):
            break
        losses.append(loss)
        norms.append(size)
        # g <- g * min(1, limit / ||g||);  theta <- theta - rate * g
        task.move(gradient, rate * (clip_factor(size, limit) if limit else 1.0))
        yield update + 1, UPDATES
    return Training(np.array(losses), np.array(norms))


def cliff(settings: Settings, rate: float, limit: float) -> Steps[Cliff]:
    """Yield (steps done, steps) and return both trainings, and the loss along the steepest gradient on the way.

    The walk starts at the weights of the clipped training whose gradient was largest. Raises `ValueError` for a kind
    without a recurrent matrix, or numbers that are not positive.
    """
    _check(settings, min(rate, limit))
    total = 2 * UPDATES + POINTS
    trainings = []
    for number, bound in enumerate((0.0, limit)):
        steps = train(settings, rate, bound)
        try:
            while True:
                yield number * UPDATES + next(steps)[0], total
        except StopIteration as end:
            trainings.append(end.value)
    free, clipped = trainings
    at = int(clipped.norms.argmax())
    task = Task(settings)
    for size in clipped.norms[:at]:
        _, gradient, _ = task.slope()
        task.move(gradient, rate * clip_factor(float(size), limit))
    _, gradient, size = task.slope()
    landing = {"free": rate * size, "clipped": rate * size * clip_factor(size, limit)}
    way = np.geomspace(landing["clipped"] / 30, 3 * landing["free"], POINTS) if size > 0 else np.array([1e-3, 1.0])
    way = np.unique(np.concatenate([way, [distance for distance in landing.values() if distance > 0]]))
    losses = []
    for done, distance in enumerate(way):
        losses.append(task.at(gradient, float(distance) / size if size > 0 else 0.0))
        yield min(2 * UPDATES + done, total), total
    found = np.nan_to_num(np.array(losses), nan=np.inf)
    return Cliff(settings.kind, settings.scale or 0.0, rate, limit, free, clipped, at, way, found)


def _check(settings: Settings, least: float) -> None:
    check(settings)
    if settings.kind not in RECURRENT:
        raise ValueError(f"{settings.kind} has no recurrent matrix")
    if not least > 0:
        raise ValueError("the step size and the limit of the norm are positive")
