"""When each token is said: a path through the cross-attention that never goes back in time."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

SMOOTHED = 7  # frames under the median


def starts(weights: Float[np.ndarray, "heads tokens frames"]) -> Int[np.ndarray, "tokens"]:
    """Return at which frame (from 0) each token begins.

    weights: each head's on the frames. What all tokens of a head attend to alike is taken out, flicker smoothed, the heads
    averaged, and the path of largest weight found on which tokens and frames only go on. Source: the code that came with
    Radford et al. 2022 (openai/whisper, timing.py). Raises `ValueError` where there is no token or no frame.
    """
    if 0 in weights.shape:
        raise ValueError(f"weights of shape {weights.shape} hold no path")
    # (weight - its mean over the tokens) / deviation, so that a head that always looks at one frame counts for nothing
    spread = np.maximum(weights.std(1, keepdims=True), 1e-9)
    even = median((weights - weights.mean(1, keepdims=True)) / spread).mean(0)
    way = np.array(path(-even))
    begun: np.ndarray = way[np.searchsorted(way[:, 0], np.arange(weights.shape[1])), 1]
    return begun


def median(values: Float[np.ndarray, "heads tokens frames"]) -> Float[np.ndarray, "heads tokens frames"]:
    """Return the median of each value and its neighbours in time, mirrored at both ends; too short a row as it is."""
    side = SMOOTHED // 2
    if values.shape[-1] <= side:
        return values
    around = np.pad(values, ((0, 0), (0, 0), (side, side)), "reflect")
    found: np.ndarray = np.median(np.lib.stride_tricks.sliding_window_view(around, SMOOTHED, axis=-1), axis=-1)
    return found


def path(costs: Float[np.ndarray, "rows columns"]) -> Sequence[tuple[int, int]]:
    """Return the cheapest way from the first row and column to the last by steps right, down or both.

    Dynamic time warping (Sakoe and Chiba 1978): D[i, j] = cost[i, j] + min(D[i-1, j-1], D[i-1, j], D[i, j-1]).
    """
    rows, columns = costs.shape
    total = [[np.inf] * (columns + 1) for _ in range(rows + 1)]  # lists: no product here is worth an array
    total[0][0] = 0.0
    for i, row in enumerate(costs.tolist()):
        above, here = total[i], total[i + 1]
        for j, cost in enumerate(row):
            here[j + 1] = cost + min(above[j], above[j + 1], here[j])
    at, found = (rows, columns), []
    while at != (0, 0):
        i, j = at
        found.append((i - 1, j - 1))
        at = min(((i - 1, j - 1), (i - 1, j), (i, j - 1)), key=lambda one: total[one[0]][one[1]])
    return found[::-1]
