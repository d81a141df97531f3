"""The lesson on LSTM gates where it needs torch: texts read by a character model, free and with a gate held."""

import threading
from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Int

from core.assets.fetch import ensure
from core.experiments import lstm_gates as lesson
from core.experiments.character_writing import Written, write
from core.experiments.characters import bits, visible
from core.experiments.lstm_gates import Cell, Gates, Hold, Layer, Read
from core.models.clamp import Clamp
from core.models.recurrent import Recurrent
from core.pretrained.characters import PUBLIC, CharacterModel, load_character_model

Steps = Generator[tuple[int, int], None, Any]
PIECE = 128  # characters that are read at a time, so that others need not wait for a long text
BLOCKS = {"lstm": ("input", "forget", "candidate", "output"), "gru": ("reset", "update", "candidate")}


def bring(name: str) -> Generator[tuple[int, int], None, CharacterModel]:
    """Return the model of that name; the public one is fetched in a thread of its own meanwhile, at its first use.

    Raises `KeyError` for an unknown name, and `AssetError` where the public one can't be had.
    """
    if name == PUBLIC:
        far, found = [(0, 1)], list[Exception | None]()

        def fetch() -> None:
            try:
                ensure(PUBLIC, progress=lambda stage, done, total: far.append((done, total)))
            except Exception as error:  # noqa: BLE001 - raised again below, where somebody listens
                found.append(error)
            else:
                found.append(None)

        thread = threading.Thread(target=fetch, name=f"fetch {name}", daemon=True)
        thread.start()
        while not found:
            thread.join(0.02)
            yield far[-1]
        if found[0] is not None:
            raise found[0]
    return load_character_model(name)


def _through(
    model: CharacterModel, ids: list[int], clamps: Mapping[int, Clamp] | None = None
) -> Generator[tuple[int, int], None, tuple[np.ndarray, list[dict[str, np.ndarray]]]]:
    """Read a text piece by piece; return the scores (time, vocabulary) and each layer's values by name, (time, hidden)."""
    state: Any = None
    logits: list[np.ndarray] = []
    layers: list[list[Any]] = []
    for first in range(0, len(ids), PIECE):
        reading = model.read(ids[first : first + PIECE], state, _from(clamps, first))
        state = reading.state
        logits.append(reading.logits)
        layers.append(list(reading.layers))
        yield min(first + PIECE, len(ids)), len(ids)
    values = [
        {name: np.concatenate([getattr(part, name)[0] for part in parts]) for name in vars(parts[0])}
        for parts in zip(*layers, strict=True)
    ]
    return np.concatenate(logits), values


def _from(clamps: Mapping[int, Clamp] | None, first: int) -> dict[int, Clamp]:
    """Return the clamps as they are counted from step `first` on."""
    return {
        number: replace(
            clamp, start=max(0, clamp.start - first), stop=None if clamp.stop is None else max(0, clamp.stop - first)
        )
        for number, clamp in (clamps or {}).items()
    }


def read(layer: Layer, text: str) -> Steps:
    """Read a text with nothing held; yields (characters done, all), returns a `Read`.

    Raises `ValueError` for a text without characters.
    """
    model = yield from bring(layer.model)
    ids = model.encode(text)
    logits, layers = yield from _through(model, ids)
    lives = lesson.half_lives(layers[layer.number][lesson.KEEPER[layer.kind]])
    unknown = tuple(place for place, number in enumerate(ids) if number == 0)
    return Read(text, unknown, bits(logits, ids), lives, lesson.by_memory(lives))


def gates(layer: Layer, found: Read, at: int) -> Steps:
    """Return the `Gates` of at most `lesson.SHOWN_UNITS` units over a window around character `at`."""
    model = yield from bring(layer.model)
    _, layers = yield from _through(model, model.encode(found.text))
    first, stop = lesson.window(len(found.text), at)
    places = lesson.evenly(len(found.order))
    units = found.order[places]
    names = lesson.QUANTITIES[layer.kind]
    values = np.stack([layers[layer.number][name][first:stop, units].T for name in names])
    return Gates(
        kind=layer.kind,
        names=names,
        text=found.text[first:stop],
        first=first,
        units=units,
        ranks=places + 1,
        half_lives=found.half_lives[units],
        hidden=len(found.order),
        values=values.astype(np.float16),  # a picture can't show more, and many of them are kept
    )


def cell(layer: Layer, found: Read, rank: int, at: int) -> Steps:
    """Return the `Cell` that is `rank`-th (from 1) in order of memory: over the whole text.

    The public model reads a window for each character: for it, over the window that ends with character `at`.
    """
    model: Any = yield from bring(layer.model)
    ids, first = model.encode(found.text), 0
    text = tuple(visible(character) for character in found.text)
    if layer.model == PUBLIC:
        inside = model.look(ids[: at + 1])
        first = at + 1 - len(inside.ids)
        begun = (model.decode([number]) if number else "·" for number in inside.ids[: max(0, -first)])
        text, ids = (*begun, *text[max(0, first) : at + 1]), list(inside.ids)
        layers = [{name: value[0] for name, value in vars(trace).items()} for trace in inside.layers]
    else:
        _, layers = yield from _through(model, ids)
    unit = int(found.order[min(rank, len(found.order)) - 1])
    values, names = layers[layer.number], lesson.QUANTITIES[layer.kind]
    body: Recurrent = model.body.layers[layer.number]
    with torch.no_grad():
        below = (
            torch.as_tensor(layers[layer.number - 1]["hidden"]) if layer.number else model.embedding(torch.tensor(ids))
        )
        hidden = torch.as_tensor(values["hidden"])
        before = torch.cat([torch.zeros_like(hidden[:1]), hidden[:-1]])
        rows = [unit + len(found.order) * BLOCKS[layer.kind].index(name) for name in lesson.GATES[layer.kind]]
        from_input = body.weigh_input(below)[:, rows].T.numpy()
        from_state = body.weigh_state(before)[:, rows].T.numpy()
    return Cell(
        kind=layer.kind,
        unit=unit,
        rank=min(rank, len(found.order)),
        hidden=len(found.order),
        half_life=float(found.half_lives[unit]),
        text=text,
        first=first,
        names=names,
        values=np.stack([values[name][:, unit] for name in names]),
        from_input=from_input,
        from_state=from_state,
    )


def clamp_of(hold: Hold, order: Int[np.ndarray, "hidden"]) -> Clamp:
    """Return the hold as the models take it; `order` is that of the layer's units."""
    return Clamp(hold.gate, hold.value, hold.units(order), hold.start, hold.stop)


def held(layer: Layer, found: Read, hold: Hold) -> Steps:
    """Read the text again with a gate held; returns how surprising each character is then, in bits (time,).

    Raises `ValueError` for a gate that is not there.
    """
    model = yield from bring(layer.model)
    ids = model.encode(found.text)
    logits, _ = yield from _through(model, ids, {layer.number: clamp_of(hold, found.order)})
    return bits(logits, ids)


def write_on(
    layer: Layer, found: Read, hold: Hold | None, *, length: int, temperature: float, seed: int
) -> Generator[tuple[int, int], None, Written]:
    """Write on after the text, with a gate held or (None) without; a hold without an end goes on while writing."""
    model = yield from bring(layer.model)
    clamp = None if hold is None else {layer.number: clamp_of(hold, found.order)}
    return (yield from write(model, found.text, length, temperature=temperature, seed=seed, clamp=clamp))
