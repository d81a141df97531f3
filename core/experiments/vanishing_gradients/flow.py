"""Runs one layer of each kind on the same input and follows the gradient back: `core.experiments.vanishing_gradients`."""

from typing import cast

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from core.experiments.vanishing_gradients.chains import Chain, GRUChain, LSTMChain, RNNChain, norm, walk_back
from core.experiments.vanishing_gradients.results import FEATURES, KINDS, WIDE, Curve, GradientFlow, Settings
from core.generation.seeds import checked
from core.models.attention import scaled_dot_product
from core.models.char_lm import Kind, recurrent_layer
from core.models.gru import GRU
from core.models.lstm import LSTM
from core.models.recurrent import Recurrent
from core.models.rnn import RNN


def check(settings: Settings) -> None:
    """Raise `ValueError` for what cannot be computed."""
    if settings.kind not in KINDS:
        raise ValueError(f"there is no kind {settings.kind!r}, only {', '.join(KINDS)}")
    if settings.length < 1 or settings.hidden_size < 1:
        raise ValueError("a sequence has at least one step and a layer at least one unit")
    if settings.seed < 0 or settings.window < 0:
        raise ValueError("a seed and a window are not negative")
    if settings.scale is not None and not 0 <= settings.scale < np.inf:
        raise ValueError("a spectral radius is a number of at least 0")


def inputs_for(settings: Settings) -> Float[np.ndarray, "time features"]:
    """Return what is read: noise, or the last `length` characters of the text, each with 16 numbers of its own."""
    if settings.text:
        drawn: dict[str, np.ndarray] = {}
        for character in settings.text[-settings.length :]:
            if character not in drawn:
                rng = np.random.default_rng((checked(settings.seed), 2, ord(character)))
                drawn[character] = rng.standard_normal(FEATURES)
        return np.array([drawn[character] for character in settings.text[-settings.length :]])
    rng = np.random.default_rng((checked(settings.seed), 1))
    return rng.standard_normal((settings.length, FEATURES))[::-1].copy()


def layer_for(settings: Settings) -> Recurrent:
    """Return the layer: weights as torch draws them, then the reader's scale and forget-gate bias."""
    kind, width = cast(Kind, settings.kind), settings.hidden_size
    layer = recurrent_layer(kind, FEATURES, width, seed=settings.seed, dtype=torch.float64)
    with torch.no_grad():
        for block in layer.weight_hh_l0.split(width) if settings.scale is not None else ():
            radius = float(torch.linalg.eigvals(block).abs().max())
            # W <- W * scale / rho(W)
            block.mul_((settings.scale or 0.0) / radius if radius > 0 else 0.0)
        if isinstance(layer, LSTM):
            layer.set_forget_bias(settings.forget_bias)
    return layer


@torch.no_grad()
def chain_of(
    layer: Recurrent, inputs: Float[np.ndarray, "time features"]
) -> tuple[Chain, Float[Tensor, "hidden"] | None]:
    """Run a float64 layer over the inputs; return what the chain rule needs, and how open each unit's gate was on average."""
    x = torch.from_numpy(inputs)[None]
    ih, hh = layer.weight_ih_l0.detach(), layer.weight_hh_l0.detach()
    trace = layer.trace(x)
    found = {name: torch.from_numpy(values[0]) for name, values in vars(trace).items()}
    h = found["hidden"]
    if isinstance(layer, RNN):
        slope = 1 - h**2 if layer.nonlinearity == "tanh" else (h > 0).double()
        return RNNChain(ih, hh, h, slope), None
    if isinstance(layer, LSTM):
        i, f, o, g, c = (found[name] for name in ("input", "forget", "output", "candidate", "cell"))
        seen = c.tanh()
        into = torch.cat([g * i * (1 - i), _shifted(c) * f * (1 - f), i * (1 - g**2)], 1)
        return LSTMChain(ih, hh, h, f, into, seen * o * (1 - o), o * (1 - seen**2)), f.mean(0)
    if isinstance(layer, GRU):
        r, z, n = (found[name] for name in ("reset", "update", "candidate"))
        old, width = _shifted(h), h.shape[1]
        candidate = old @ hh[2 * width :].T + layer.bias_hh_l0[2 * width :]
        by_candidate, by_update = (1 - z) * (1 - n**2), (old - n) * z * (1 - z)
        return GRUChain(ih, hh, h, z, r, candidate * r * (1 - r), by_update, by_candidate), z.mean(0)
    raise TypeError(f"no chain rule is written out here for {type(layer).__name__}")


