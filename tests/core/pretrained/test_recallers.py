"""The recall models by name: what is there, of which size, and what was written down when they were made."""

import json
from itertools import pairwise

import numpy as np
import pytest
import torch

from core.data.recall import ALPHABET, SYMBOLS, recall_batch
from core.pretrained.recallers import AT_40, BIAS_0, KINDS, SEEDS, TRAINED, alone_facts, load_recaller, recall_facts

NAMES = (*KINDS, BIAS_0, AT_40)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", SEEDS)
def test_each_is_what_its_facts_say(name: str, seed: int) -> None:
    model, facts = load_recaller(name, seed), recall_facts(name, seed)
    assert load_recaller(name, seed) is model
    assert (model.symbols, model.classes, model.hidden) == (ALPHABET, SYMBOLS, facts.hidden)
    assert name.startswith(model.kind)
    assert facts.parameters == sum(parameter.numel() for parameter in model.parameters())
    assert (facts.name, facts.seed) == (name, seed)
    told = json.loads((TRAINED / f"recall_{name}_{seed}.json").read_text("utf-8"))
    assert f"recall_{name} --seed {seed}" in told["command"]
    assert list(facts.distances) == sorted(map(int, told["metrics"]["accuracy"]))
    assert {2, 40, 200, 3200} <= set(facts.distances)
    assert facts.accuracy[list(facts.distances).index(40)] == told["metrics"]["accuracy"]["40"]
    assert (facts.steps[0], facts.steps[-1]) == (0, told["steps"])
    assert len(facts.on_the_way) == len(facts.steps)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_down_is_measured_again(name: str) -> None:
    """The very sequences that the recipe asked: only rounding may differ."""
    facts = recall_facts(name, 1)
    for distance in (2, 10, 40):
        made = recall_batch(distance, 400, np.random.default_rng((1001, distance)))
        share = float((load_recaller(name, 1).answer(torch.as_tensor(made.ids)).numpy() == made.answers).mean())
        assert facts.accuracy[list(facts.distances).index(distance)] == pytest.approx(share, abs=0.01)


def test_biases() -> None:
    assert [recall_facts(name, 0).forget_bias for name in ("lstm", BIAS_0, AT_40)] == [1.0, 0.0, 3.0]


@pytest.mark.parametrize("seed", SEEDS)
def test_trained_on_one_distance_alone(seed: int) -> None:
    found = alone_facts(seed)
    assert set(found) == {"rnn_tanh", "gru", *(f"lstm, forget bias {bias}" for bias in (0, 1, 3))}
    for rows in found.values():
        assert [row.distance for row in rows] == [2, 5, 10, 20, 40, 80, 120, 200][: len(rows)]
        assert all(0 <= row.accuracy <= 1 and 0 < row.steps <= 1200 for row in rows)
        # Two failures in a row end a line, and nothing else does.
        failed = [row.accuracy < 0.5 for row in rows]
        assert len(rows) == 8 or failed[-2:] == [True, True]
        assert not any(one and other for one, other in pairwise(failed[:-1]))


@pytest.mark.parametrize(("name", "seed"), [("", 0), ("rnn", 0), ("../lstm", 0), ("lstm", 3), ("lstm", -1)])
def test_no_others(name: str, seed: int) -> None:
    for look in (load_recaller, recall_facts):
        with pytest.raises(KeyError):
            look(name, seed)
    with pytest.raises(KeyError):
        alone_facts(9)
