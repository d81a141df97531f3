"""Logistic regression: the smallest classifier, and what is read from other models' vectors with.

p = 1 / (1 + e^-(w . x + b)), with the least mean loss + penalty |w|^2 (Cox 1958; as a probe, Alain and Bengio 2016).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

STEPS = 50


@dataclass(frozen=True)
class Logistic:
    """A fitted regression on standardised vectors: mean and scale of each number, a weight for each, and a bias."""

    mean: Float[np.ndarray, "width"]
    scale: Float[np.ndarray, "width"]
    weights: Float[np.ndarray, "width"]
    bias: float

    def read(self, vectors: Float[np.ndarray, "*rows width"]) -> Float[np.ndarray, "*rows"]:
        """Return the probability of True for each vector."""
        # p = 1 / (1 + e^-(w . (x - mean) / scale + b))
        scores = ((vectors - self.mean) / self.scale) @ self.weights + self.bias
        return np.asarray(1 / (1 + np.exp(-scores)))


def fit(x: Float[np.ndarray, "rows width"], labels: Bool[np.ndarray, "rows"], penalty: float = 0.1) -> Logistic:
    """Return the regression that tells the rows with True from the others."""
    mean, scale = x.mean(0), x.std(0) + 1e-6
    return Logistic(mean, scale, *newton((x - mean) / scale, labels, penalty))


def newton(
    x: Float[np.ndarray, "rows width"], labels: Bool[np.ndarray, "rows"], penalty: float
) -> tuple[Float[np.ndarray, "width"], float]:
    """Return the weights and the bias with the least loss, found by Newton's method."""
    rows = np.concatenate([x, np.ones((len(x), 1))], 1)
    ridge = np.append(np.full(x.shape[1], 2 * penalty), 0.0)
    w = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-rows @ w))
        gradient = rows.T @ (p - labels) / len(x) + ridge * w
        step = np.linalg.solve((rows.T * (p * (1 - p))) @ rows / len(x) + np.diag(ridge), gradient)
        w -= step
        if np.abs(step).max() < 1e-10:
            break
    return w[:-1], float(w[-1])


def held_out(
    x: Float[np.ndarray, "rows width"],
    labels: Bool[np.ndarray, "rows"],
    groups: Int[np.ndarray, "rows"],
    parts: int,
    penalty: float = 0.1,
) -> Bool[np.ndarray, "rows"]:
    """Return which rows are read correctly by a regression that has seen no row of their group; groups count from 0."""
    correct = np.zeros(len(labels), bool)
    for part in range(parts):
        out = groups % parts == part
        correct[out] = (fit(x[~out], labels[~out], penalty).read(x[out]) > 0.5) == labels[out]
    return correct
