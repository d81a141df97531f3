"""The numbers of the lesson on vanishing gradients, against torch.nn's own layers and autograd, and the claim itself."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from core.experiments.vanishing_gradients import (
    DEFAULT_TEXT,
    FEATURES,
    KINDS,
    RECURRENT,
    Curve,
    GradientFlow,
    Settings,
    band,
    chains,
    clip_factor,
    dead_from,
    gradient_flow,
    other_bias,
    relative,
    steps_to,
    verdict_on,
    word_at,
)
from core.experiments.vanishing_gradients import flow as flows
from core.experiments.vanishing_gradients import spectrum as spectra
from core.models.recurrent import Recurrent
from core.progress import finish

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


def by_autograd(kind: str, flow: GradientFlow, window: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Norms of the gradient of the last hidden state's sum by every input and by every state, by torch alone."""
    layer, x = torchs(kind, flow), torch.from_numpy(flow.inputs).requires_grad_()
    begin = max(0, len(x) - window) if window else 0
    state: Any = None
    states: list[list[Tensor]] = []
    for t in range(len(x)):
        if t == begin and state is not None:
            state = tuple(s.detach() for s in state) if kind == "lstm" else state.detach()
        with torch.set_grad_enabled(t >= begin):
            _, state = layer(x[None, t : t + 1], state)
        states.append(list(state) if kind == "lstm" else [state])
    wanted = [part for step in states[begin:] for part in step]
    end = states[-1][0].sum()
    found = torch.autograd.grad(end, [x, *wanted], allow_unused=True, materialize_grads=True)
    size = len(states[0])
    grouped = [found[1 + i : 1 + i + size] for i in range(0, len(wanted), size)]
    by_state = [float(torch.cat([g.flatten() for g in group]).norm()) for group in grouped]
    return found[0].norm(dim=1).numpy(), np.array([0.0] * begin + by_state)


def unbounded(kind: str, length: int, **options: Any) -> GradientFlow:
    """A flow without its bound, which takes longer than all the rest."""
    return flows.flow(kind, Settings(kind, length, **options), bounded=False)


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
    by_input, by_state = by_autograd(kind, flow, case.get("window", 0))
    assert flow.kind == kind
    assert flow.norms.shape == (case["length"],)
    assert flow.norms == pytest.approx(by_input, rel=1e-9, abs=0)
    assert flow.state_norms == pytest.approx(by_state, rel=1e-9, abs=0)


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
    assert flow.state_norms is None
    assert flow.bound is None


@recurrent
def test_one_step_is_what_its_jacobian_says(kind: str) -> None:
    """The written-out chain rule against torch's own Jacobian of the layer's step, at every step."""
    settings = Settings(length=4, hidden_size=6, seed=5)
    layer = flows.layer_for(kind, settings)
    chain, _ = flows.chain_of(layer, flows.inputs_for(settings))
    state: Any = layer.start(torch.zeros(1, 6, dtype=torch.float64))
    jacobians, into = chain.jacobians(slice(0, 4)), chain.input_jacobians(slice(0, 4))
    for t, x in enumerate(torch.from_numpy(flows.inputs_for(settings))):
        flat = torch.cat([s[0] for s in state]) if kind == "lstm" else state[0]

        def step(x: Tensor, flat: Tensor, layer: Recurrent = layer) -> Tensor:
            old: Any = flat[None].chunk(2, -1) if kind == "lstm" else flat[None]
            new, _ = layer.step(layer.weigh_input(x[None]), old)
            return torch.cat(new, -1)[0] if kind == "lstm" else new[0]

        by_x, by_state = torch.autograd.functional.jacobian(step, (x, flat))
        assert torch.allclose(jacobians[t], by_state, rtol=1e-10, atol=1e-14)
        assert torch.allclose(into[t], by_x, rtol=1e-10, atol=1e-14)
        g = torch.randn(chain.size, dtype=torch.float64)
        assert torch.allclose(chain.back(g, t)[1], by_state.T @ g, rtol=1e-10, atol=1e-14)
        state, _ = layer.step(layer.weigh_input(x[None]), state)


