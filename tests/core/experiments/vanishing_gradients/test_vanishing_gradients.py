"""The numbers of the lesson on vanishing gradients, against torch.nn's own layers and autograd, and the claim itself."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from core.experiments.vanishing_gradients import chains, curve, gradient_flow
from core.experiments.vanishing_gradients import flow as flows
from core.experiments.vanishing_gradients.results import (
    DEFAULT_TEXT,
    FEATURES,
    KINDS,
    RECURRENT,
    Curve,
    GradientFlow,
    Settings,
    clip_factor,
    openness,
    other_bias,
    relative,
    steps_to,
)
from core.models.recurrent import Recurrent

recurrent = pytest.mark.parametrize("kind", RECURRENT)
TINY = 1e-30


def torchs(kind: str, flow: GradientFlow) -> Any:
    """torch.nn's layer in float64 with a flow's weights."""
    hidden = flow.weights["weight_hh_l0"].shape[1]
    size = {"input_size": FEATURES, "hidden_size": hidden, "batch_first": True, "dtype": torch.float64}
    layers = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
    layer = layers[kind](**size) if kind in layers else torch.nn.RNN(**size, nonlinearity=kind.removeprefix("rnn_"))
    layer.load_state_dict({name: torch.from_numpy(value) for name, value in flow.weights.items()})
    return layer


def by_autograd(kind: str, flow: GradientFlow, window: int = 0) -> np.ndarray:
    """Norms of the gradient of the last hidden state's sum by every input, by torch alone."""
    layer, x = torchs(kind, flow), torch.from_numpy(flow.inputs).requires_grad_()
    begin, state = max(0, len(x) - window) if window else 0, None
    if begin:
        with torch.no_grad():
            _, state = layer(x[None, :begin])
    (found,) = torch.autograd.grad(layer(x[None, begin:], state)[0][0, -1].sum(), x)
    norms: np.ndarray = found.norm(dim=1).numpy()
    return norms


# The flow, against torch.nn and autograd

CASES: list[dict[str, Any]] = [
    {"length": 60},
    {"length": 1},
    {"length": 5, "hidden_size": 8, "seed": 3},
    {"length": 120, "seed": 1},
    {"length": 40, "scale": 1.5, "seed": 2},
    {"length": 40, "scale": 0.5, "hidden_size": 24},
    {"length": 60, "forget_bias": 3.0},
    {"length": 50, "forget_bias": -1.0, "text": DEFAULT_TEXT},
    {"length": 60, "window": 20},
]


@recurrent
@pytest.mark.parametrize("case", CASES, ids=str)
def test_norms_are_autograds(kind: str, case: dict[str, Any]) -> None:
    flow = gradient_flow(kind, **case)
    assert flow.kind == kind
    assert flow.norms.shape == (case["length"],)
    assert flow.norms == pytest.approx(by_autograd(kind, flow, case.get("window", 0)), rel=1e-9, abs=0)


def test_small_norms_are_right_too() -> None:
    """What is checked above goes below 1e-30; a norm's squares would be zero below 1e-154."""
    flow = gradient_flow("rnn_relu", 120, seed=1)
    assert 0 < flow.norms.min() < TINY
    low = gradient_flow("rnn_relu", 200, scale=0.5)
    layer, x = torchs("rnn_relu", low), torch.from_numpy(low.inputs)[None].requires_grad_()
    (gradient,) = torch.autograd.grad(layer(x)[0][0, -1].sum(), x)
    largest = gradient[0].abs().amax(1)
    assert float(largest[0]) < 1e-70
    assert (low.norms >= largest.numpy() * (1 - 1e-9)).all()
    assert (low.norms <= 4.01 * largest.numpy()).all()  # 16 features
    tiny = chains.norm(torch.tensor([[3e-200, 4e-200], [0.0, 0.0]], dtype=torch.float64))
    assert tiny.tolist() == pytest.approx([5e-200, 0], abs=0)


@pytest.mark.parametrize("case", [{"length": 30}, {"length": 60, "seed": 2}, {"length": 40, "window": 15}], ids=str)
def test_attention_is_autograds(case: dict[str, Any]) -> None:
    flow = gradient_flow("attention", **case)
    x = torch.from_numpy(flow.inputs).requires_grad_()
    window = case.get("window", 0)
    seen = torch.cat([x[:-window].detach(), x[-window:]]) if window else x
    q, k, v = (seen @ torch.from_numpy(flow.weights[f"weight_{name}"]).T for name in "qkv")
    out = scaled_dot_product_attention(q[None, None], k[None, None], v[None, None], is_causal=True)
    (gradient,) = torch.autograd.grad(out[0, 0, -1].sum(), x)
    assert flow.norms == pytest.approx(gradient.norm(dim=1).numpy(), rel=1e-9, abs=0)
    assert flow.weights["weight_q"].shape == (64, FEATURES)


