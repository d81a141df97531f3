"""Over many sentences: is the source word that a target word looked at most also the one that mattered most? No torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float, Int

from core.experiments.alignment import FELT, Look

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
    """A target word that looked at one source word while another one mattered: weights, and nats lost."""

    source: str
    translation: str
    target: str
    looked: str
    looked_weight: float
    looked_cost: float
    mattered: str
    mattered_weight: float
    mattered_cost: float


@dataclass(frozen=True)
class Study:
    """What was found over `sentences` sentences, one entry a target word.

    - `sentence`: which one it is from. `agree`: looked at most is mattered most. `chance`: of picking that by lot.
    - `diagonal`: whether the word at the same share of the sentence is the one that mattered most.
    - `felt`: whether hiding any word cost it `FELT` nats.
    - `pair_weights`, `pair_costs`, `pair_sentence`: one entry for each pair of a target and a source word.
    """

    model: str
    sentences: int
    sentence: Int[np.ndarray, "words"]
    agree: Bool[np.ndarray, "words"]
    chance: Float[np.ndarray, "words"]
    diagonal: Bool[np.ndarray, "words"]
    felt: Bool[np.ndarray, "words"]
    pair_weights: Float[np.ndarray, "pairs"]
    pair_costs: Float[np.ndarray, "pairs"]
    pair_sentence: Int[np.ndarray, "pairs"]
    examples: tuple[Example, ...]

    def shares(self, *, felt: bool = False) -> dict[str, Share]:
        """Return the shares "looked", "diagonal" and "chance"; with `felt` only over words to which something mattered."""
        kept = self.felt if felt else np.ones(len(self.felt), bool)
        columns = {"looked": self.agree, "diagonal": self.diagonal, "chance": self.chance}
        return {name: mean_of(values[kept].astype(float), self.sentence[kept]) for name, values in columns.items()}


@dataclass(frozen=True)
class Bin:
    """Pairs with weights from `low` to `high`: how many, their mean weight, and the mean loss."""

    low: float
    high: float
    pairs: int
    weight: float
    cost: Share


def gather(looks: Sequence[Look]) -> Study:
    """Return what these sentences say together; raises `ValueError` for none."""
    if not looks:
        raise ValueError("there is no sentence to look at")
    tables = [look.words for look in looks]
    sizes = [len(table.target) for table in tables]
    examples = sorted(
        (example for look in looks for example in unlike(look)), key=lambda each: each.mattered_cost, reverse=True
    )
    return Study(
        model=looks[0].model,
        sentences=len(looks),
        sentence=np.repeat(np.arange(len(looks)), sizes),
        agree=np.concatenate([table.agree for table in tables]),
        chance=np.concatenate([np.full(len(t.target), 1 / len(t.source), np.float32) for t in tables]),
        diagonal=np.concatenate([diagonal(len(t.target), len(t.source) - 1) == t.mattered for t in tables]),
        felt=np.concatenate([table.felt for table in tables]),
        pair_weights=np.concatenate([table.weights.ravel() for table in tables]),
        pair_costs=np.concatenate([table.losses.ravel() for table in tables]),
        pair_sentence=np.repeat(np.arange(len(looks)), [table.weights.size for table in tables]),
        examples=tuple(examples[:EXAMPLES]),
    )


def unlike(look: Look) -> list[Example]:
    """Return the words that gave one source word half of their weight and more, lost less than `FELT` nats without it,
    and ten times that without another one.
    """
    table, found = look.words, []
    for row, (one, other) in enumerate(zip(table.looked, table.mattered, strict=True)):
        weights, costs = table.weights[row], table.losses[row]
        if weights[one] >= 0.5 and costs[one] < FELT and costs[other] >= 10 * FELT:
            found.append(
                Example(
                    source=look.text,
                    translation=look.translation,
                    target=table.target[row],
                    looked=table.source[one],
                    looked_weight=float(weights[one]),
                    looked_cost=float(costs[one]),
                    mattered=table.source[other],
                    mattered_weight=float(weights[other]),
                    mattered_cost=float(costs[other]),
                )
            )
    return found


def diagonal(target: int, source: int) -> Int[np.ndarray, "target"]:
    """Return the source place at the same share of the sentence as each target place: the guess of who knows no words."""
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
    drawn = np.random.default_rng(seed).integers(0, len(names), (RESAMPLES, len(names)))
    means = sums[drawn].sum(1) / counts[drawn].sum(1)
    low, high = np.quantile(means, (0.025, 0.975))
    return Share(float(values.mean()), float(low), float(high))


def curve(study: Study, edges: Sequence[float] = EDGES) -> list[Bin]:
    """Return the mean loss of pairs by the weight between them; bins without pairs are left out."""
    bins = []
    for low, high in pairwise(edges):
        inside = (study.pair_weights >= low) & ((study.pair_weights < high) | (high == edges[-1]))
        if inside.any():
            costs = study.pair_costs[inside].astype(float)
            cost = mean_of(costs, study.pair_sentence[inside])
            bins.append(Bin(low, high, int(inside.sum()), float(study.pair_weights[inside].mean()), cost))
    return bins


def rank_correlation(study: Study) -> float:
    """Return Spearman's correlation of weights and losses over all pairs; nan where one of them never changes."""
    one, two = (_ranks(values) for values in (study.pair_weights, study.pair_costs))
    if not (one.std() and two.std()):
        return float("nan")
    return float(np.corrcoef(one, two)[0, 1])


def _ranks(values: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks: np.ndarray = (ends - (counts - 1) / 2)[which]
    return ranks
