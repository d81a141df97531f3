"""The budget of models: the least recently used leaves and comes back, and one that stays, stays."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

from core.models import unfilled
from core.pretrained import held as module
from core.pretrained.held import Budget, bytes_in, held

MEGABYTE = 1_000_000


def model(megabytes: int) -> nn.Module:
    return nn.Linear(1, megabytes * MEGABYTE // 4, bias=False)


def test_the_least_recently_used_leaves() -> None:
    budget, left, loaded = Budget(5 * MEGABYTE), [], []

    def load(name: str) -> nn.Module:
        loaded.append(name)
        return model(2)

    first = budget.get("first", lambda: load("first"))
    budget.put("second", model(2), leave=lambda: left.append("second"))
    assert budget.get("first", lambda: load("first")) is first
    budget.get("third", lambda: load("third"))
    assert left == ["second"]
    assert budget.bytes == 4 * MEGABYTE
    assert budget.get("first", lambda: load("first")) is first
    budget.get("fourth", lambda: load("fourth"))
    budget.get("third", lambda: load("third"))
    assert loaded == ["first", "third", "fourth", "third"]


def test_one_that_stays_stays_and_counts() -> None:
    budget = Budget(5 * MEGABYTE)
    large = budget.get("first", lambda: model(2))
    budget.put("large", large, size=4 * MEGABYTE, stays=True)
    assert budget.bytes == 4 * MEGABYTE  # the other one left
    budget.get("second", lambda: model(4))
    assert budget.bytes == 8 * MEGABYTE  # what is used now is never refused
    budget.clear()
    assert budget.bytes == 4 * MEGABYTE
    budget.forget("large")
    assert budget.bytes == 0


def test_a_model_is_kept_by_its_arguments_and_a_failure_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "budget", lambda: mine)
    mine, calls = Budget(MEGABYTE), []

    @held
    def load(name: str, seed: int = 0) -> list[str]:
        calls.append((name, seed))
        if name == "broken":
            raise OSError(name)
        return [name]

    assert load("a") is load("a")
    assert load("a", seed=1) is not load("a")
    for _ in range(2):
        with pytest.raises(OSError, match="broken"):
            load("broken")
    assert calls == [("a", 0), ("a", 1), ("broken", 0), ("broken", 0)]


def test_bytes_are_counted_once() -> None:
    shared = nn.Linear(250, 1_000, bias=False)

    class Two:
        def __init__(self) -> None:
            self.a, self.b = shared, nn.Sequential(shared)
            self.more = {"codes": [np.zeros(1_000)]}
            self.itself = self

    assert bytes_in(Two()) == 1_000_000 + 8_000


def test_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNROLLED_MODEL_MB", "7")
    assert module.budget.__wrapped__().most_bytes == 7 * MEGABYTE


def test_unfilled_layers_draw_nothing_and_do_not_load_torchs_compiler() -> None:
    """The oracle is torch's own layer with the same numbers; the import is looked for in a fresh process."""
    torch.manual_seed(0)
    state = torch.get_rng_state()
    linear, embedding = unfilled.linear(3, 5), unfilled.embedding(7, 4)
    assert torch.equal(torch.get_rng_state(), state)
    theirs = nn.Linear(3, 5)
    linear.load_state_dict(theirs.state_dict())
    x = torch.randn(2, 3)
    assert torch.equal(linear(x), theirs(x))
    assert embedding.weight.shape == (7, 4)
    assert embedding.weight.requires_grad
    script = (
        "import sys, torch\n"
        "from core.models import unfilled\n"
        "unfilled.linear(3, 5), unfilled.embedding(7, 4)\n"
        "assert not {'sympy', 'torch._dynamo'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)