@recurrent
def test_one_step_is_what_its_jacobian_says(kind: str) -> None:
    """The written-out chain rule against torch's own Jacobian of the layer's step, at every step."""
    settings = Settings(kind, 4, hidden_size=6, seed=5)
    layer = flows.layer_for(settings)
    chain, _ = flows.chain_of(layer, flows.inputs_for(settings))
    state: Any = layer.start(torch.zeros(1, 6, dtype=torch.float64))
    for t, x in enumerate(torch.from_numpy(flows.inputs_for(settings))):
        flat = torch.cat([s[0] for s in state]) if kind == "lstm" else state[0]

        def step(x: Tensor, flat: Tensor, layer: Recurrent = layer) -> Tensor:
            old: Any = flat[None].chunk(2, -1) if kind == "lstm" else flat[None]
            new, _ = layer.step(layer.weigh_input(x[None]), old)
            return torch.cat(new, -1)[0] if kind == "lstm" else new[0]

        by_x, by_state = torch.autograd.functional.jacobian(step, (x, flat))
        g = torch.randn(len(flat), dtype=torch.float64)
        a, before = chain.back(g, t)
        assert torch.allclose(before, by_state.T @ g, rtol=1e-10, atol=1e-14)
        assert torch.allclose(a @ chain.weight_ih, by_x.T @ g, rtol=1e-10, atol=1e-14)
        state, _ = layer.step(layer.weigh_input(x[None]), state)


# The claim


@pytest.mark.parametrize("seed", range(5))
def test_the_claim(seed: int) -> None:
    """At the defaults the tanh RNN's gradient 40 steps back is under a millionth of the last step's."""
    flow = gradient_flow("rnn_tanh", 60, seed=seed)
    assert flow.norms[-41] / flow.norms[-1] < 1e-6
    assert flow.left()[40] == flow.norms[-41] / flow.norms[-1]


@pytest.mark.parametrize(
    ("kind", "bias", "published"),
    [("rnn_tanh", 0, 1.5e-11), ("gru", 0, 3e-9), ("lstm", 0, 2.5e-9), ("lstm", 1, 3e-4), ("lstm", 3, 0.3)],
)
def test_the_known_orders_of_magnitude(kind: str, bias: float, published: float) -> None:
    settings = [Settings(kind, 60, seed=seed, forget_bias=float(bias)) for seed in range(5)]
    found = [flows.flow(each).left()[40] for each in settings]
    assert abs(np.log10(np.median(found)) - np.log10(published)) < 0.6


@pytest.mark.parametrize("seed", range(3))
def test_the_open_gate_keeps_the_gradient_and_not_the_name(seed: int) -> None:
    settings = [Settings("lstm", forget_bias=bias, seed=seed) for bias in (-1.0, 0.0, 1.0, 3.0)]
    found = [flows.flow(each) for each in settings]
    left = [flow.left()[40] for flow in found]
    assert left == sorted(left)
    assert left[1] < 1e-6 < 0.01 < left[-1]
    kept = [flow.kept for flow in found]
    assert kept == pytest.approx([1 / (1 + np.exp(-bias)) for bias in (-1, 0, 1, 3)], abs=0.02)


@pytest.mark.parametrize("length", [20, 60, 200])
def test_attention_does_not_vanish_with_distance(length: int) -> None:
    left = gradient_flow("attention", length).left()
    assert left[1:].min() > 0.01
    near, far = np.array_split(left[1:], 2)
    assert 0.5 < far.mean() / near.mean() < 2


def test_a_large_scale_is_not_the_claim() -> None:
    flow = gradient_flow("rnn_tanh", 60, scale=1.5, seed=3)
    assert flow.left()[40] > 0.1


# What the controls do


@recurrent
def test_nothing_flows_beyond_the_window(kind: str) -> None:
    free, cut = gradient_flow(kind, 50), gradient_flow(kind, 50, window=12)
    assert (cut.norms[:-12] == 0).all()
    assert cut.norms[-12:] == pytest.approx(free.norms[-12:], rel=1e-12)
    assert (cut.norms[-12:] > 0).all()
    assert (gradient_flow(kind, 50, window=50).norms == free.norms).all()
    assert (gradient_flow(kind, 50, window=300).norms == free.norms).all()


def test_nothing_flows_beyond_attentions_window() -> None:
    free, cut = gradient_flow("attention", 50), gradient_flow("attention", 50, window=12)
    assert (cut.norms[:-12] == 0).all()
    assert cut.norms[-12:] == pytest.approx(free.norms[-12:], rel=1e-12)


@recurrent
@pytest.mark.parametrize("scale", [0.5, 1.0, 1.5])
def test_the_scale_is_each_blocks_spectral_radius(kind: str, scale: float) -> None:
    weights, drawn = gradient_flow(kind, 2, scale=scale, seed=4).weights, gradient_flow(kind, 2, seed=4).weights
    for block, before in zip(
        torch.from_numpy(weights["weight_hh_l0"]).split(64),
        torch.from_numpy(drawn["weight_hh_l0"]).split(64),
        strict=True,
    ):
        assert float(torch.linalg.eigvals(block).abs().max()) == pytest.approx(scale)
        assert torch.allclose(block / block.norm(), before / before.norm())
    for name in ("weight_ih_l0", "bias_ih_l0"):
        assert (weights[name] == drawn[name]).all()