# The claim


@pytest.mark.parametrize("seed", range(5))
def test_the_claim(seed: int) -> None:
    """At the defaults the tanh RNN's gradient 40 steps back is under a millionth of the last step's."""
    flow = unbounded("rnn_tanh", 60, seed=seed)
    assert flow.norms[-41] / flow.norms[-1] < 1e-6
    assert flow.left()[40] == flow.norms[-41] / flow.norms[-1]


@pytest.mark.parametrize(
    ("kind", "bias", "published"),
    [("rnn_tanh", 0, 1.5e-11), ("gru", 0, 3e-9), ("lstm", 0, 2.5e-9), ("lstm", 1, 3e-4), ("lstm", 3, 0.3)],
)
def test_the_known_orders_of_magnitude(kind: str, bias: float, published: float) -> None:
    settings = [Settings(kind, 60, seed=seed, forget_bias=float(bias)) for seed in range(5)]
    found = [flows.flow(kind, each, bounded=False).left()[40] for each in settings]
    assert abs(np.log10(np.median(found)) - np.log10(published)) < 0.6


@pytest.mark.parametrize("seed", range(3))
def test_the_open_gate_keeps_the_gradient_and_not_the_name(seed: int) -> None:
    settings = [Settings("lstm", forget_bias=bias, seed=seed) for bias in (-1.0, 0.0, 1.0, 3.0)]
    found = [flows.flow("lstm", each, bounded=False) for each in settings]
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
    assert verdict_on(flow.left()) != "vanishes"
    assert flow.left()[40] > 0.1


# The bound


@recurrent
@pytest.mark.parametrize("case", [c for c in CASES if c["length"] > 1], ids=str)
def test_no_norm_is_above_its_bound(kind: str, case: dict[str, Any]) -> None:
    flow = gradient_flow(kind, **case)
    assert flow.bound is not None
    assert flow.state_bound is not None
    assert flow.state_norms is not None
    assert (flow.bound >= flow.norms * (1 - 1e-12)).all()
    assert (flow.state_bound >= flow.state_norms * (1 - 1e-12)).all()
    assert flow.state_bound[-1] == pytest.approx(flow.state_norms[-1])


@recurrent
def test_the_bound_is_the_product_of_largest_singular_values(kind: str) -> None:
    flow, settings = gradient_flow(kind, 12, hidden_size=10), Settings(length=12, hidden_size=10)
    chain, _ = flows.chain_of(flows.layer_for(kind, settings), flows.inputs_for(settings))
    largest = np.linalg.norm(chain.jacobians(slice(0, 12)).numpy(), 2, axis=(1, 2))
    into = np.linalg.norm(chain.input_jacobians(slice(0, 12)).numpy(), 2, axis=(1, 2))
    for t in range(12):
        product = np.sqrt(10) * np.prod(largest[t + 1 :])
        assert flow.state_bound is not None
        assert flow.bound is not None
        assert flow.state_bound[t] == pytest.approx(product, rel=1e-9)
        assert flow.bound[t] == pytest.approx(product * into[t], rel=1e-9)


@recurrent
@pytest.mark.parametrize("hidden", [40, 72])
def test_lanczos_finds_it_from_above(kind: str, hidden: int) -> None:
    settings = Settings(kind, 5, 1.2, hidden_size=hidden)
    chain, _ = flows.chain_of(flows.layer_for(kind, settings), flows.inputs_for(settings))
    exact = np.linalg.norm(chain.jacobians(slice(0, 5)).numpy(), 2, axis=(1, 2))
    found = spectra.lanczos(chain, slice(0, 5)).sqrt().numpy()
    assert (found >= exact * (1 - 1e-12)).all()
    assert found == pytest.approx(exact, rel=1e-3)


# What the controls do


