"""A probe: a logistic regression on one vector, to see what can be read from it (Alain and Bengio 2016)."""

import numpy as np
from jaxtyping import Bool, Float, Int

from core.data.pronouns import probe_sentences
from core.experiments.attention_search.reading import encoder
from core.experiments.self_attention.results import WIDTH, Probe
from core.progress import Steps

PENALTY = 0.1  # of the squared weights
PARTS = 13  # of the nouns: each part is read by a probe that was fitted on the others
DRAWS, SEED = 2_000, 0


def fit_probe() -> Steps[Probe]:
    """Fit the probe on the vector of "it" after the last layer; yields (sentences read, all sentences)."""
    reader = yield from encoder()
    sentences = probe_sentences()
    vectors = np.zeros((len(sentences), WIDTH))
    for row, (text, _, _) in enumerate(sentences):
        yield row, len(sentences)
        trace = reader.trace(text)
        vectors[row] = trace.hidden[-1, trace.tokens.index("it")]
    living = np.array([each for _, _, each in sentences])
    names = [noun for _, noun, _ in sentences]
    nouns = np.array([list(dict.fromkeys(names)).index(noun) for noun in names])
    correct = held_out(vectors, living, nouns)
    by_noun = np.array([correct[nouns == noun].mean() for noun in range(nouns.max() + 1)])
    drawn = np.random.default_rng(SEED).choice(by_noun, (DRAWS, len(by_noun))).mean(1)
    low, high = np.quantile(drawn, (0.025, 0.975))
    mean, scale, weights, bias = _standardised(vectors, living)
    return Probe(
        mean, scale, weights, bias, float(correct.mean()), float(low), float(high), len(by_noun), len(sentences)
    )


def held_out(
    vectors: Float[np.ndarray, "rows width"], labels: Bool[np.ndarray, "rows"], groups: Int[np.ndarray, "rows"]
) -> Bool[np.ndarray, "rows"]:
    """Return which rows are read correctly by a probe that has seen no row of their group."""
    correct = np.zeros(len(labels), bool)
    for part in range(PARTS):
        kept = groups % PARTS == part
        mean, scale, weights, bias = _standardised(vectors[~kept], labels[~kept])
        correct[kept] = ((vectors[kept] - mean) / scale @ weights + bias > 0) == labels[kept]
    return correct


def logistic(
    x: Float[np.ndarray, "rows width"], labels: Bool[np.ndarray, "rows"], penalty: float, steps: int = 50
) -> tuple[Float[np.ndarray, "width"], float]:
    """Return the weights and the bias with the least mean loss + penalty |w|^2, found by Newton's method."""
    rows = np.concatenate([x, np.ones((len(x), 1))], 1)
    target = labels.astype(np.float64)
    ridge = np.append(np.full(x.shape[1], 2 * penalty), 0.0)
    w = np.zeros(rows.shape[1])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-rows @ w))
        gradient = rows.T @ (p - target) / len(x) + ridge * w
        hessian = (rows.T * (p * (1 - p))) @ rows / len(x) + np.diag(ridge)
        step = np.linalg.solve(hessian, gradient)
        w -= step
        if np.abs(step).max() < 1e-10:
            break
    return w[:-1], float(w[-1])


def _standardised(
    vectors: Float[np.ndarray, "rows width"], labels: Bool[np.ndarray, "rows"]
) -> tuple[Float[np.ndarray, "width"], Float[np.ndarray, "width"], Float[np.ndarray, "width"], float]:
    mean, scale = vectors.mean(0), vectors.std(0) + 1e-6
    weights, bias = logistic((vectors - mean) / scale, labels, PENALTY)
    return mean, scale, weights, bias
