"""Texts read by a character model, free and with a gate held, and what its cells did meanwhile."""

from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import numpy as np
from jaxtyping import Float

from core.assets.fetch import ensure
from core.experiments.characters import bits, visible
from core.experiments.lstm_gates import results
from core.experiments.lstm_gates.results import Cell, Hold, Layer, Read
from core.models.clamp import Clamp
from core.pretrained.characters import PUBLIC, CharacterModel, load_character_model
from core.progress import Steps

PIECE = 128  # characters that are read at a time, so that others need not wait for a long text


def bring(name: str) -> Steps[CharacterModel]:
    """Return the model of that name; the public one is fetched in a thread of its own meanwhile, at its first use.

    Raises `KeyError` for an unknown name, and `AssetError` where the public one can't be had.
    """
    if name == PUBLIC:
        pool = ThreadPoolExecutor(1)
        fetched = pool.submit(ensure, PUBLIC)
        pool.shutdown(wait=False)
        while not fetched.done():
            wait([fetched], 0.02)
            yield 0, 1
        fetched.result()
    return load_character_model(name)


def _through(
    layer: Layer, text: str, hold: Hold | None = None
) -> Steps[tuple[CharacterModel, list[int], np.ndarray, list[dict[str, np.ndarray]]]]:
    """Read a text piece by piece; return model, ids, scores (time, vocabulary), each layer's values by name (time, hidden)."""
    model = yield from bring(layer.model)
    ids, state = model.encode(text), None
    logits: list[np.ndarray] = []
    layers: list[list[Any]] = []
    for first in range(0, len(ids), PIECE) or [0]:
        reading = model.read(ids[first : first + PIECE], state, _clamps(layer, hold, first))
        state = reading.state
        logits.append(reading.logits)
        layers.append(list(reading.layers))
        yield min(first + PIECE, len(ids)), len(ids)
    values = [
        {name: np.concatenate([getattr(part, name)[0] for part in parts]) for name in vars(parts[0])}
        for parts in zip(*layers, strict=True)
    ]
    return model, ids, np.concatenate(logits), values


def _clamps(layer: Layer, hold: Hold | None, first: int) -> dict[int, Clamp]:
    """Return the hold as the models take it, counted from step `first` on."""
    if hold is None:
        return {}
    stop = None if hold.stop is None else max(0, hold.stop - first)
    return {layer.number: Clamp(hold.gate, hold.value, None, max(0, hold.start - first), stop)}


def read(layer: Layer, text: str) -> Steps[Read]:
    """Read a text with nothing held."""
    _, ids, logits, layers = yield from _through(layer, text)
    unknown = tuple(position for position, number in enumerate(ids) if number == 0)
    return Read(text, unknown, bits(logits, ids), results.half_lives(layers[layer.number][results.KEEPER[layer.kind]]))


def held(layer: Layer, text: str, hold: Hold) -> Steps[Float[np.ndarray, "time"]]:
    """Read a text with a gate held. Raises `ValueError` for a gate that is not there."""
    _, ids, logits, _ = yield from _through(layer, text, hold)
    return bits(logits, ids)


def cell(layer: Layer, text: str, rank: int, at: int) -> Steps[Cell]:
    """Return the cell that is `rank`-th in order of memory, over the whole text."""
    model: Any
    model, ids, _, layers = yield from _through(layer, text)
    lives = results.half_lives(layers[layer.number][results.KEEPER[layer.kind]])
    first, named = 0, tuple(visible(character) for character in text)
    if layer.model == PUBLIC:
        inside = model.look(ids[: at + 1])
        first = at + 1 - len(inside.ids)
        begun = (model.decode([number]) if number else "·" for number in inside.ids[: max(0, -first)])
        named, ids = (*begun, *named[max(0, first) : at + 1]), list(inside.ids)
        layers = [{name: value[0] for name, value in vars(trace).items()} for trace in inside.layers]
    unit = int(results.by_memory(lives)[min(rank, len(lives)) - 1])
    values, names = layers[layer.number], results.QUANTITIES[layer.kind]
    return Cell(
        kind=layer.kind,
        unit=unit,
        rank=min(rank, len(lives)),
        hidden=len(lives),
        half_life=float(lives[unit]),
        text=named,
        first=first,
        names=names,
        values=np.stack([values[name][:, unit] for name in names]),
    )
