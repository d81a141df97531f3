"""A run that was interrupted goes on as if it had not been."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from core.training.loop import train


def run(model: nn.Module, keep: Path | None, stop_after: int = 1000) -> list[float]:
    def loss(step: int) -> Tensor:
        x = torch.randn(8, 3, generator=torch.Generator().manual_seed(step))
        return ((model(x) - x.sum(1, keepdim=True)) ** 2).mean()

    losses = []
    for progress in train(model, loss, steps=40, rate=0.05, warm_up=5, every=10, keep=keep, keep_every=10):
        losses.append(progress.loss)
        if progress.step >= stop_after:
            break
    return losses


def line() -> nn.Module:
    """A model that learns by gradients, and keeps means of what it has seen besides."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))


def test_an_interrupted_run_ends_where_an_uninterrupted_one_does(tmp_path: Path) -> None:
    whole, first, second = line(), line(), line()
    expected = run(whole, None)
    begun = run(first, tmp_path / "run.safetensors", stop_after=20)
    rest = run(second, tmp_path / "run.safetensors")
    assert begun + rest == pytest.approx(expected, abs=1e-7)
    assert len(begun) == len(rest) == 2
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(second.state_dict()[name], value, atol=1e-6, rtol=0)


def test_a_finished_run_has_nothing_left_to_do(tmp_path: Path) -> None:
    run(line(), tmp_path / "run.safetensors")
    assert run(line(), tmp_path / "run.safetensors") == []
    assert [path.name for path in tmp_path.iterdir()] == ["run.safetensors"]


def test_another_models_run_is_refused(tmp_path: Path) -> None:
    run(line(), tmp_path / "run.safetensors")
    with pytest.raises(KeyError):
        list(train(nn.Linear(3, 1), lambda step: torch.zeros(()), steps=1, keep=tmp_path / "run.safetensors"))
