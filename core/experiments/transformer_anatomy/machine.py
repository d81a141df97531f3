"""The machine of 2017 in numbers: parameters and multiply-adds of each part, for any length, width and depth. No torch.

Counted from the modules in `core.models.transformer`; a test builds those and counts theirs.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Float

Kind = Literal["encoder", "decoder", "both"]
Grown = Literal["length", "width", "depth"]
PARTS = ("embedding", "attention: matrices", "attention: products", "feed-forward", "output")
TIMES = tuple(2.0**n for n in range(-2, 6))  # as large as the paper's, from a quarter to 32 times


@dataclass(frozen=True)
class Machine:
    """The sizes of one machine; the defaults are the base model of Vaswani et al. 2017, reading and writing 64 tokens."""

    kind: Kind = "both"
    width: int = 512
    layers: int = 6
    heads: int = 8
    vocabulary: int = 37_000
    length: int = 64

    @property
    def inner(self) -> int:
        """Return the units of the feed-forward network: four times the width."""
        return 4 * self.width

    def grown(self, what: Grown, times: float) -> "Machine":
        """Return it with one of its sizes so many times as large, at least 1."""
        name = {"length": "length", "width": "width", "depth": "layers"}[what]
        return replace(self, **{name: max(1, round(getattr(self, name) * times))})

    @property
    def stacks(self) -> tuple[tuple[str, int], ...]:
        """Return each stack's name and how many attentions a block of it has."""
        found = {"encoder": (("encoder", 1),), "decoder": (("decoder", 1),), "both": (("encoder", 1), ("decoder", 2))}
        return found[self.kind]

    def parameters(self) -> dict[str, int]:
        """Return the parameters of each part; norms are counted with what they norm, the output is the embedding again."""
        d, f = self.width, self.inner
        attentions = self.layers * sum(count for _, count in self.stacks)
        blocks = self.layers * len(self.stacks)
        return {
            "embedding": self.vocabulary * d,
            # four matrices and their biases, and a norm
            "attention: matrices": attentions * (4 * d * d + 4 * d + 2 * d),
            "attention: products": 0,
            "feed-forward": blocks * (2 * d * f + f + d + 2 * d),
            "output": 0,
        }

    def multiply_adds(self) -> dict[str, int]:
        """Return the multiplications (each with its addition) of each part, for `length` tokens read and as many written."""
        d, f, n = self.width, self.inner, self.length
        attentions = self.layers * sum(count for _, count in self.stacks)
        blocks = self.layers * len(self.stacks)
        writes = self.kind != "encoder"
        return {
            "embedding": 0,  # looked up
            "attention: matrices": attentions * 4 * n * d * d,
            "attention: products": attentions * 2 * n * n * d,  # scores and mixtures, all pairs
            "feed-forward": blocks * 2 * n * d * f,
            "output": n * d * self.vocabulary if writes else 0,
        }


def growth(machine: Machine, what: Grown) -> Float[np.ndarray, "parts times"]:
    """Return the multiply-adds of each of `PARTS` with one size from a quarter to 32 times as large."""
    rows = [machine.grown(what, times).multiply_adds() for times in TIMES]
    return np.array([[row[part] for row in rows] for part in PARTS], float)


def doubled(machine: Machine, what: Grown) -> float:
    """Return how many times the work is when one size doubles."""
    return sum(machine.grown(what, 2).multiply_adds().values()) / sum(machine.multiply_adds().values())


def half_from(machine: Machine) -> int:
    """Return the length from which on the products between tokens are more than half of all multiply-adds."""
    low, high = 1, 1 << 24
    while low < high:
        middle = (low + high) // 2
        work = replace(machine, length=middle).multiply_adds()
        if 2 * work["attention: products"] > sum(work.values()):
            high = middle
        else:
            low = middle + 1
    return low
