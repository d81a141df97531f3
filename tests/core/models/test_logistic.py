"""Logistic regression against torch's loss, minimised by torch."""

import numpy as np
import torch

from core.models.logistic import fit, held_out, newton


def test_the_regression_is_the_one_that_torch_finds() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(60, 5))
    labels = x @ rng.normal(size=5) + rng.normal(size=60) > 0
    weights, bias = newton(x, labels, 0.1)
    w = torch.zeros(6, dtype=torch.float64, requires_grad=True)
    by_torch = torch.optim.LBFGS([w], max_iter=500, tolerance_grad=1e-12, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        by_torch.zero_grad()
        scores = torch.from_numpy(x) @ w[:5] + w[5]
        target = torch.from_numpy(labels.astype(np.float64))
        found = torch.nn.functional.binary_cross_entropy_with_logits(scores, target) + 0.1 * (w[:5] ** 2).sum()
        found.backward()
        return found

    by_torch.step(loss)
    np.testing.assert_allclose([*weights, bias], w.detach().numpy(), atol=1e-4)


def test_a_probe_is_measured_on_nouns_that_it_has_not_seen() -> None:
    """Were a noun's own sentences among those that it learns from, this would be read perfectly."""
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(52), 4)
    vectors = rng.normal(size=(52, 40))[groups]  # a noun's vector says nothing of any other noun
    labels = groups < 26
    assert 0.25 < held_out(vectors, labels, groups, 13).mean() < 0.75


def test_vectors_are_standardised() -> None:
    x = np.random.default_rng(2).normal(size=(40, 3)) * [1, 100, 0.01] + 7
    labels = x[:, 1] > 7
    fitted = fit(x, labels)
    weights, bias = newton((x - fitted.mean) / fitted.scale, labels, 0.1)
    wanted = 1 / (1 + np.exp(-((x - x.mean(0)) / (x.std(0) + 1e-6) @ weights + bias)))
    np.testing.assert_allclose(fitted.read(x), wanted, atol=1e-9)
    assert fitted.read(x[0]) == fitted.read(x[:1])[0]
