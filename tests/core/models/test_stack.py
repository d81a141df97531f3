"""Stacked layers against torch.nn's with as many, and what a trace of a stack shows."""

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch

from core.models.char_lm import Kind
from core.models.clamp import Clamp
from core.models.stack import Stack
from tests.core.models.test_recurrent import EXACT, KINDS, drawn, gradients, leaves, ours, some_state, theirs, weighed


def stack(kind: Kind, layers: int, inputs: int = 3, hidden: int = 5) -> Stack:
    return Stack([ours(kind, hidden if number else inputs, hidden, seed=number) for number in range(layers)])


@pytest.mark.parametrize("with_state", [False, True], ids=["from zeros", "from states"])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_all_that_torch_computes(kind: Kind, layers: int, with_state: bool) -> None:
    mine, oracle = stack(kind, layers), theirs(kind, layers=layers)
    mine.load_torch(oracle.state_dict())
    x = drawn(2, 11, 3).requires_grad_()
    states = [some_state(kind, 2, 5, seed=10 * number) for number in range(layers)] if with_state else None
    parts = [tensor.requires_grad_() for state in states or [] for tensor in leaves(state)]

    outputs, last = mine(x, states)
    loss = weighed([outputs, *(tensor for state in last for tensor in leaves(state))])
    found = gradients(loss, [x, *parts, *mine.parameters()])

    above: Any = None
    if states and kind == "lstm":
        above = tuple(torch.stack([state[part] for state in states]) for part in range(2))
    elif states:
        above = torch.stack(states)
    outputs_, last_ = oracle(x, above)
    expected_last = [tensor[number] for number in range(layers) for tensor in leaves(last_)]
    expected = gradients(weighed([outputs_, *expected_last]), [x, *parts, *oracle.parameters()])

    torch.testing.assert_close(outputs, outputs_, **EXACT)
    torch.testing.assert_close([tensor for state in last for tensor in leaves(state)], expected_last, **EXACT)
    assert len(found) == 1 + len(parts) + 4 * layers
    for ours_, its in zip(found, expected, strict=True):
        assert np.abs(its).max() > 0
        np.testing.assert_allclose(ours_, its, **EXACT)


def test_only_a_layer_of_the_same_size_fits() -> None:
    for other in (theirs("lstm", layers=1), theirs("lstm", layers=3), theirs("lstm", hidden=4, layers=2)):
        with pytest.raises(RuntimeError, match=r"layers\.[012]"):
            stack("lstm", 2).load_torch(other.state_dict())


@pytest.mark.parametrize("kind", KINDS)
def test_a_trace_shows_every_layer(kind: Kind) -> None:
    mine, x = stack(kind, 3), drawn(2, 7, 3)
    outputs, last = mine(x)
    traces, end = mine.trace_on(x)
    assert len(traces) == 3
    assert np.array_equal(traces[-1].hidden, outputs.detach().numpy())
    torch.testing.assert_close([leaves(s) for s in end], [leaves(s) for s in last], **EXACT)
    below = x
    for layer, trace in zip(mine.layers, traces, strict=True):
        alone: Any = layer.trace(below)
        for field in dataclasses.fields(trace):
            assert np.array_equal(getattr(trace, field.name), getattr(alone, field.name))
        below = torch.from_numpy(trace.hidden)


@pytest.mark.parametrize("kind", KINDS)
def test_a_trace_in_two_pieces(kind: Kind) -> None:
    mine, x = stack(kind, 2), drawn(1, 9, 3)
    whole, end = mine.trace_on(x)
    first, middle = mine.trace_on(x[:, :5])
    second, last = mine.trace_on(x[:, 5:], middle)
    for level in range(2):
        joined = np.concatenate([first[level].hidden, second[level].hidden], 1)
        np.testing.assert_allclose(joined, whole[level].hidden, **EXACT)
    torch.testing.assert_close([leaves(s) for s in last], [leaves(s) for s in end], **EXACT)


def test_as_many_states_as_layers() -> None:
    mine, x = stack("gru", 2), drawn(1, 4, 3)
    for states in ([torch.zeros(1, 5, dtype=torch.float64)] * n for n in (1, 3)):
        with pytest.raises(ValueError, match="zip"):
            mine(x, states)
        with pytest.raises(ValueError, match="zip"):
            mine.trace_on(x, states)


# Clamps in a stack


def test_a_clamp_acts_in_its_layer_and_above() -> None:
    mine, x = stack("lstm", 3), drawn(1, 6, 3)
    plain, _ = mine.trace_on(x)
    held, _ = mine.trace_on(x, clamps={1: Clamp("forget", 0.0, start=2)})
    assert np.array_equal(held[0].hidden, plain[0].hidden)
    assert (held[1].forget[:, 2:] == 0).all()
    assert np.array_equal(held[1].forget[:, :2], plain[1].forget[:, :2])
    assert np.array_equal(held[2].hidden[:, :2], plain[2].hidden[:, :2])
    assert not np.isclose(held[2].hidden[:, 2:], plain[2].hidden[:, 2:]).any()
    again, _ = mine.trace_on(x)
    for a, b in zip(again, plain, strict=True):
        assert np.array_equal(a.cell, b.cell)


@pytest.mark.parametrize("layer", [-1, 2, 7])
def test_a_clamp_on_no_layer_is_refused(layer: int) -> None:
    with pytest.raises(ValueError, match=f"there is no layer {layer}, only 2"):
        stack("gru", 2).trace_on(drawn(1, 2, 3), clamps={0: None, layer: Clamp("reset", 0.0)})


def test_a_clamp_names_a_gate_of_its_own_layer() -> None:
    with pytest.raises(ValueError, match="no gate 'forget' here, only reset, update, candidate"):
        stack("gru", 2).trace_on(drawn(1, 2, 3), clamps={1: [Clamp("forget", 0.0)]})
