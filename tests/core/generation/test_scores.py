"""Log-probabilities in numpy against torch's."""

import numpy as np
import torch

from core.generation.scores import log_probabilities


def test_it_is_torchs_log_softmax_and_no_large_score_is_too_large() -> None:
    scores = np.random.default_rng(0).normal(0, 5, (4, 3, 50)).astype(np.float32)
    scores[0, 0, 0] = 3e38
    given = scores.copy()
    expected = torch.from_numpy(scores).double().log_softmax(-1).numpy()
    np.testing.assert_allclose(log_probabilities(scores), expected, rtol=1e-12)
    np.testing.assert_array_equal(scores, given)
    np.testing.assert_allclose(log_probabilities(scores[1, 1]), expected[1, 1], rtol=1e-12)
