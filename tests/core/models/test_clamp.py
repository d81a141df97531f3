"""What-ifs: held gates do what the equations say with those numbers in them, to those units and steps, and are forgotten."""

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.models.char_lm import Kind
from core.models.clamp import Clamp, as_list, free, holding
from core.models.recurrent import Recurrent
from tests.core.models.test_recurrent import KINDS, drawn, leaves, ours, sigmoid, some_state

HIDDEN, TIME = 5, 7
GATES: dict[Kind, tuple[str, ...]] = {
    "rnn_tanh": ("hidden",),
    "rnn_relu": ("hidden",),
    "lstm": ("forget", "input", "output", "candidate"),
    "gru": ("reset", "update", "candidate"),
}
LSTM = ours("lstm", hidden=HIDDEN)
X = drawn(2, TIME, 3)


# What each gate does


def test_forgetting_everything_leaves_what_comes_in() -> None:
    trace = LSTM.trace(X, some_state("lstm", 2, HIDDEN), Clamp("forget", 0.0))
    np.testing.assert_array_equal(trace.cell, trace.input * trace.candidate)


def test_keeping_everything_and_taking_nothing_in_keeps_the_cell() -> None:
    h, c = some_state("lstm", 2, HIDDEN)
    trace, (_, end) = LSTM.trace_on(X, (h, c), [Clamp("forget", 1.0), Clamp("input", 0.0)])
    for t in range(TIME):
        np.testing.assert_array_equal(trace.cell[:, t], c.numpy())
    assert torch.equal(end, c)
    assert np.ptp(trace.hidden, axis=1).min() > 0  # what is shown of it still changes


def test_a_shut_output_shows_nothing_and_the_cell_goes_on() -> None:
    trace = LSTM.trace(X, clamp=Clamp("output", 0.0, start=3))
    assert (trace.hidden[:, 3:] == 0).all()
    assert (trace.hidden[:, :3] != 0).all()
    np.testing.assert_array_equal(trace.cell[:, :4], LSTM.trace(X).cell[:, :4])
    assert np.ptp(trace.cell[:, 3:], axis=1).min() > 0


def test_a_held_candidate_is_what_is_added() -> None:
    trace = LSTM.trace(X, clamp=[Clamp("candidate", -3.0), Clamp("forget", 1.0)])
    np.testing.assert_allclose(trace.cell, -3 * np.cumsum(trace.input, 1), rtol=0, atol=1e-12)


def test_a_gru_that_updates_nothing_stays_and_one_that_does_forgets() -> None:
    gru, h = ours("gru", hidden=HIDDEN), some_state("gru", 2, HIDDEN)
    kept = gru.trace(X, h, Clamp("update", 1.0))
    for t in range(TIME):
        np.testing.assert_array_equal(kept.hidden[:, t], h.numpy())
    fresh = gru.trace(X, h, Clamp("update", 0.0))
    np.testing.assert_array_equal(fresh.hidden, fresh.candidate)


