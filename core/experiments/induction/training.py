"""A small model of attention alone learns to go on with lists that repeat; it is looked at on its way.

What it reads is a list of random tokens, again and again, and each list has another length: that rules out looking a
fixed distance back, which a single layer could learn.
"""

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

from core.experiments.induction.results import EVERY, LENGTH, PERIODS, STEPS, VOCABULARY, Trained, typical
from core.generation.seeds import checked
from core.models.transformer import TransformerLM
from core.progress import Steps

WIDTH, HEADS, BATCH, RATE, HELD_OUT = 64, 2, 32, 3e-3, 64


def periodic(count: int, rng: np.random.Generator) -> tuple[Int[np.ndarray, "count time"], Int[np.ndarray, "count"]]:
    """Return lists of different tokens, repeated until `LENGTH`, and how many tokens each list has."""
    periods = rng.integers(PERIODS[0], PERIODS[1] + 1, count)
    rows = [np.resize(rng.permutation(VOCABULARY)[:period], LENGTH) for period in periods]
    return np.stack(rows), periods


def build(layers: int, seed: int) -> TransformerLM:
    """Return the untrained model: `HEADS` heads in all, in one layer or in two; raises `ValueError` for other numbers."""
    if layers not in (1, HEADS):
        raise ValueError(f"the heads stand in 1 layer or in {HEADS}, not in {layers}")
    return TransformerLM(
        VOCABULARY, WIDTH, HEADS // layers, layers,
        positions="rotary", causal=True, longest=LENGTH, feed_forward=False, seed=checked(seed),
    )  # fmt: skip


def train(layers: int, seed: int) -> Steps[Trained]:
    """See `core.experiments.induction.trained`."""
    model, rng = build(layers, seed), np.random.default_rng((checked(seed), 1))
    optimiser = torch.optim.Adam(model.parameters(), lr=RATE)
    held_out, periods = periodic(HELD_OUT, np.random.default_rng((checked(seed), 2)))
    reports: list[tuple[float, ...]] = []
    for step in range(STEPS + 1):
        if step % EVERY == 0:
            reports.append((step, *_passes(model, held_out, periods), *_heads(model, held_out, periods)))
            yield step, STEPS
        if step < STEPS:
            x = torch.from_numpy(periodic(BATCH, rng)[0])
            loss = F.cross_entropy(model(x)[:, :-1].flatten(0, 1), x[:, 1:].flatten())
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    steps, first, second, previous, induction = np.array(reports).T
    off = [(layer, head) for layer in range(layers) for head in range(HEADS // layers)]
    return Trained(
        layers=layers,
        seed=seed,
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        steps=steps.astype(int),
        first=first,
        second=second,
        previous=previous,
        induction=induction,
        without=np.array([_without(model, held_out, periods, head) for head in off]),
    )


@torch.no_grad()
def _passes(model: TransformerLM, rows: np.ndarray, periods: np.ndarray) -> tuple[float, float]:
    """Return the typical probability of tokens that come for the first time, and of those that came before."""
    given = _given(model(torch.from_numpy(rows)), rows)
    again = np.arange(LENGTH - 1) >= periods[:, None]  # that the list begins anew can't be foreseen
    first = np.arange(LENGTH - 1) < periods[:, None] - 1
    return typical(given[first]), typical(given[again])


def _given(logits: Float[Tensor, "rows time vocabulary"], rows: np.ndarray) -> Float[np.ndarray, "rows time_less_one"]:
    ids = torch.from_numpy(rows)
    found: Tensor = logits[:, :-1].softmax(-1).gather(-1, ids[:, 1:, None])[..., 0]
    return found.numpy(force=True)


def _heads(model: TransformerLM, rows: np.ndarray, periods: np.ndarray) -> tuple[float, float]:
    """Return the best previous-token score of the first layer and the best induction score of the last, over 8 lists."""
    previous, induction = [], []
    for row, period in zip(rows[:8].tolist(), periods[:8].tolist(), strict=True):
        attentions = model.trace(row).attentions
        every, second = np.arange(1, LENGTH), np.arange(period, LENGTH)
        previous.append(attentions[0][:, every, every - 1].mean(-1))
        induction.append(attentions[-1][:, second, second - period + 1].mean(-1))
    return float(np.mean(previous, axis=0).max()), float(np.mean(induction, axis=0).max())


def _without(model: TransformerLM, rows: np.ndarray, periods: np.ndarray, head: tuple[int, int]) -> float:
    """Return the second pass without a head, over 8 lists."""
    given = []
    for row, period in zip(rows[:8].tolist(), periods[:8].tolist(), strict=True):
        logits = torch.from_numpy(model.trace(row, heads_off=[head]).logits)[None]
        given.append(_given(logits, np.array([row]))[0, period:])
    return typical(np.concatenate(given))