@recurrent
def test_nothing_flows_beyond_the_window(kind: str) -> None:
    free, cut = unbounded(kind, 50), gradient_flow(kind, 50, window=12)
    assert (cut.norms[:-12] == 0).all()
    assert cut.norms[-12:] == pytest.approx(free.norms[-12:], rel=1e-12)
    assert (cut.norms[-12:] > 0).all()
    assert dead_from(cut.left()) == 12
    assert (unbounded(kind, 50, window=50).norms == free.norms).all()
    assert (unbounded(kind, 50, window=300).norms == free.norms).all()


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
    short, long = unbounded(kind, 30), unbounded(kind, 90)
    assert (short.inputs == long.inputs[-30:]).all()
    assert all((short.weights[name] == long.weights[name]).all() for name in short.weights)


def test_inputs_are_standard_normal_and_follow_the_seed() -> None:
    one, other = unbounded("gru", 200), unbounded("gru", 200, seed=1)
    assert one.inputs.mean() == pytest.approx(0, abs=0.05)
    assert one.inputs.std() == pytest.approx(1, abs=0.05)
    assert not (one.inputs == other.inputs).any()
    assert (one.inputs == unbounded("lstm", 200).inputs).all()


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
    assert dead_from(flow.left()) == 1


# All models together


@pytest.mark.parametrize("settings", [Settings(), Settings("lstm", 45, 1.2, 1.0, 32, 7, 30), Settings(text="ab" * 30)])
def test_the_comparison_is_made_of_flows(settings: Settings) -> None:
    found = finish(flows.compare(settings))
    options = {k: v for k, v in vars(settings).items() if k not in ("kind", "length", "trained")}
    assert [curve.kind for curve in found.curves] == list(KINDS)
    for curve in found.curves:
        alone = unbounded(curve.kind, settings.length, **options)
        assert (curve.norms == alone.norms).all()
        assert curve.kept == alone.kept
        assert (curve.bound is None) is (curve.kind != settings.kind)
    other = unbounded("lstm", settings.length, **{**options, "forget_bias": other_bias(settings.forget_bias)})
    assert found.opened == other.left()[found.reach]
    assert (found.read, found.target, found.before) == (settings.text[-60:], "", ())
    assert found.steps == settings.length
    assert found.reach == 40
    assert found.curve("nobody") is None


def test_progress_is_told() -> None:
    seen = list(flows.compare(Settings(length=10)))
    assert seen == sorted(seen)
    assert {total for _, total in seen} == {5}


# The spectrum


@recurrent
def test_the_spectrum_is_that_of_the_jacobians(kind: str) -> None:
    settings = Settings(kind, 9, hidden_size=12, seed=1)
    found = finish(flows.spectrum(settings))
    flow = gradient_flow(kind, 9, hidden_size=12, seed=1)
    chain, _ = flows.chain_of(flows.layer_for(kind, settings), flows.inputs_for(settings))
    for back in range(9):
        jacobian = chain.jacobians(slice(8 - back, 9 - back))[0].numpy()
        values = np.sqrt(np.maximum(np.linalg.eigvalsh(jacobian.T @ jacobian), 0))
        assert found.largest[back] == pytest.approx(values.max(), rel=1e-7)
        assert found.smallest[back] == pytest.approx(values.min(), abs=1e-7)
        assert found.median[back] == pytest.approx(np.median(values), abs=1e-7)
        assert found.smallest[back] <= found.factor[back] <= found.largest[back] * (1 + 1e-9)
        assert found.radius[back] == pytest.approx(np.abs(np.linalg.eigvals(jacobian)).max())
    assert flow.state_norms is not None
    assert found.factor[:-1] == pytest.approx(flow.state_norms[-2::-1] / flow.state_norms[:0:-1], rel=1e-9)
    assert found.size == (24 if kind == "lstm" else 12)
    blocks = np.split(flow.weights["weight_hh_l0"], len(found.recurrent))
    assert found.recurrent == pytest.approx([np.abs(np.linalg.eigvals(block)).max() for block in blocks])


