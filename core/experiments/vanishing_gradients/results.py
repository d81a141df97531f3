"""The results of the lesson on vanishing gradients: how much of the last step's gradient reaches each step before it.

Plain numpy, so that a page can show what was recorded before torch is imported.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

RECURRENT = ("rnn_tanh", "rnn_relu", "lstm", "gru")
THREE = ("rnn_tanh", "lstm", "gru")  # those that the lesson compares
KINDS = (*RECURRENT, "attention")
NAMES = {"rnn_tanh": "plain RNN", "rnn_relu": "ReLU RNN", "lstm": "LSTM", "gru": "GRU", "attention": "attention"}
FEATURES = 16  # numbers in one input
LENGTH, MAX_LENGTH = 60, 200
FAR = 40  # the steps of the claim
SHARE = 0.01
WIDE = 0.9  # from here on a gate counts as wide open: of what it holds, half is there after 7 steps
DRAWN = 0.58  # about the spectral radius of what torch draws: uniform between +-1/sqrt(n) gives 1/sqrt(3)
STEEP = 1.2  # a spectral radius with which a plain RNN's gradient explodes in training
OPEN, HALF = 3.0, 0.0  # forget biases: a gate 95 % open, and one half open
TASK_STEPS, UPDATES = 20, 60
RATE, LIMIT = 0.3, 1.0  # of the trainings: the step size, and what clipping cuts the norm to
DEFAULT_TEXT = "(The keys that my brother left on the table are still there)"


@dataclass(frozen=True)
class Settings:
    """What a layer and its input are made of; `gradient_flow` says what each means."""

    kind: str = "rnn_tanh"
    length: int = LENGTH
    scale: float | None = None
    forget_bias: float = HALF
    hidden_size: int = 64
    seed: int = 0
    window: int = 0
    text: str = ""


@dataclass(frozen=True)
class Curve:
    """One model's gradient at every step, oldest first; all norms are in float64.

    `norms[t]`: of d(objective)/d(input at t). The objective is the sum of the last hidden state, in a trained model the
    last character's cross-entropy. `kept` is the mean over steps and units of the gate that carries the state on: an
    LSTM's forget gate, a GRU's update gate; `wide` counts the units, of `units`, in which it is above `WIDE` in the
    mean over steps. `probability` is what a trained model gave the character that came.
    """

    kind: str
    norms: Float[np.ndarray, "time"]
    kept: float | None = None
    wide: int | None = None
    units: int | None = None
    probability: float | None = None

    def left(self) -> Float[np.ndarray, "time"]:
        """Return what is left of the last step's gradient at each step back, the last step first; zeros where it has none."""
        return relative(self.norms)

    @property
    def reach(self) -> int:
        """Return 40 steps back, or the first step where there are fewer."""
        return min(FAR, len(self.norms) - 1)

    @property
    def far(self) -> float:
        """Return what is left at `reach`."""
        return float(self.left()[self.reach])

    @property
    def factor(self) -> float:
        """Return what one step back multiplies the gradient by, on (geometric) average up to `reach`."""
        return self.far ** (1 / self.reach) if self.reach else 1.0


@dataclass(frozen=True, kw_only=True)
class GradientFlow(Curve):
    """A curve with what an outsider needs to compute it again.

    `weights` are named and laid out as torch.nn's (an attention layer's: weight_q, weight_k, weight_v, each
    (hidden, features), without biases); `inputs` is (time, features).
    """

    weights: dict[str, np.ndarray]
    inputs: Float[np.ndarray, "time features"]


@dataclass(frozen=True)
class Reading:
    """The trained character models on one text, and (`before`) the same models with the weights that training began from.

    `read` holds what was read, `target` the character to predict; the models do not know those in `unknown`.
    """

    read: str
    target: str
    curves: tuple[Curve, ...]
    before: tuple[Curve, ...]
    unknown: tuple[str, ...]

    def pair(self, kind: str) -> tuple[Curve, Curve]:
        """Return a kind's curve after and before training."""
        place = [curve.kind for curve in self.curves].index(kind)
        return self.curves[place], self.before[place]


@dataclass(frozen=True)
class Training:
    """The loss in nats and the gradient's norm before each update, as long as both were numbers."""

    losses: Float[np.ndarray, "updates"]
    norms: Float[np.ndarray, "updates"]

    @property
    def right(self) -> Float[np.ndarray, "updates"]:
        """Return the probability that the right answer got (geometric mean over the examples): 0.5 is chance."""
        result: np.ndarray = np.exp(-self.losses)
        return result


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

    @property
    def longest(self) -> float:
        """Return the largest norm that a gradient had in either training."""
        return float(max(self.free.norms.max(), self.clipped.norms.max()))

    @property
    def falls(self) -> bool:
        """Return whether an unclipped update ends above where it began and a clipped one does not."""
        return self.landing(clipped=False)[1] > self.start >= self.landing(clipped=True)[1]

    def landing(self, *, clipped: bool) -> tuple[float, float]:
        """Return how far one update goes, and the loss there."""
        distance = self.rate * self.norm * (clip_factor(self.norm, self.limit) if clipped else 1.0)
        place = int(np.abs(self.distances - distance).argmin())
        return distance, float(self.losses[place])


def relative(norms: Float[np.ndarray, "time"]) -> Float[np.ndarray, "time"]:
    """Return norms as shares of the last one, the last step first."""
    return norms[::-1] / norms[-1] if norms[-1] > 0 else np.zeros_like(norms)


def steps_to(left: Float[np.ndarray, "time"], share: float = SHARE) -> int | None:
    """Return the first step back at which no more than `share` is left, None when there is none."""
    below = np.flatnonzero(left <= share)
    return int(below[0]) if len(below) else None


def other_bias(bias: float) -> float:
    """Return the forget bias that the page's question goes to: a gate wide open, or half open when it is that."""
    return OPEN if bias < (OPEN + HALF) / 2 else HALF


def openness(bias: float) -> float:
    """Return how far a forget gate is open that gets nothing but its bias: sigmoid."""
    return float(1 / (1 + np.exp(-bias)))


def clip_factor(norm: float, limit: float) -> float:
    """Return what a gradient of that norm is multiplied by so that its norm is at most `limit`, its direction kept.

    Source: Pascanu, Mikolov and Bengio 2013, algorithm 1.
    """
    # g <- g * min(1, limit / ||g||)
    return min(1.0, limit / norm) if norm > 0 else 1.0
