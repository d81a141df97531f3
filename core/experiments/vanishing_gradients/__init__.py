"""What the lesson on vanishing gradients shows: how much of the last step's gradient reaches each step before it.

Dataclasses and plain numpy only, so that a page can show a recorded result before torch is imported. What runs the
layers is in `_gradient_flow.py` and its neighbours, the chain rule itself in `_gradient_chains.py`.

The convention for "how much is left": the norm of the gradient of the sum of the last hidden state with respect to
the input (or the state) at a step, divided by the same norm at the last step. At the defaults (64 units, weights as
torch draws them, 16 standard normal numbers a step) a tanh RNN keeps about 1e-11 of it 40 steps back, a GRU and an
LSTM with forget bias 0 a few 1e-9, an LSTM with forget bias 1 about 5e-4 and with 3 a half.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

RECURRENT = ("rnn_tanh", "rnn_relu", "lstm", "gru")
KINDS = (*RECURRENT, "attention")
NAMES = {"rnn_tanh": "tanh RNN", "rnn_relu": "ReLU RNN", "lstm": "LSTM", "gru": "GRU", "attention": "attention"}
FEATURES = 16  # numbers in one input
MAX_LENGTH = 200
FAR = 40  # the steps of the claim
SHARE = 0.01
WIDE = 0.9  # from here on a gate counts as wide open: of what it holds, half is there after 7 steps
DRAWN = 0.58  # about the spectral radius of what torch draws: uniform between +-1/sqrt(n) gives 1/sqrt(3)
STEEP = 1.2  # the scale of the trainings where the reader leaves the weights as drawn: those do not explode
TASK_STEPS, UPDATES = 20, 60
RATE, LIMIT = 0.3, 1.0  # of those trainings: the step size, and what clipping cuts the norm to
DEFAULT_TEXT = "(The keys that my brother left on the table are still there)"

Wrt = Literal["input", "state"]


@dataclass(frozen=True)
class Settings:
    """What the reader chose. `scale` None leaves the recurrent weights as drawn; `window` 0 truncates nothing.

    `text` is read where it is not empty, else noise; with `trained` weights it is always read.
    """

    kind: str = "rnn_tanh"
    length: int = 60
    scale: float | None = None
    forget_bias: float = 0.0
    hidden_size: int = 64
    seed: int = 0
    window: int = 0
    text: str = ""
    trained: bool = False


@dataclass(frozen=True)
class Curve:
    """One model's gradient at every step, oldest first; all norms are in float64.

    `norms[t]`: of d(objective)/d(input at t); `state_norms[t]`: with respect to the state that step t leaves (of an
    LSTM h and c together), None where there is none. The objective is the sum of the last hidden state, or with
    trained weights the last character's cross-entropy. `bound` and `state_bound` are what the chain rule allows at
    most: the last step's gradient times the largest singular value of every Jacobian on the way (and of
    d(state)/d(input)), None where they were not asked for. `kept` is the mean over steps and units of the gate that
    carries the state on: an LSTM's forget gate, a GRU's update gate; `wide` counts the units, of `units`, in which it is
    above `WIDE` in the mean over steps. `chance` is what a trained model gave the
    character that came.
    """

    kind: str
    norms: Float[np.ndarray, "time"]
    state_norms: Float[np.ndarray, "time"] | None = None
    bound: Float[np.ndarray, "time"] | None = None
    state_bound: Float[np.ndarray, "time"] | None = None
    kept: float | None = None
    wide: int | None = None
    units: int | None = None
    chance: float | None = None

    def left(self, wrt: Wrt = "input") -> Float[np.ndarray, "time"]:
        """Return what is left of the last step's gradient at each step back, 1 first; zeros when the last step has none."""
        return relative(self.norms if wrt == "input" or self.state_norms is None else self.state_norms)

    def allowed(self, wrt: Wrt = "input") -> Float[np.ndarray, "time"] | None:
        """Return the bound in the same measure and order as `left`."""
        bound = self.bound if wrt == "input" else self.state_bound
        norms = self.norms if wrt == "input" or self.state_norms is None else self.state_norms
        return None if bound is None or not norms[-1] else bound[::-1] / norms[-1]


@dataclass(frozen=True, kw_only=True)
class GradientFlow(Curve):
    """A curve with what an outsider needs to compute it again.

    `weights` are named and laid out as torch.nn's (an attention layer's: weight_q, weight_k, weight_v, each
    (hidden, features), without biases); `inputs` is (time, features).
    """

    weights: dict[str, np.ndarray]
    inputs: Float[np.ndarray, "time features"]


@dataclass(frozen=True)
class Comparison:
    """All models on the same input. `read` holds a character an input, "" for noise; `target` is the one to predict.

    `unknown` are the characters that the trained models do not know.

    `before` are the same trained models' curves with the weights that they started from. `opened` is what is left
    in an LSTM `reach` steps back when its forget-gate bias is `other_bias` of the reader's instead.
    """

    settings: Settings
    curves: tuple[Curve, ...]
    before: tuple[Curve, ...] = ()
    read: str = ""
    target: str = ""
    unknown: tuple[str, ...] = ()
    opened: float = 0.0

    def curve(self, kind: str) -> Curve | None:
        """Return the curve of that kind, None where it is not shown."""
        return next((curve for curve in self.curves if curve.kind == kind), None)

    @property
    def steps(self) -> int:
        """Return how many inputs were read."""
        return len(self.curves[0].norms)

    @property
    def reach(self) -> int:
        """Return 40 steps back, or the first step where there are fewer."""
        return min(FAR, self.steps - 1)


