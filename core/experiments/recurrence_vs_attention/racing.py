"""The race: every architecture learns the same task, with as many parameters and as many seconds as every other.

Time is that of the thread that trains, without making batches and without looking at how far it is: what else the
machine does counts for nobody. Each step's batch and the first weights depend on the seed alone, so that a run gives the
same share after the same step, whatever the clock says.
"""

import time
from collections.abc import Iterator

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, mse_loss

from core.data.toy import CLOSE, Questions, Task, TaskName, task
from core.experiments.recurrence_vs_attention.results import (
    ARCHITECTURES,
    PARAMETERS,
    RATES,
    TICKS,
    Architecture,
    Race,
)
from core.generation.seeds import checked
from core.models.answerers import build, size_for
from core.progress import Steps

BATCH, HELD_OUT, CLIP, WARM_UP = 32, 500, 1.0, 30
LOOKS = 5  # whose shares are kept
TRIED = 0.15  # of the seconds, for each rate that is tried
SOLVED = 0.998  # of the answers: training ends there


def network(name: Architecture, asked: Task, seed: int) -> nn.Module:
    """Return an untrained network of about `PARAMETERS` parameters for a task."""
    shape = (asked.length, asked.features, asked.answers, asked.outputs)
    return build(name, *shape, size_for(name, *shape, PARAMETERS), seed=seed)


def loss_of(scores: Tensor, questions: Questions) -> Tensor:
    """Return the mean cross-entropy of the answers, in nats; of a number, the mean squared error."""
    answers = torch.from_numpy(questions.answers)
    if answers.dtype == torch.long:
        return cross_entropy(scores.flatten(0, 1), answers.flatten())
    return mse_loss(scores[..., 0], answers)


@torch.no_grad()
def share(model: nn.Module, questions: Questions) -> float:
    """Return the share of answers that are correct: the class, or a sum at most `CLOSE` off."""
    scores = model(torch.from_numpy(questions.x))
    answers = torch.from_numpy(questions.answers)
    if answers.dtype == torch.long:
        return float((scores.argmax(-1) == answers).float().mean())
    return float(((scores[..., 0] - answers).abs() <= CLOSE).float().mean())


def run(name: Architecture, asked: Task, seed: int, rate: float, seconds: float) -> Iterator[tuple[int, float, float]]:
    """Train and yield (steps, seconds of training, share of fresh questions answered correctly), ever more rarely.

    Adam (Kingma and Ba 2015) with a linear warm-up, gradients clipped to norm 1; ends after so many seconds.
    """
    model = network(name, asked, checked(seed))
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    rng = np.random.default_rng((seed, 1))
    held_out = asked.batch(HELD_OUT, np.random.default_rng((seed, 2)))
    spent, step, following = 0.0, 0, 0
    while True:
        if step == following or spent >= seconds:
            reached = share(model, held_out)
            yield step, spent, reached
            if spent >= seconds or reached >= SOLVED:
                return
            following = step + max(10, step // 10)
        questions = asked.batch(BATCH, rng)
        step += 1
        began = time.thread_time()
        optimiser.param_groups[0]["lr"] = rate * min(1.0, step / WARM_UP)
        optimiser.zero_grad()
        loss_of(model(torch.from_numpy(questions.x)), questions).backward()
        nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimiser.step()
        spent += time.thread_time() - began


def race(name: TaskName, length: int, seconds: float, seeds: int, tune: bool) -> Steps[Race]:
    """Yield (seconds done, seconds at most) and return how far every architecture came.

    tune: each first tries the rates in `RATES` with a seed of its own and takes the one with the highest mean share;
    without it the middle one counts.
    """
    asked = task(name, length)
    trial = TRIED * seconds if tune else 0.0
    total = len(ARCHITECTURES) * (len(RATES) * trial + seeds * seconds)
    ticks = np.linspace(0, seconds, TICKS)
    shares = np.zeros((len(ARCHITECTURES), seeds, TICKS))
    steps = np.zeros((len(ARCHITECTURES), seeds), int)
    first = np.full((len(ARCHITECTURES), LOOKS), np.nan)
    rates, done = [], 0.0
    for number, architecture in enumerate(ARCHITECTURES):
        tried = []
        for rate in RATES if tune else ():
            looks = yield from _followed(run(architecture, asked, 100, rate, trial), done, total)
            tried.append(_at(np.linspace(0, trial, TICKS), looks).mean())
            done += trial
        rates.append(RATES[int(np.argmax(tried))] if tune else RATES[len(RATES) // 2])
        for seed in range(seeds):
            looks = yield from _followed(run(architecture, asked, seed, rates[-1], seconds), done, total)
            shares[number, seed], steps[number, seed] = _at(ticks, looks), looks[-1, 0]
            if seed == 0:
                first[number, : len(looks)] = looks[:LOOKS, 2]
            done += seconds
    shape = (asked.length, asked.features, asked.answers, asked.outputs)
    counts = [sum(value.numel() for value in network(a, asked, 0).parameters()) for a in ARCHITECTURES]
    return Race(
        task=name,
        length=length,
        guessing=asked.guessing,
        seconds=ticks,
        shares=shares,
        steps=steps,
        parameters=tuple(counts),
        sizes=tuple(size_for(a, *shape, PARAMETERS) for a in ARCHITECTURES),
        rates=tuple(rates),
        first=first,
    )


def _followed(
    looks: Iterator[tuple[int, float, float]], done: float, total: float
) -> Steps[Float[np.ndarray, "looks three"]]:
    """Yield how far a race is while one of its runs goes on, and return what `run` yielded, a row each."""
    rows = []
    for look in looks:
        rows.append(look)
        yield round(done + look[1]), round(total)
    return np.array(rows)


def _at(ticks: Float[np.ndarray, "ticks"], looks: Float[np.ndarray, "looks three"]) -> Float[np.ndarray, "ticks"]:
    """Return the share at each tick: between two looks the line is straight, after the last it stays."""
    return np.interp(ticks, looks[:, 1], looks[:, 2])
