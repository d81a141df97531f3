"""Where a plain RNN can learn: what is left at the first step, over the scale of the weights and the length."""

from collections.abc import Generator

import numpy as np
import torch
from jaxtyping import Float

from core.experiments.vanishing_gradients import Landscape, Settings
from core.experiments.vanishing_gradients.chains import norm
from core.experiments.vanishing_gradients.flow import inputs_for, layer_for
from core.experiments.vanishing_gradients.spectrum import Progress
from core.models.rnn import RNN

SCALES = tuple(round(0.5 + 0.1 * i, 1) for i in range(16))  # to 2.0: the far side of the band too
LENGTHS = (5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 120, 140, 160, 180, 200)


def landscape(
    settings: Settings, scales: tuple[float, ...] = SCALES, lengths: tuple[int, ...] = LENGTHS
) -> Generator[Progress, None, Landscape]:
    """Yield (scales done, scales) and return what is left at the first step of each scale and length, on noise.

    The kind is the settings' plain RNN, a tanh RNN for the others. Each cell is what `gradient_flow` gives.
    """
    kind = "rnn_relu" if settings.kind == "rnn_relu" else "rnn_tanh"
    base = Settings(kind, max(lengths), hidden_size=settings.hidden_size, seed=settings.seed)
    inputs = inputs_for(base)
    left = []
    for done, scale in enumerate(scales):
        layer = layer_for(kind, Settings(**{**vars(base), "scale": scale}))
        assert isinstance(layer, RNN)
        left.append(_first_of_last(layer, inputs, np.array(lengths)))
        yield done + 1, len(scales)
    return Landscape(kind, np.array(scales), np.array(lengths), np.array(left))


def _first_of_last(
    layer: RNN, inputs: Float[np.ndarray, "time features"], lengths: np.ndarray
) -> Float[np.ndarray, "lengths"]:
    """Return ||dL/dx_1|| / ||dL/dx_T|| for each length T: the last T inputs, all lengths side by side."""
    ih, hh = layer.weight_ih_l0.detach().numpy(), layer.weight_hh_l0.detach().numpy()
    with torch.no_grad():
        drive = layer.weigh_input(torch.from_numpy(inputs)).numpy() + layer.bias_hh_l0.numpy()
    starts = len(inputs) - lengths
    h = np.zeros((len(lengths), layer.hidden_size))
    slopes = np.zeros((len(inputs), *h.shape))
    for t, pushed in enumerate(drive):
        a = pushed + h @ hh.T
        h = np.tanh(a) if layer.nonlinearity == "tanh" else np.maximum(a, 0.0)
        h[starts > t] = 0.0  # those have not begun
        slopes[t] = 1 - h**2 if layer.nonlinearity == "tanh" else h > 0
    g, first, last = np.ones_like(h), np.zeros(len(lengths)), np.zeros(len(lengths))
    for t in range(len(inputs) - 1, -1, -1):
        a = slopes[t] * g
        if t == len(inputs) - 1:
            last = _norm(a @ ih)
        begins = starts == t
        if begins.any():
            first[begins] = _norm(a[begins] @ ih)
        g = a @ hh
    return np.divide(first, last, out=np.zeros_like(first), where=last > 0)


def _norm(vectors: Float[np.ndarray, "n width"]) -> Float[np.ndarray, "n"]:
    return norm(torch.from_numpy(vectors)).numpy()
