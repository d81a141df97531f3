"""The training loop against the same steps written out with torch's own parts, and what it promises to whoever watches."""

import itertools
import math

import pytest
import torch
from torch import Tensor, nn

from core.training.loop import Progress, train

X = torch.linspace(-1, 1, 24).view(12, 2)
Y = X.sum(1, keepdim=True) * 3 + 1


def line() -> nn.Linear:
    model = nn.Linear(2, 1)
    with torch.no_grad():
        model.weight.fill_(0.5)
        model.bias.zero_()
    return model


def squared(model: nn.Module) -> Tensor:
    return ((model(X) - Y) ** 2).mean()


def test_steps_are_those_of_adamw_with_a_warm_up_and_a_cosine() -> None:
    """Written out: the rate of each step from its formula, torch's optimizer and clipping, no scheduler."""
    steps, rate, warm_up = 30, 0.05, 10
    ours, bare = line(), line()
    reports = list(train(ours, lambda step: squared(ours), steps=steps, rate=rate, warm_up=warm_up, clip=0.7, every=10))
    optimizer = torch.optim.AdamW(bare.parameters(), lr=rate, weight_decay=0.0)
    losses, norms = [], []
    for step in range(steps):
        rise = (step + 1) / warm_up
        fall = 0.05 + 0.475 * (1 + math.cos(math.pi * (step - warm_up) / (steps - warm_up)))
        optimizer.param_groups[0]["lr"] = rate * (rise if step < warm_up else fall)
        optimizer.zero_grad()
        loss = squared(bare)
        loss.backward()
        norms.append(float(nn.utils.clip_grad_norm_(bare.parameters(), 0.7)))
        optimizer.step()
        losses.append(float(loss.detach()))
    for mine, other in zip(ours.parameters(), bare.parameters(), strict=True):
        assert torch.allclose(mine, other, atol=1e-6)
    assert [report.step for report in reports] == [10, 20, 30]
    for report in reports:
        assert report.loss == pytest.approx(sum(losses[report.step - 10 : report.step]) / 10, rel=1e-5)
        assert report.gradient_norm == pytest.approx(norms[report.step - 1], rel=1e-4)
    assert max(norms) > 0.7  # the clip had something to do


def test_it_learns() -> None:
    model = line()
    reports = list(train(model, lambda step: squared(model), steps=400, rate=0.05, warm_up=5, every=50))
    assert reports[-1].loss < 0.01 * reports[0].loss


def test_the_last_report_comes_at_the_end_even_between_two() -> None:
    model = line()
    assert [p.step for p in train(model, lambda step: squared(model), steps=7, every=5)] == [5, 7]


def test_who_stops_asking_stops_it() -> None:
    model = line()
    asked: list[int] = []

    def loss(step: int) -> Tensor:
        asked.append(step)
        return squared(model)

    run = train(model, loss, steps=1000, every=4)
    assert [p.step for p in itertools.islice(run, 2)] == [4, 8]
    run.close()
    assert asked == list(range(1, 9))  # not one step more


def test_time_goes_on() -> None:
    model = line()
    seconds = [p.seconds for p in train(model, lambda step: squared(model), steps=6, every=1)]
    assert seconds == sorted(seconds)
    assert 0 < seconds[0] < seconds[-1]


def test_a_loss_that_is_no_number_ends_it_with_a_reason() -> None:
    model = line()
    with pytest.raises(FloatingPointError, match="nan after 3 steps"):
        list(train(model, lambda step: squared(model) * math.nan, steps=9, every=3))


def test_progress_is_frozen() -> None:
    with pytest.raises(AttributeError):
        Progress(1, 2, 0.5, 1.0, 0.1).loss = 0.0  # type: ignore[misc]
