"""A seed at the edge of what is allowed, in our own words wherever numbers are drawn."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from core.experiments.character_writing import write
from core.generation.decoding import Sampling, uniform
from core.generation.seeds import LARGEST, checked
from core.pretrained.characters import load_character_model
from core.progress import finish

DRAWERS: dict[str, Callable[[int], Any]] = {
    "a token's number": lambda seed: uniform(seed, 3),
    "a text": lambda seed: Sampling(seed=seed).seed,
    "characters": lambda seed: finish(write(load_character_model("gru"), "The ", 3, seed=seed)).text,
}
WORDS = f"a seed is a whole number from 0 to {LARGEST}, not "


@pytest.mark.parametrize("drawer", DRAWERS)
@pytest.mark.parametrize("seed", [-1, -(2**63), LARGEST + 1, 2**128, 10**400])
def test_a_seed_that_nothing_can_start_from(seed: int, drawer: str) -> None:
    with pytest.raises(ValueError, match=WORDS) as caught:
        DRAWERS[drawer](seed)
    assert len(str(caught.value)) < 130


@pytest.mark.parametrize("drawer", DRAWERS)
def test_the_largest_seed_is_one_like_others(drawer: str) -> None:
    assert DRAWERS[drawer](LARGEST) == DRAWERS[drawer](LARGEST)
    DRAWERS[drawer](0)


def test_numpy_and_torch_take_what_is_checked() -> None:
    for seed in (0, LARGEST):
        np.random.default_rng(checked(seed))
        torch.Generator().manual_seed(checked(seed))
