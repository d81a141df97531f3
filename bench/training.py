"""What the training loop costs over the same steps written out bare."""

import statistics
import time
from collections.abc import Callable, Iterator

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from bench.report import Claim
from core.models.char_lm import CharLM
from core.training.loop import train

STEPS, BATCH, TIME, ROUNDS = 40, 32, 64, 7


def run(quick: bool) -> Iterator[Claim]:
    """Train the same model on the same batches in turn with the loop and without, and compare the medians."""
    torch.set_num_threads(1)
    rounds = 3 if quick else ROUNDS
    _with_loop()  # once to warm up
    _bare()
    ratios = []
    for _ in range(rounds):
        began = time.perf_counter()
        _with_loop()
        middle = time.perf_counter()
        _bare()
        ratios.append((middle - began) / (time.perf_counter() - middle))
    ratio = statistics.median(ratios)
    values = f"{rounds} rounds, {min(ratios):.3f} to {max(ratios):.3f}; median:"
    yield Claim("the training loop against the same loop written bare", values, ratio, 1.05, "x", at_least=False)


def _model() -> tuple[CharLM, Callable[[int], Tensor]]:
    model = CharLM("lstm", [chr(97 + i) for i in range(26)], hidden=(128,), seed=0)
    ids = torch.randint(1, 27, (BATCH, TIME + 1), generator=torch.Generator().manual_seed(0))

    def loss(step: int) -> Tensor:
        scores, _ = model(ids[:, :-1])
        return cross_entropy(scores.flatten(0, 1), ids[:, 1:].flatten())

    return model, loss


def _with_loop() -> None:
    model, loss = _model()
    for _ in train(model, loss, steps=STEPS, every=10):
        continue


def _bare() -> None:
    model, loss = _model()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.0, foreach=True)
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        value = loss(step)
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0, foreach=True)
        optimizer.step()
