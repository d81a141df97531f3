"""RNN, LSTM and GRU against torch.nn's layers (outputs, states, every gradient) and their equations in plain numpy."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core.models.char_lm import Kind, recurrent_layer
from core.models.gru import GRU
from core.models.lstm import LSTM
from core.models.recurrent import Recurrent
from core.models.rnn import RNN

KINDS: tuple[Kind, ...] = ("rnn_tanh", "rnn_relu", "lstm", "gru")
SHAPES = [(1, 1, 1, 1), (2, 7, 3, 5), (3, 40, 8, 6)]  # batch, time, input, hidden
EXACT = {"rtol": 0, "atol": 1e-8}
Equations = Callable[[Mapping[str, np.ndarray], np.ndarray, Any], tuple[dict[str, np.ndarray], Any]]


def ours(kind: Kind, inputs: int = 3, hidden: int = 5, seed: int = 0, **options: Any) -> Recurrent:
    return recurrent_layer(kind, inputs, hidden, seed=seed, dtype=torch.float64, **options)


def theirs(kind: Kind, inputs: int = 3, hidden: int = 5, layers: int = 1) -> Any:
    options: dict[str, Any] = {"num_layers": layers, "batch_first": True, "dtype": torch.float64}
    if kind == "lstm":
        return nn.LSTM(inputs, hidden, **options)
    if kind == "gru":
        return nn.GRU(inputs, hidden, **options)
    return nn.RNN(inputs, hidden, nonlinearity=kind.removeprefix("rnn_"), **options)


def drawn(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def some_state(kind: Kind, batch: int, hidden: int, seed: int = 2) -> Any:
    h = drawn(batch, hidden, seed=seed)
    return (h, drawn(batch, hidden, seed=seed + 1)) if kind == "lstm" else h


def leaves(state: Any) -> list[Tensor]:
    """The tensors of a state: one, or the LSTM's two."""
    return [] if state is None else list(state) if isinstance(state, tuple) else [state]


def gradients(loss: Tensor, of: list[Tensor]) -> list[np.ndarray]:
    return [gradient.numpy() for gradient in torch.autograd.grad(loss, of)]


def weighed(tensors: list[Tensor]) -> Tensor:
    """A loss in which every number counts differently, so that no two mistakes cancel."""
    return torch.stack([(tensor * drawn(*tensor.shape, seed=9)).sum() for tensor in tensors]).sum()


# Against torch.nn


