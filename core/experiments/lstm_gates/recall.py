"""The recall task asked live: can a network still say which symbol came first, free and with a gate held?"""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int

from core.data.recall import Recall, recall_batch
from core.experiments import lstm_gates as lesson
from core.experiments.lstm_gates import Hold, Recalled
from core.models.clamp import Clamp, Clamps
from core.pretrained.recallers import KINDS, SEEDS, load_recaller


@dataclass(frozen=True)
class Free:
    """What a network recalls with nothing held, and its units in order of their memory, longest first."""

    recalled: Recalled
    order: Int[np.ndarray, "units"]


def sequences(distance: int, seed: int) -> Recall:
    """Return the `lesson.RECALLS` sequences that are asked: the same for the same seed."""
    return recall_batch(distance, lesson.RECALLS, np.random.default_rng((seed, distance)))


def ask(network: tuple[str, int], distance: int, seed: int, clamp: Clamps = None) -> Recalled:
    """Ask a network (name and training seed of a recall model). Raises `KeyError` for one that there is not."""
    made = sequences(distance, seed)
    model, ids = load_recaller(*network), torch.as_tensor(made.ids)
    with torch.no_grad():  # the plain way through is quicker than one that can be looked into
        answers = (model(ids).argmax(-1) if clamp is None else model.answer(ids, clamp)).numpy()
    return Recalled(distance, lesson.RECALLS, int((answers == made.answers).sum()))


def free(network: tuple[str, int], distance: int, seed: int) -> Free:
    """Ask a network with gates, nothing held, and measure the memory of its units over the same sequences."""
    model = load_recaller(*network)
    trace = model.body.trace(model.one_hot(torch.as_tensor(sequences(distance, seed).ids)))
    keep = getattr(trace, lesson.KEEPER[model.kind])
    return Free(ask(network, distance, seed), lesson.by_memory(lesson.half_lives(keep)))


def held(
    network: tuple[str, int], distance: int, seed: int, hold: Hold, order: Int[np.ndarray, "units"], length: int
) -> Recalled:
    """Ask a network with a gate held: in the same part of its sequences as `hold` is of a text of `length` characters."""
    first, stop = hold.part(length, distance + 1)
    return ask(network, distance, seed, Clamp(hold.gate, hold.value, hold.units(order), first, stop))


def all_kinds(distance: int, seed: int) -> Generator[tuple[int, int], None, dict[str, tuple[Recalled, ...]]]:
    """Ask every kind's networks that were trained on all distances; yields (networks done, all)."""
    found: dict[str, tuple[Recalled, ...]] = {}
    for number, kind in enumerate(KINDS):
        asked: list[Recalled] = []
        for which in SEEDS:
            asked.append(ask((kind, which), distance, seed))
            yield number * len(SEEDS) + which + 1, len(KINDS) * len(SEEDS)
        found[kind] = tuple(asked)
    return found