def test_attention_has_no_spectrum() -> None:
    with pytest.raises(ValueError, match="no state"):
        finish(flows.spectrum(Settings("attention")))


# Where a plain RNN can learn


@pytest.mark.parametrize("kind", ["rnn_tanh", "rnn_relu", "lstm"])
def test_a_cell_is_what_the_flow_gives(kind: str) -> None:
    settings = Settings(kind, hidden_size=24, seed=2)
    found = finish(band.landscape(settings, (0.5, 1.1, 1.9), (5, 20, 61)))
    assert found.kind == ("rnn_relu" if kind == "rnn_relu" else "rnn_tanh")
    for row, scale in enumerate((0.5, 1.1, 1.9)):
        for column, length in enumerate((5, 20, 61)):
            flow = gradient_flow(found.kind, length, scale=scale, hidden_size=24, seed=2)
            assert found.left[row, column] == pytest.approx(flow.left()[-1], rel=1e-7)


def test_the_band_is_narrow_and_narrows() -> None:
    found = finish(band.landscape(Settings()))
    inside = (found.left >= 0.01) & (found.left <= 100)
    widths = inside.sum(0)
    assert widths[0] > widths[5] > widths[-1] >= 1
    assert widths[-1] <= 2
    assert not inside[:8, -1].any()  # up to scale 1.2 nothing is left after 200 steps
    assert list(finish(band.landscape(Settings(), (1.0,), (5, 10))).left.shape) == [1, 2]


# Small things


def test_shares() -> None:
    assert relative(np.array([1e-40, 2.0, 4.0])).tolist() == [1, 0.5, 2.5e-41]
    assert relative(np.zeros(3)).tolist() == [0, 0, 0]
    left = np.array([1, 0.5, 0.01, 0.02, 0.001])
    assert steps_to(left) == 2
    assert steps_to(left, 0.0005) is None
    assert dead_from(left) is None
    assert dead_from(np.array([1, 0, 0.1, 0, 0])) == 3
    assert dead_from(np.zeros(2)) == 0
    assert [verdict_on(np.array(v)) for v in ([1, 0.001], [1, 99.0], [1, 0.1], [1, 101.0, 0.0])] == [
        "vanishes",
        "carries",
        "carries",
        "explodes",
    ]
    assert [other_bias(bias) for bias in (-1.0, 0.0, 1.25, 1.5, 4.0)] == [3, 3, 3, 0, 0]


def test_a_curve_in_shares() -> None:
    curve = Curve("gru", np.array([1.0, 2.0]), np.array([1.0, 10.0]), np.array([3.0, 4.0]), np.array([5.0, 20.0]))
    assert curve.left().tolist() == [1, 0.5]
    assert curve.left("state").tolist() == [1, 0.1]
    allowed, allowed_state = curve.allowed(), curve.allowed("state")
    assert allowed is not None
    assert allowed_state is not None
    assert allowed.tolist() == [2, 1.5]
    assert allowed_state.tolist() == [2, 0.5]
    assert replace(curve, bound=None).allowed() is None
    assert replace(curve, norms=np.zeros(2)).allowed() is None


@pytest.mark.parametrize(
    ("text", "back", "found"),
    [
        ("the cat sat", 0, ("t", "sat")),
        ("the cat sat", 2, ("s", "sat")),
        ("the cat sat", 3, (" ", "cat")),
        ("the cat sat", 5, ("a", "cat")),
        ("the cat sat", 10, ("t", "the")),
        ("a", 0, ("a", "a")),
        (" a", 1, (" ", "")),
        ("one\ntwo", 3, ("\n", "one")),
        ("(no)", 3, ("(", "(no)")),
    ],
)
def test_the_word_so_far_back(text: str, back: int, found: tuple[str, str]) -> None:
    assert word_at(text, back) == found


@pytest.mark.parametrize("back", [-1, 3, 100])
def test_there_is_no_word_beyond_the_text(back: int) -> None:
    with pytest.raises(IndexError):
        word_at("abc", back)


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