def test_a_gru_without_its_past() -> None:
    """With the reset gate shut, the candidate is a function of this step's input alone."""
    gru = ours("gru", hidden=HIDDEN)
    w = {name: value.numpy() for name, value in gru.state_dict().items()}
    trace = gru.trace(X, some_state("gru", 2, HIDDEN), Clamp("reset", 0.0))
    expected = np.tanh(X.numpy() @ w["weight_ih_l0"][-HIDDEN:].T + w["bias_ih_l0"][-HIDDEN:])
    np.testing.assert_allclose(trace.candidate, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", ["rnn_tanh", "rnn_relu"])
def test_a_units_state_in_an_rnn_can_be_held(kind: Kind) -> None:
    rnn = ours(kind, hidden=HIDDEN)
    trace, end = rnn.trace_on(X, clamp=Clamp("hidden", 0.5, units=(1, 3)))
    assert (trace.hidden[:, :, [1, 3]] == 0.5).all()
    assert (end[:, [1, 3]] == 0.5).all()
    free_run = rnn.trace(X)
    np.testing.assert_array_equal(trace.hidden[:, 0, [0, 2, 4]], free_run.hidden[:, 0, [0, 2, 4]])
    assert not np.isclose(trace.hidden[:, 1], free_run.hidden[:, 1]).all()


# Any clamps at all, against the equations with the numbers put in by hand


def by_hand(layer: Recurrent, kind: Kind, start: Any, clamps: list[Clamp]) -> dict[str, np.ndarray]:
    """The layer in numpy, each gate overwritten where a table of clamps has a number."""
    table = {gate: np.full((TIME, HIDDEN), np.nan) for gate in GATES[kind]}
    for clamp in clamps:
        for t in range(TIME):
            for unit in range(HIDDEN):
                on = t >= clamp.start and not (clamp.stop is not None and t >= clamp.stop)
                if on and (clamp.units is None or unit in clamp.units):
                    table[clamp.gate][t, unit] = clamp.value

    def put(gate: str, t: int, value: np.ndarray) -> np.ndarray:
        return np.where(np.isnan(table[gate][t]), value, table[gate][t])

    w = {name: value.numpy() for name, value in layer.state_dict().items()}
    x, state = X.numpy(), [part.numpy() for part in leaves(start)]
    h, c = state[0], state[-1]
    steps: list[dict[str, np.ndarray]] = []
    for t in range(TIME):
        a = x[:, t] @ w["weight_ih_l0"].T + w["bias_ih_l0"]
        b = h @ w["weight_hh_l0"].T + w["bias_hh_l0"]
        if kind == "lstm":
            a_i, a_f, a_g, a_o = np.split(a + b, 4, axis=1)
            i, f = put("input", t, sigmoid(a_i)), put("forget", t, sigmoid(a_f))
            g, o = put("candidate", t, np.tanh(a_g)), put("output", t, sigmoid(a_o))
            c = f * c + i * g
            h = o * np.tanh(c)
            steps.append({"hidden": h, "cell": c, "forget": f, "input": i, "output": o, "candidate": g})
        elif kind == "gru":
            (a_r, a_z, a_n), (b_r, b_z, b_n) = np.split(a, 3, axis=1), np.split(b, 3, axis=1)
            r, z = put("reset", t, sigmoid(a_r + b_r)), put("update", t, sigmoid(a_z + b_z))
            n = put("candidate", t, np.tanh(a_n + r * b_n))
            h = (1 - z) * n + z * h
            steps.append({"hidden": h, "reset": r, "update": z, "candidate": n})
        else:
            h = put("hidden", t, np.tanh(a + b) if kind == "rnn_tanh" else np.maximum(a + b, 0))
            steps.append({"hidden": h})
    return {name: np.stack([step[name] for step in steps], 1) for name in steps[0]}


def some_clamps(kind: Kind) -> st.SearchStrategy[list[dict[str, Any]]]:
    units = st.none() | st.lists(st.integers(0, HIDDEN - 1), max_size=4).map(tuple)
    one = st.fixed_dictionaries(
        {
            "gate": st.sampled_from(GATES[kind]),
            "value": st.sampled_from([0.0, 1.0, -1.0, 0.25]) | st.floats(-2, 2),
            "units": units,
            "start": st.integers(0, TIME + 1),
            "stop": st.none() | st.integers(0, TIME + 2),
        }
    )
    return st.lists(one, max_size=5)


@given(st.sampled_from(KINDS).flatmap(lambda kind: st.tuples(st.just(kind), some_clamps(kind))), st.booleans())
def test_any_clamps(case: tuple[Kind, list[dict[str, Any]]], with_state: bool) -> None:
    """Units, spans, values, one on top of another (the later wins), and a run without any afterwards."""
    kind, clamps = case[0], [Clamp(**one) for one in case[1]]
    layer = ours(kind, hidden=HIDDEN)
    start = some_state(kind, 2, HIDDEN) if with_state else layer.start(X)
    before, held, after = (layer.trace(X, start, clamp) for clamp in (None, clamps, None))
    expected = by_hand(layer, kind, start, clamps)
    for field in dataclasses.fields(held):
        found = getattr(held, field.name)
        np.testing.assert_allclose(found, expected[field.name], rtol=0, atol=1e-12, err_msg=field.name)
        np.testing.assert_array_equal(getattr(after, field.name), getattr(before, field.name))


@given(st.integers(0, TIME), st.integers(0, TIME), st.sets(st.integers(0, HIDDEN - 1), min_size=1))
def test_only_those_units_in_that_span(start: int, length: int, units: set[int]) -> None:
    """The forget gate itself is another only where it is held; before the span everything is as it was."""
    clamp = Clamp("forget", 5.0, tuple(units), start, start + length)
    plain, held = LSTM.trace(X), LSTM.trace(X, clamp=clamp)
    where = np.zeros((TIME, HIDDEN), bool)
    where[start : start + length, sorted(units)] = True
    assert np.array_equal(held.forget == 5.0, np.broadcast_to(where, held.forget.shape))
    for field in dataclasses.fields(held):
        before = slice(0, start)
        assert np.array_equal(getattr(held, field.name)[:, before], getattr(plain, field.name)[:, before])


def test_later_clamps_win() -> None:
    both = LSTM.trace(X, clamp=[Clamp("input", 0.1), Clamp("input", 0.9, units=(2,), start=2, stop=4)])
    expected = np.full((2, TIME, HIDDEN), 0.1)
    expected[:, 2:4, 2] = 0.9
    np.testing.assert_array_equal(both.input, expected)
    turned = LSTM.trace(X, clamp=[Clamp("input", 0.9, units=(2,), start=2, stop=4), Clamp("input", 0.1)])
    assert (turned.input == 0.1).all()


def test_nothing_is_stored() -> None:
    inside, weights = set(vars(LSTM)), {name: value.clone() for name, value in LSTM.state_dict().items()}
    before, outputs = LSTM.trace(X), LSTM(X)[0]
    LSTM.trace(X, clamp=[Clamp(gate, 0.0) for gate in GATES["lstm"]])
    after = LSTM.trace(X)
    for field in dataclasses.fields(before):
        np.testing.assert_array_equal(getattr(after, field.name), getattr(before, field.name))
    assert torch.equal(LSTM(X)[0], outputs)
    assert set(vars(LSTM)) == inside
    assert all(torch.equal(value, weights[name]) for name, value in LSTM.state_dict().items())


def test_the_second_piece_of_a_text_counts_from_its_own_beginning() -> None:
    _, middle = LSTM.trace_on(X[:, :3])
    held, _ = LSTM.trace_on(X[:, 3:], middle, Clamp("forget", 0.0, start=1))
    whole = LSTM.trace(X, clamp=Clamp("forget", 0.0, start=4))
    np.testing.assert_allclose(held.cell, whole.cell[:, 3:], rtol=0, atol=1e-12)


# What is refused


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("gate", ["cell", "", "Forget", "keep"])
def test_a_gate_that_is_not_there(kind: Kind, gate: str) -> None:
    with pytest.raises(ValueError, match=f"there is no gate '{gate}' here, only {', '.join(GATES[kind])}"):
        ours(kind).trace(X, clamp=Clamp(gate, 0.0))


def test_gates_of_other_kinds_are_not_there() -> None:
    for kind in KINDS:
        for gate in {gate for gates in GATES.values() for gate in gates} - set(GATES[kind]):
            with pytest.raises(ValueError, match=f"no gate '{gate}'"):
                ours(kind).trace(X, clamp=[Clamp(GATES[kind][0], 0.0), Clamp(gate, 0.0)])


@pytest.mark.parametrize("units", [(-1,), (0, HIDDEN), (0, 99, -1)])
def test_units_that_are_not_there(units: tuple[int, ...]) -> None:
    wrong = next(unit for unit in units if unit not in range(HIDDEN))
    with pytest.raises(ValueError, match=f"unit {wrong} is not one of the {HIDDEN}"):
        LSTM.trace(X, clamp=Clamp("forget", 0.0, units=units))


def test_a_refusal_comes_even_when_the_clamp_would_never_be_on() -> None:
    with pytest.raises(ValueError, match="unit 9"):
        LSTM.trace(X, clamp=Clamp("forget", 0.0, units=(9,), start=1000))


# The parts


def test_where_nothing_is_held_nothing_is_done() -> None:
    assert as_list(None, ("a",), 1) == []
    clamp = Clamp("a", 1.0, start=2, stop=4)
    assert as_list(clamp, ("a",), 1) == as_list([clamp], ("a",), 1) == [clamp]
    assert [clamp.holds(step) for step in range(6)] == [False, False, True, True, False, False]
    assert holding([clamp], 1) is free
    assert holding([], 0) is free
    value = drawn(2, 3)
    assert free("a", value) is value
    held = holding([clamp], 2)
    assert held("b", value) is value


def test_what_is_held_is_a_copy() -> None:
    value = drawn(2, 3)
    before = value.clone()
    for units in (None, (0,), ()):
        held = holding([Clamp("a", 4.0, units)], 0)("a", value)
        assert (held == 4).sum() == {None: 6, (0,): 2, (): 0}[units]
        assert torch.equal(value, before)