def _shifted(values: Float[Tensor, "time hidden"]) -> Float[Tensor, "time hidden"]:
    """Return the values of the step before, zeros before the first."""
    return torch.cat([torch.zeros_like(values[:1]), values[:-1]])


def follow(
    kind: str, chain: Chain, g: Float[Tensor, "hidden"], gate: Float[Tensor, "hidden"] | None, window: int = 0
) -> Curve:
    """Return the curve of a gradient g = dL/dh_T followed back through a chain."""
    rows = walk_back(chain, chain.last(g), max(0, len(chain.hidden) - window) if window else 0)
    # dL/dx_t = W_ih^T dL/da_t
    norms = norm(rows @ chain.weight_ih).numpy()
    if gate is None:
        return Curve(kind, norms)
    return Curve(kind, norms, float(gate.mean()), int((gate > WIDE).sum()), len(gate))


def attend(settings: Settings, inputs: Float[np.ndarray, "time features"]) -> tuple[Curve, dict[str, np.ndarray]]:
    """Return the curve of one causal self-attention layer without positions, and its weights.

    Q = X W_q^T, K = X W_k^T, V = X W_v^T (Vaswani et al. 2017, eq. 1); the objective is the sum of the last output. A
    window cuts the gradient to what was read before it, as it does in the others.
    """
    generator = torch.Generator().manual_seed(settings.seed)
    weights: dict[str, Tensor] = {}
    for name in ("weight_q", "weight_k", "weight_v"):
        drawn = torch.empty(settings.hidden_size, FEATURES, dtype=torch.float64)
        weights[name] = drawn.uniform_(-(FEATURES**-0.5), FEATURES**-0.5, generator=generator)
    x = torch.from_numpy(inputs).requires_grad_()
    seen = x
    if settings.window and settings.window < len(inputs):
        seen = torch.cat([x[: -settings.window].detach(), x[-settings.window :]])
    q, k, v = (seen @ weight.T for weight in weights.values())
    causal = torch.ones(len(inputs), len(inputs), dtype=torch.bool).tril()
    output, _ = scaled_dot_product(q, k, v, causal)
    (gradient,) = torch.autograd.grad(output[-1].sum(), x)
    return Curve("attention", norm(gradient).numpy()), {name: weight.numpy() for name, weight in weights.items()}


def flow(settings: Settings) -> GradientFlow:
    """Return one kind's gradient with its weights and inputs; see `vanishing_gradients.gradient_flow`."""
    check(settings)
    inputs = inputs_for(settings)
    if settings.kind == "attention":
        found, weights = attend(settings, inputs)
    else:
        layer = layer_for(settings)
        chain, gate = chain_of(layer, inputs)
        ones = torch.ones(settings.hidden_size, dtype=torch.float64)
        found = follow(settings.kind, chain, ones, gate, settings.window)
        weights = {name: value.numpy(force=True).copy() for name, value in layer.named_parameters()}
    return GradientFlow(**vars(found), weights=weights, inputs=inputs)


def curve(settings: Settings) -> Curve:
    """Return one kind's gradient alone: what is kept and drawn."""
    found = vars(flow(settings))
    return Curve(**{name: found[name] for name in Curve.__dataclass_fields__})