@recurrent
def test_as_drawn_is_as_torch_draws(kind: str) -> None:
    for name, values in gradient_flow(kind, 2, hidden_size=64).weights.items():
        if kind == "lstm" and name.startswith("bias"):
            assert (values[64:128] == 0).all()  # the forget gate's
            values = np.concatenate([values[:64], values[128:]])
        assert np.abs(values).max() <= 1 / 8
        assert values.std() == pytest.approx(1 / 8 / np.sqrt(3), rel=0.15)
        assert abs(values.mean()) < 0.02


@pytest.mark.parametrize("kind", KINDS)
def test_a_longer_sequence_only_adds_a_past(kind: str) -> None:
    short, long = gradient_flow(kind, 30), gradient_flow(kind, 90)
    assert (short.inputs == long.inputs[-30:]).all()
    assert all((short.weights[name] == long.weights[name]).all() for name in short.weights)


def test_inputs_are_standard_normal_and_follow_the_seed() -> None:
    one, other = gradient_flow("gru", 200), gradient_flow("gru", 200, seed=1)
    assert one.inputs.mean() == pytest.approx(0, abs=0.05)
    assert one.inputs.std() == pytest.approx(1, abs=0.05)
    assert not (one.inputs == other.inputs).any()
    assert (one.inputs == gradient_flow("lstm", 200).inputs).all()


def test_each_character_is_read_as_itself() -> None:
    inputs = gradient_flow("gru", 6, text="xxxabcab").inputs
    assert len(inputs) == 6
    assert (inputs[1] == inputs[4]).all()
    assert (inputs[2] == inputs[5]).all()
    assert len(np.unique(inputs, axis=0)) == 4
    assert len(gradient_flow("gru", 60, text="né🦜").inputs) == 3


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("elman", {}, "there is no kind"),
        ("lstm", {"length": 0}, "at least one step"),
        ("lstm", {"hidden_size": 0}, "at least one"),
        ("lstm", {"seed": -1}, "not negative"),
        ("lstm", {"window": -1}, "not negative"),
        ("lstm", {"scale": -0.1}, "spectral radius"),
        ("lstm", {"scale": float("nan")}, "spectral radius"),
        ("lstm", {"scale": float("inf")}, "spectral radius"),
    ],
)
def test_what_cannot_be(kind: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        gradient_flow(kind, **{"length": 5, **options})


def test_no_weights_at_all_carry_nothing() -> None:
    flow = gradient_flow("rnn_tanh", 5, scale=0.0)
    assert flow.left().tolist() == [1, 0, 0, 0, 0]


# Small things


@pytest.mark.parametrize("limit", [0.1, 1.0, 5.0, 7.5])
def test_clipping_bounds_the_norm(limit: float) -> None:
    rng = np.random.default_rng(0)
    for size in (1e-30, 0.01, 1.0, 4.99, 1e3, 1e100):
        gradient = rng.standard_normal(50)
        gradient *= size / np.linalg.norm(gradient)
        length = float(np.linalg.norm(gradient))
        clipped = gradient * clip_factor(length, limit)
        assert np.linalg.norm(clipped) <= limit * (1 + 1e-14)
        assert np.linalg.norm(clipped) == pytest.approx(min(limit, length), rel=1e-14)
        assert clipped @ gradient == pytest.approx(np.linalg.norm(clipped) * length, rel=1e-12)  # the same direction
    assert clip_factor(0.0, limit) == 1.0


def test_a_curve_in_shares() -> None:
    assert relative(np.array([1e-40, 2.0, 4.0])).tolist() == [1, 0.5, 2.5e-41]
    assert relative(np.zeros(3)).tolist() == [0, 0, 0]
    left = np.array([1, 0.5, 0.01, 0.02, 0.001])
    assert steps_to(left) == 2
    assert steps_to(left, 0.0005) is None
    short, long = Curve("gru", np.array([1.0, 2.0])), Curve("gru", 0.5 ** np.arange(59, -1, -1))
    assert (short.reach, short.far, short.factor) == (1, 0.5, 0.5)
    assert (long.reach, long.far) == (40, 0.5**40)
    assert long.factor == pytest.approx(0.5)
    alone = Curve("gru", np.array([1.0]))
    assert (alone.reach, alone.far, alone.factor) == (0, 1.0, 1.0)
    assert [other_bias(bias) for bias in (-1.0, 0.0, 1.25, 1.5, 4.0)] == [3, 3, 3, 0, 0]
    assert openness(0.0) == 0.5


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_page_asks_for_is_the_flow(kind: str) -> None:
    found, flow = curve(kind, 45, 1.0, 30, 7), gradient_flow(kind, 45, forget_bias=1.0, window=30, seed=7)
    assert type(found) is Curve
    assert (found.norms == flow.norms).all()
    assert (found.kept, found.wide, found.units) == (flow.kept, flow.wide, flow.units)
