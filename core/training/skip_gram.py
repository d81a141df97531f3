"""What skip-gram is trained on: pairs of a word and one of its neighbours, batch by batch, for as long as is asked."""

from collections.abc import Iterator

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor


def batches(
    ids: Int[np.ndarray, "text"], kept: Float[np.ndarray, "words"], window: int, batch: int, rng: np.random.Generator
) -> Iterator[tuple[int, Tensor, Tensor]]:
    """Yield passes so far, middles and neighbours without end: each word with those at most 1 to `window` away (by chance)."""
    passes = 0
    while True:
        passes += 1
        text = ids[rng.random(len(ids)) < kept[ids]]
        sizes = rng.integers(1, window + 1, len(text))
        middles, others = [], []
        for away in range(1, window + 1):
            wide = np.flatnonzero(sizes >= away)
            after, before = wide[wide + away < len(text)], wide[wide >= away]
            middles += [text[after], text[before]]
            others += [text[after + away], text[before - away]]
        pairs = np.stack([np.concatenate(middles), np.concatenate(others)])
        one, two = torch.from_numpy(pairs[:, rng.permutation(pairs.shape[1])])
        for start in range(0, len(one), batch):
            yield passes, one[start : start + batch], two[start : start + batch]
