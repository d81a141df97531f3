"""Two tables of the lesson on LSTM gates: how far each kind of network remembers, and how fast characters go through it."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from core.data.recall import CHANCE
from core.pretrained.recallers import KINDS, SEEDS, alone_facts, recall_facts

NAMES = {
    "rnn_tanh": "RNN",
    "lstm": "LSTM",
    "gru": "GRU",
    "transformer": "transformer block",
    "lstm, forget bias 0": "LSTM, forget bias 0",
    "lstm, forget bias 1": "LSTM, forget bias 1",
    "lstm, forget bias 3": "LSTM, forget bias 3",
}
RACERS = ("rnn_tanh", "lstm", "gru", "transformer")
LENGTHS = (16, 32, 64, 128, 256, 512)
BATCHES = (1, 16)  # texts at once
HALF = 0.5  # of the answers: below that a network is said to have failed


@dataclass(frozen=True)
class Recall:
    """What recall models could do that were trained in two ways.

    alone: models trained on one distance alone, shares of correct answers at that distance by variant and training seed,
    nan where it was not tried any more. together: models trained on distances from 2 to 200 at once, asked at each of
    `asked`.
    """

    variants: tuple[str, ...]
    distances: Int[np.ndarray, "distances"]
    alone: Float[np.ndarray, "variant seed distances"]
    kinds: tuple[str, ...]
    parameters: tuple[int, ...]
    asked: Int[np.ndarray, "asked"]
    together: Float[np.ndarray, "kind seed asked"]

    def of(self, variant: str) -> Float[np.ndarray, "seed distances"]:
        """Return the shares of correct answers of one variant."""
        found: np.ndarray = self.alone[self.variants.index(variant)]
        return found

    def fails_at(self, variant: str) -> float:
        """Return from which distance on a variant's mean stays below a half; infinite where it never does.

        Where it was not tried any more it counts as guessing.
        """
        filled = np.where(np.isnan(self.of(variant)), CHANCE, self.of(variant))
        return falls_below(self.distances, filled.mean(0))


@dataclass(frozen=True)
class Speed:
    """Seconds for one pass forward and backward through layers of about equal size: so many texts at once, so long each.

    where: the machine, in words.
    """

    names: tuple[str, ...]
    widths: tuple[int, ...]
    parameters: tuple[int, ...]
    batches: tuple[int, ...]
    lengths: Int[np.ndarray, "lengths"]
    seconds: Float[np.ndarray, "batch name lengths"]
    where: str

    def of(self, name: str, batch: int) -> Float[np.ndarray, "lengths"]:
        """Return the characters a second of one of the layers with so many texts at once."""
        took = self.seconds[self.batches.index(batch), self.names.index(name)]
        found: np.ndarray = batch * self.lengths / took
        return found

    def ahead(self, batch: int, behind: str = "lstm") -> tuple[int, ...]:
        """Return the lengths at which the transformer block is faster than another layer."""
        return tuple(int(n) for n in self.lengths[self.of("transformer", batch) > self.of(behind, batch)])


def read() -> Recall:
    """Return what was written down when the recall models were made."""
    alone = [alone_facts(seed) for seed in SEEDS]
    variants = tuple(alone[0])
    distances = np.array(sorted({row.distance for found in alone for rows in found.values() for row in rows}))
    shares = np.full((len(variants), len(SEEDS), len(distances)), np.nan)
    for v, variant in enumerate(variants):
        for s, found in enumerate(alone):
            for row in found[variant]:
                shares[v, s, np.searchsorted(distances, row.distance)] = row.accuracy
    facts = {name: [recall_facts(name, seed) for seed in SEEDS] for name in KINDS}
    return Recall(
        variants=variants,
        distances=distances,
        alone=shares,
        kinds=KINDS,
        parameters=tuple(facts[kind][0].parameters for kind in KINDS),
        asked=facts[KINDS[0]][0].distances,
        together=np.array([[one.accuracy for one in facts[kind]] for kind in KINDS]),
    )


def falls_below(
    distances: Int[np.ndarray, "distances"], accuracy: Float[np.ndarray, "distances"], level: float = HALF
) -> float:
    """Return from which distance on an accuracy stays below `level`, read off a line on a logarithmic axis.

    Infinite where the last one is not below it, the first distance where all are.
    """
    above = np.flatnonzero(accuracy >= level)
    if not len(above):
        return float(distances[0])
    last = int(above[-1])
    if last == len(distances) - 1:
        return math.inf
    part = (accuracy[last] - level) / (accuracy[last] - accuracy[last + 1])
    low, high = math.log(distances[last]), math.log(distances[last + 1])
    return math.exp(low + part * (high - low))
