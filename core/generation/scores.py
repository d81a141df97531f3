"""From a model's scores to probabilities in numpy, for what needs no torch."""

import numpy as np
from jaxtyping import Float


def log_probabilities(scores: Float[np.ndarray, "*rows vocabulary"]) -> Float[np.ndarray, "*rows vocabulary"]:
    """Return the log (natural) of the softmax of each row, in float64."""
    # log p_i = z_i - max z - log sum_j exp(z_j - max z)
    shifted = scores.astype(np.float64)
    shifted -= shifted.max(-1, keepdims=True)
    logs: np.ndarray = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return logs
