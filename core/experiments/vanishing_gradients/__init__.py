"""Vanishing gradients: how much of the last step's gradient reaches each step before it, and what that means for learning.

The public names of the lesson. Functions import what computes (torch) when they are called; what they return is in
`results`, plain numpy.

The convention for "how much is left": the norm of the gradient of the sum of the last hidden state with respect to
the input at a step, divided by the same norm at the last step. At the defaults (64 units, weights as torch draws
them, 16 standard normal numbers a step) a tanh RNN keeps about 1e-11 of it 40 steps back, a GRU and an LSTM with
forget bias 0 a few 1e-9, an LSTM with forget bias 1 about 5e-4 and with 3 a half.
"""

from core.experiments.vanishing_gradients.results import RATE, Cliff, Curve, GradientFlow, Reading, Settings, Training
from core.progress import Steps, doing


def gradient_flow(
    kind: str,
    length: int,
    *,
    hidden_size: int = 64,
    seed: int = 0,
    scale: float | None = None,
    forget_bias: float = 0.0,
    window: int = 0,
    text: str = "",
) -> GradientFlow:
    """Return how much gradient of the sum of the last hidden state reaches each of `length` steps.

    kind: one of `results.KINDS`. Weights are drawn as torch.nn draws them, from `seed`; then the recurrent matrix, of
    LSTM and GRU each block of it, is brought to spectral radius `scale` (None: left alone), and the forget gate's bias
    of an LSTM set to `forget_bias`. Inputs are 16 standard normal numbers a step, drawn from the last step backwards, so
    that a longer sequence only adds a past; for a `text` each character has its own, and its last `length` characters
    are read. `window`: gradients flow through so many last steps only (truncated backpropagation), 0 for all.
    Raises `ValueError` for values that cannot be. Source: Pascanu, Mikolov and Bengio 2013, eq. 3 to 5.
    """
    from core.experiments.vanishing_gradients import flow

    return flow.flow(Settings(kind, length, scale, forget_bias, hidden_size, seed, window, text))


def curve(kind: str, length: int, forget_bias: float, window: int, seed: int) -> Curve:
    """Return the curve of `gradient_flow` for these settings, without weights and inputs."""
    from core.experiments.vanishing_gradients import flow

    return flow.curve(Settings(kind, length, forget_bias=forget_bias, window=window, seed=seed))


@doing("Training", "update")
def training(kind: str, scale: float | None, forget_bias: float, limit: float, seed: int) -> Steps[Training]:
    """Train one layer on the small recall task of `task.Task`; `limit` clips the gradient's norm, 0 leaves it.

    Yields (updates done, updates). Raises as `cliff` does.
    """
    from core.experiments.vanishing_gradients import task

    return task.train(Settings(kind, scale=scale, forget_bias=forget_bias, seed=seed), RATE, limit)


@doing("Training", "update")
def cliff(kind: str, scale: float, forget_bias: float, limit: float, seed: int) -> Steps[Cliff]:
    """Train one layer on the same task with clipping at `limit` and without, and walk along the steepest gradient.

    Yields (steps done, steps). Raises `ValueError` for a kind without a recurrent matrix, or a limit that is not positive.
    """
    from core.experiments.vanishing_gradients import task

    return task.cliff(Settings(kind, scale=scale, forget_bias=forget_bias, seed=seed), RATE, limit)


@doing("Reading your text", "model")
def reading(text: str) -> Steps[Reading]:
    """Follow the gradient of the last character's loss back through a text, in the trained character models.

    Yields (models done, models). Raises `ValueError` for a text of fewer than two characters.
    """
    from core.experiments.vanishing_gradients import models

    return models.reading(text)