@pytest.mark.parametrize("with_state", [False, True], ids=["from zeros", "from a state"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_all_that_torch_computes(kind: Kind, shape: tuple[int, int, int, int], with_state: bool) -> None:
    batch, time, inputs, hidden = shape
    layer, oracle = ours(kind, inputs, hidden), theirs(kind, inputs, hidden)
    oracle.load_state_dict(layer.state_dict())  # names, order and shapes are torch's own, or this raises

    x = drawn(batch, time, inputs).requires_grad_()
    state = some_state(kind, batch, hidden) if with_state else None
    for tensor in leaves(state):
        tensor.requires_grad_()
    outputs, last = layer(x, state)
    loss = weighed([outputs, *leaves(last)])
    found = gradients(loss, [x, *leaves(state), *layer.parameters()])

    above = tuple(h[None] for h in leaves(state))  # torch counts layers in front of the batch
    outputs_, last_ = oracle(x, None if state is None else above if kind == "lstm" else above[0])
    expected_last = [h[0] for h in leaves(last_)]
    expected = gradients(weighed([outputs_, *expected_last]), [x, *leaves(state), *oracle.parameters()])

    torch.testing.assert_close(outputs, outputs_, **EXACT)
    torch.testing.assert_close(leaves(last), expected_last, **EXACT)
    assert [name for name, _ in layer.named_parameters()] == [name for name, _ in oracle.named_parameters()]
    assert len(found) == 1 + len(leaves(state)) + 4
    for mine, its in zip(found, expected, strict=True):
        assert np.abs(its).max() > 0 or time == 1  # with one step from zeros nothing comes in through W_hh
        np.testing.assert_allclose(mine, its, **EXACT)


@pytest.mark.parametrize("kind", KINDS)
def test_takes_torchs_weights(kind: Kind) -> None:
    oracle, layer = theirs(kind), ours(kind, seed=5)
    layer.load_state_dict(oracle.state_dict())
    x = drawn(2, 6, 3)
    torch.testing.assert_close(layer(x)[0], oracle(x)[0], **EXACT)


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_in_two_pieces(kind: Kind) -> None:
    layer, x = ours(kind), drawn(2, 9, 3)
    whole, end = layer(x)
    first, middle = layer(x[:, :4])
    second, last = layer(x[:, 4:], middle)
    torch.testing.assert_close(torch.cat([first, second], 1), whole, **EXACT)
    torch.testing.assert_close(leaves(last), leaves(end), **EXACT)


# The weights at the start


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_is_a_set_of_weights(kind: Kind) -> None:
    torch.manual_seed(1)
    one = ours(kind, seed=3).state_dict()
    torch.manual_seed(2)
    again, other = ours(kind, seed=3).state_dict(), ours(kind, seed=4).state_dict()
    single = recurrent_layer(kind, 3, 5, seed=3).state_dict()
    for name, value in one.items():
        assert torch.equal(value, again[name])
        assert not torch.equal(value, other[name])
        assert single[name].dtype == torch.get_default_dtype()
        torch.testing.assert_close(single[name].double(), value, rtol=0, atol=1e-7)


@pytest.mark.parametrize("hidden", [4, 100])
@pytest.mark.parametrize("kind", KINDS)
def test_weights_start_within_the_root_of_the_width(kind: Kind, hidden: int) -> None:
    """Uniform on ±1/sqrt(hidden), as torch draws them: the edges are reached, the spread is that of a uniform."""
    reach = hidden**-0.5
    values = torch.cat([p.detach().flatten() for p in ours(kind, 30, hidden).parameters()]).numpy()
    assert np.abs(values).max() <= reach
    assert np.abs(values).max() > 0.97 * reach
    assert np.std(values) == pytest.approx(reach / 3**0.5, rel=0.1)


@pytest.mark.parametrize("value", [-2.0, 0.0, 1.0, 3.0])
def test_the_forget_bias_is_what_both_biases_add_up_to(value: float) -> None:
    layer, before = ours("lstm"), ours("lstm").state_dict()
    assert isinstance(layer, LSTM)
    layer.set_forget_bias(value)
    after = layer.state_dict()
    together = (after["bias_ih_l0"] + after["bias_hh_l0"]).reshape(4, 5)
    unchanged = (before["bias_ih_l0"] + before["bias_hh_l0"]).reshape(4, 5)
    assert together[1].tolist() == [value] * 5
    assert torch.equal(together[[0, 2, 3]], unchanged[[0, 2, 3]])
    assert all(parameter.requires_grad for parameter in layer.parameters())
    with torch.no_grad():  # with no input and no state the gate shows its bias
        layer.weight_ih_l0.zero_()
    assert layer.trace(drawn(1, 1, 3)).forget[0, 0] == pytest.approx([1 / (1 + np.exp(-value))] * 5)


# What a trace shows


def sigmoid(a: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-a))


def rnn_step(squash: Callable[[np.ndarray], np.ndarray]) -> Equations:
    def step(w: Mapping[str, np.ndarray], x: np.ndarray, h: np.ndarray) -> tuple[dict[str, np.ndarray], Any]:
        h = squash(w["weight_ih_l0"] @ x + w["bias_ih_l0"] + w["weight_hh_l0"] @ h + w["bias_hh_l0"])
        return {"hidden": h}, h

    return step


def lstm_step(w: Mapping[str, np.ndarray], x: np.ndarray, state: Any) -> tuple[dict[str, np.ndarray], Any]:
    h, c = state
    i, f, g, o = np.split(w["weight_ih_l0"] @ x + w["bias_ih_l0"] + w["weight_hh_l0"] @ h + w["bias_hh_l0"], 4)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    c = f * c + i * g
    h = o * np.tanh(c)
    return {"hidden": h, "cell": c, "forget": f, "input": i, "output": o, "candidate": g}, (h, c)


def gru_step(w: Mapping[str, np.ndarray], x: np.ndarray, h: np.ndarray) -> tuple[dict[str, np.ndarray], Any]:
    x_r, x_z, x_n = np.split(w["weight_ih_l0"] @ x + w["bias_ih_l0"], 3)
    h_r, h_z, h_n = np.split(w["weight_hh_l0"] @ h + w["bias_hh_l0"], 3)
    r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
    n = np.tanh(x_n + r * h_n)
    h = (1 - z) * n + z * h
    return {"hidden": h, "reset": r, "update": z, "candidate": n}, h


EQUATIONS: dict[Kind, Equations] = {
    "rnn_tanh": rnn_step(np.tanh),
    "rnn_relu": rnn_step(lambda a: np.maximum(a, 0)),
    "lstm": lstm_step,
    "gru": gru_step,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_trace_obeys_the_equations(kind: Kind) -> None:
    """One text at a time, one step at a time, one vector at a time: nothing of the model's own code."""
    layer, x, start = ours(kind), drawn(2, 8, 3), some_state(kind, 2, 5)
    trace = layer.trace(x, start)
    weights = {name: value.numpy() for name, value in layer.state_dict().items()}
    for text in range(2):
        state: Any = tuple(h[text].numpy() for h in leaves(start))
        state = state if kind == "lstm" else state[0]
        for t in range(8):
            values, state = EQUATIONS[kind](weights, x[text, t].numpy(), state)
            assert set(values) == {field.name for field in dataclasses.fields(trace)}
            for name, value in values.items():
                np.testing.assert_allclose(getattr(trace, name)[text, t], value, rtol=0, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("with_state", [False, True], ids=["from zeros", "from a state"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_trace_holds_what_forward_computes(kind: Kind, with_state: bool) -> None:
    layer, x = ours(kind), drawn(2, 6, 3)
    state = some_state(kind, 2, 5) if with_state else None
    outputs, last = layer(x, state)
    trace, end = layer.trace_on(x, state)
    assert np.array_equal(trace.hidden, outputs.detach().numpy())
    assert np.array_equal(layer.trace(x, state).hidden, trace.hidden)
    for mine, its in zip(leaves(end), leaves(last), strict=True):
        assert torch.equal(mine, its)
        assert not mine.requires_grad


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("kind", KINDS)
def test_a_trace_is_plain_numbers(kind: Kind, dtype: torch.dtype) -> None:
    layer = recurrent_layer(kind, 3, 5, dtype=dtype)
    trace = layer.trace(drawn(2, 6, 3).to(dtype).requires_grad_())
    wanted = np.float32 if dtype == torch.float32 else np.float64
    for field in dataclasses.fields(trace):
        value = getattr(trace, field.name)
        assert type(value) is np.ndarray
        assert (value.dtype, value.shape) == (wanted, (2, 6, 5))
    with pytest.raises(dataclasses.FrozenInstanceError):
        trace.hidden = value


@pytest.mark.parametrize("kind", KINDS)
def test_a_trace_leaves_the_module_alone(kind: Kind) -> None:
    layer, x, state = ours(kind), drawn(2, 6, 3).requires_grad_(), some_state(kind, 2, 5)
    weighed([layer(x)[0]]).backward()
    weights = {name: value.clone() for name, value in layer.state_dict().items()}
    slopes = {name: value.grad.clone() for name, value in layer.named_parameters()}
    given = [tensor.clone() for tensor in [x, *leaves(state)]]
    inside, slope = set(vars(layer)), x.grad.clone()
    trace = layer.trace(x, state)
    for field in dataclasses.fields(trace):
        getattr(trace, field.name)[:] = 7  # it is the reader's own: nobody else's memory
    assert set(vars(layer)) == inside
    assert layer.training
    assert torch.equal(x.grad, slope)
    assert all(torch.equal(a, b) for a, b in zip(given, [x, *leaves(state)], strict=True))
    for name, parameter in layer.named_parameters():
        assert torch.equal(parameter, weights[name])
        assert torch.equal(parameter.grad, slopes[name])
        assert parameter.requires_grad


@pytest.mark.parametrize("kind", KINDS)
def test_a_trace_in_two_pieces(kind: Kind) -> None:
    layer, x = ours(kind), drawn(2, 9, 3)
    whole, end = layer.trace_on(x)
    first, middle = layer.trace_on(x[:, :4])
    second, last = layer.trace_on(x[:, 4:], middle)
    for field in dataclasses.fields(whole):
        joined = np.concatenate([getattr(first, field.name), getattr(second, field.name)], 1)
        np.testing.assert_allclose(joined, getattr(whole, field.name), **EXACT)
    torch.testing.assert_close(leaves(last), leaves(end), **EXACT)


def test_each_kind_is_its_class() -> None:
    assert [type(ours(kind)) for kind in KINDS] == [RNN, RNN, LSTM, GRU]
    for kind in KINDS:
        layer = ours(kind)
        assert set(layer.gates) <= set(layer.names)
        assert set(layer.names) == {field.name for field in dataclasses.fields(layer.trace(drawn(1, 2, 3)))}