@dataclass(frozen=True)
class Spectrum:
    """What one step can do to a gradient, for the steps at `back` (steps back from the last, ascending).

    Quantiles of the singular values of d(state t)/d(state t-1); `radius` is that Jacobian's own spectral radius at
    `radius_back`; `factor` is what the gradient really was multiplied by on its way through that step; `recurrent`
    are the spectral radii of the recurrent matrix, block by block.
    """

    kind: str
    back: Int[np.ndarray, "steps"]
    largest: Float[np.ndarray, "steps"]
    upper: Float[np.ndarray, "steps"]
    median: Float[np.ndarray, "steps"]
    lower: Float[np.ndarray, "steps"]
    smallest: Float[np.ndarray, "steps"]
    factor: Float[np.ndarray, "steps"]
    radius_back: Int[np.ndarray, "some"]
    radius: Float[np.ndarray, "some"]
    recurrent: tuple[float, ...]
    size: int


@dataclass(frozen=True)
class Landscape:
    """What is left at the first step of a plain RNN's gradient, for each scale (rows) and length (columns)."""

    kind: str
    scales: Float[np.ndarray, "scales"]
    lengths: Int[np.ndarray, "lengths"]
    left: Float[np.ndarray, "scales lengths"]


@dataclass(frozen=True)
class Training:
    """The loss in nats and the gradient's norm before each update, as long as both were numbers."""

    losses: Float[np.ndarray, "updates"]
    norms: Float[np.ndarray, "updates"]


@dataclass(frozen=True)
class Cliff:
    """The same training without and with clipping by norm, and a walk along one gradient.

    The walk starts at update `at` of the clipped training and goes `distances` far against the gradient's direction;
    `losses` are found there. A distance is that between two sets of weights.
    """

    kind: str
    scale: float
    rate: float
    limit: float
    free: Training
    clipped: Training
    at: int
    distances: Float[np.ndarray, "points"]
    losses: Float[np.ndarray, "points"]

    @property
    def norm(self) -> float:
        """Return the norm of the gradient that is walked along."""
        return float(self.clipped.norms[self.at])

    @property
    def start(self) -> float:
        """Return the loss where the walk starts."""
        return float(self.clipped.losses[self.at])

    def landing(self, *, clipped: bool) -> tuple[float, float]:
        """Return how far one update goes, and the loss there."""
        distance = self.rate * self.norm * (clip_factor(self.norm, self.limit) if clipped else 1.0)
        place = int(np.abs(self.distances - distance).argmin())
        return distance, float(self.losses[place])


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

    kind: one of `KINDS`. Weights are drawn as torch.nn draws them, from `seed`; then the recurrent matrix, of LSTM and
    GRU each block of it, is brought to spectral radius `scale` (None: left alone), and the forget gate's bias of an
    LSTM set to `forget_bias`. Inputs are 16 standard normal numbers a step, drawn from the last step backwards, so
    that a longer sequence only adds a past; for a `text` each character has its own, and its last `length` characters
    are read. `window`: gradients flow through so many last steps only (truncated backpropagation), 0 for all.
    Raises `ValueError` for values that cannot be. Source: Pascanu, Mikolov and Bengio 2013, eq. 3 to 5.
    """
    from core.experiments.vanishing_gradients import flow as _gradient_flow

    wanted = Settings(kind, length, scale, forget_bias, hidden_size, seed, window, text)
    return _gradient_flow.flow(kind, wanted, bounded=True)


def relative(norms: Float[np.ndarray, "time"]) -> Float[np.ndarray, "time"]:
    """Return norms as shares of the last one, the last step first."""
    return norms[::-1] / norms[-1] if norms[-1] > 0 else np.zeros_like(norms)


def steps_to(left: Float[np.ndarray, "time"], share: float = SHARE) -> int | None:
    """Return the first step back at which no more than `share` is left, None when there is none."""
    below = np.flatnonzero(left <= share)
    return int(below[0]) if len(below) else None


def dead_from(left: Float[np.ndarray, "time"]) -> int | None:
    """Return the first step back from which on the gradient is exactly zero, None when it never is."""
    alive = np.flatnonzero(left > 0)
    first = int(alive[-1]) + 1 if len(alive) else 0
    return first if first < len(left) else None


def verdict_on(left: Float[np.ndarray, "time"]) -> str:
    """Return "vanishes", "explodes" (a hundred times the last step's, anywhere) or "carries"."""
    if left.max() >= 1 / SHARE:
        return "explodes"
    return "carries" if steps_to(left) is None else "vanishes"


def other_bias(bias: float) -> float:
    """Return the forget-gate bias that the page's question goes to: a gate wide open, or half open when it is that."""
    return 3.0 if bias < 1.5 else 0.0


def word_at(text: str, back: int) -> tuple[str, str]:
    """Return the character so many steps before the last one of a text, and the word that it belongs to.

    The word of a blank is the one before it. Raises `IndexError` where the text does not reach so far back.
    """
    place = len(text) - 1 - back
    if not 0 <= place < len(text):
        raise IndexError(f"the text has {len(text)} characters")
    while place and text[place].isspace():
        place -= 1
    start, end = place, place
    while start and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return text[len(text) - 1 - back], text[start:end]


def clip_factor(norm: float, limit: float) -> float:
    """Return what a gradient of that norm is multiplied by so that its norm is at most `limit`, its direction kept.

    Source: Pascanu, Mikolov and Bengio 2013, algorithm 1.
    """
    # g <- g * min(1, limit / ||g||)
    return min(1.0, limit / norm) if norm > 0 else 1.0
