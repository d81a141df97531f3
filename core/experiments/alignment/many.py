"""Over many sentences: does the probability of a word fall when what it looked at most is hidden? No torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float, Int

from core.experiments.alignment.results import FELT, HALF, Alignment
from core.experiments.intervals import middle
from core.generation.seeds import checked

RESAMPLES = 2000
EDGES = (0.0, 0.01, 0.03, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0)  # of the weight, for the curve
EXAMPLES = 12


@dataclass(frozen=True)
class Share:
    """A mean with its 95 % interval from drawing the sentences again (Efron 1979)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Example:
    """A target word that looked at one source word while it needed another one: weights, and nats lost."""

    source: str
    target: str
    looked: str
    looked_weight: float
    looked_cost: float
    needed: str
    needed_cost: float


@dataclass(frozen=True)
class Study:
    """What was found over `sentences` sentences, one entry a target word.

    - `sentence`: which one it is from. `agree`: looked at most is needed most. `chance`: of picking that by chance.
    - `diagonal`: whether the word at the same share of the sentence is the one that was needed most.
    - `most`, `second`: nats lost without the word looked at most, and without the second. `other`: share of all source
      words but the first without which more than half of the probability is lost.
    - `pair_weights`, `pair_costs`, `pair_sentence`: one entry for each pair of a target and a source word.
    """

    model: str
    sentences: int
    sentence: Int[np.ndarray, "words"]
    agree: Bool[np.ndarray, "words"]
    chance: Float[np.ndarray, "words"]
    diagonal: Bool[np.ndarray, "words"]
    most: Float[np.ndarray, "words"]
    second: Float[np.ndarray, "words"]
    other: Float[np.ndarray, "words"]
    pair_weights: Float[np.ndarray, "pairs"]
    pair_costs: Float[np.ndarray, "pairs"]
    pair_sentence: Int[np.ndarray, "pairs"]
    examples: tuple[Example, ...]

    def shares(self) -> dict[str, Share]:
        """Return how often "looked", "diagonal" and "chance" name the word needed most."""
        columns = {"looked": self.agree, "diagonal": self.diagonal, "chance": self.chance}
        return {name: mean_of(values.astype(float), self.sentence) for name, values in columns.items()}

    def halved(self) -> dict[str, Share]:
        """Return how many words lose more than half of their probability without the word looked at "most", "second", "other"."""
        columns = {"most": self.most > HALF, "second": self.second > HALF, "other": self.other}
        return {name: mean_of(values.astype(float), self.sentence) for name, values in columns.items()}


@dataclass(frozen=True)
class Bin:
    """Pairs with weights from `low` to `high`: how many, their mean weight, and the share that loses more than half."""

    low: float
    high: float
    pairs: int
    weight: float
    halved: Share


def gather(found: Sequence[Alignment]) -> Study:
    """Return what these sentences say together; raises `ValueError` for none."""
    if not found:
        raise ValueError("there is no sentence to look at")
    tables = [each.words for each in found]
    sizes = [len(table.target) for table in tables]
    examples = sorted((one for each in found for one in unlike(each)), key=lambda one: one.needed_cost, reverse=True)
    ranked = [np.argsort(-table.weights, axis=1, kind="stable") for table in tables]

    def cost(rank: int) -> np.ndarray:
        return np.concatenate(
            [np.take_along_axis(t.costs, r[:, [rank]], 1)[:, 0] for t, r in zip(tables, ranked, strict=True)]
        )

    most = cost(0)
    halves = np.concatenate([(table.costs > HALF).sum(1) for table in tables]) - (most > HALF)
    others = np.concatenate([np.full(len(t.target), max(len(t.source) - 1, 1)) for t in tables])
    return Study(
        model=found[0].model,
        sentences=len(found),
        sentence=np.repeat(np.arange(len(found)), sizes),
        agree=np.concatenate([table.agree for table in tables]),
        chance=np.concatenate([np.full(len(t.target), 1 / len(t.source), np.float32) for t in tables]),
        diagonal=np.concatenate([diagonal(len(t.target), len(t.source) - 1) == t.needed for t in tables]),
        most=most,
        second=cost(1),
        other=(halves / others).astype(np.float32),
        # Kept in half precision: they are counted, not compared.
        pair_weights=np.concatenate([table.weights.ravel() for table in tables]).astype(np.float16),
        pair_costs=np.concatenate([table.costs.ravel() for table in tables]).astype(np.float16),
        pair_sentence=np.repeat(np.arange(len(found)), [table.weights.size for table in tables]).astype(np.int16),
        examples=tuple(examples[:EXAMPLES]),
    )


def unlike(alignment: Alignment) -> list[Example]:
    """Return the words that gave one source word half of their weight and more, lost less than `FELT` nats without it,
    and ten times that without another one.
    """
    table, found = alignment.words, []
    for row, (one, other) in enumerate(zip(table.looked, table.needed, strict=True)):
        weights, costs = table.weights[row], table.costs[row]
        if weights[one] >= 0.5 and costs[one] < FELT and costs[other] >= 10 * FELT:
            found.append(
                Example(
                    source=alignment.text,
                    target=table.target[row],
                    looked=table.source[one],
                    looked_weight=float(weights[one]),
                    looked_cost=float(costs[one]),
                    needed=table.source[other],
                    needed_cost=float(costs[other]),
                )
            )
    return found


def diagonal(target: int, source: int) -> Int[np.ndarray, "target"]:
    """Return the source position at the same share of the sentence as each target's: the guess of who knows no words."""
    shares = (np.arange(target) + 0.5) / max(target, 1)
    return np.minimum((shares * source).astype(int), max(source - 1, 0))


def mean_of(values: Float[np.ndarray, "n"], sentence: Int[np.ndarray, "n"], *, seed: int = 0) -> Share:
    """Return the mean of the values and its 95 % interval: whole sentences are drawn again, as words of one hang together.

    nan for no values.
    """
    if not len(values):
        return Share(float("nan"), float("nan"), float("nan"))
    names, which = np.unique(sentence, return_inverse=True)
    sums, counts = np.bincount(which, values), np.bincount(which)
    drawn = np.random.default_rng(checked(seed)).integers(0, len(names), (RESAMPLES, len(names)))
    means = sums[drawn].sum(1) / counts[drawn].sum(1)
    low, high = middle(means)
    return Share(float(values.mean()), float(low), float(high))


def curve(study: Study, edges: Sequence[float] = EDGES) -> list[Bin]:
    """Return how many pairs lose more than half, by the weight between them; bins without pairs are left out."""
    bins = []
    for low, high in pairwise(edges):
        inside = (study.pair_weights >= low) & ((study.pair_weights < high) | (high == edges[-1]))
        if inside.any():
            halved = mean_of((study.pair_costs[inside] > HALF).astype(float), study.pair_sentence[inside])
            bins.append(
                Bin(low, high, int(inside.sum()), float(study.pair_weights[inside].astype(float).mean()), halved)
            )
    return bins
