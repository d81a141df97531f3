"""The lesson on recurrent networks, as far as it needs the models: reading a text, and reading on from a damaged state."""

from collections.abc import Generator, Sequence
from typing import Any, cast

import numpy as np

from core.experiments.characters import divergence
from core.experiments.rnn import AFTER, Damage, Kind, Matrix, Read
from core.models.char_lm import CharLM
from core.models.lstm import LSTMTrace
from core.models.recurrent import Recurrent
from core.pretrained.characters import load_character_model

PIECE = 100  # characters that are read in one go, so that others need not wait for the end of a long text


def character_lm(name: str) -> CharLM:
    """Return one of the four models of ours; raises `KeyError` for another name."""
    model = load_character_model(name)
    if not isinstance(model, CharLM):
        raise KeyError(name)
    return model


def state_of(trace: Any) -> np.ndarray:
    """Return what is shown of a layer's state, (time, unit): its hidden units, behind them an LSTM's arsinh(cell).

    A cell has no bound and may count to hundreds: arsinh is the cell itself near 0 and a logarithm far away.
    """
    if isinstance(trace, LSTMTrace):
        return np.concatenate([trace.hidden[0], np.arcsinh(trace.cell[0])], -1)
    return np.asarray(trace.hidden[0])


def matrices(model: CharLM) -> tuple[Matrix, ...]:
    """Return the three matrices that every step uses."""
    layer = cast(Recurrent, model.body.layers[0])
    named = {"W_ih": layer.weight_ih_l0, "W_hh": layer.weight_hh_l0, "W_ho": model.output.weight}
    return tuple(Matrix(name, *weight.shape) for name, weight in named.items())


def read(name: str, text: str) -> Generator[tuple[int, int], None, Read]:
    """Yield (characters read, characters) and return the text as that model read it from an empty state on.

    Raises `ValueError` for an empty text and `KeyError` for a model that is not one of ours.
    """
    model = character_lm(name)
    if not text:
        raise ValueError("there is no character to read")
    ids = model.encode(text)
    states, logits = [], []
    state = None
    for start in range(0, len(ids), PIECE):
        reading = model.read(ids[start : start + PIECE], state)
        state = reading.state
        states.append(state_of(reading.layers[0]))
        logits.append(reading.logits)
        yield min(start + PIECE, len(ids)), len(ids)
    return Read(
        model=name,
        text=text,
        ids=tuple(ids),
        vocabulary=model.vocabulary,
        states=np.concatenate(states).astype(np.float32),
        logits=np.concatenate(logits).astype(np.float32),
        hidden=cast(Recurrent, model.body.layers[0]).hidden_size,
        matrices=matrices(model),
        parameters=sum(p.numel() for p in model.parameters()),
    )


def damage(
    reads: Sequence[Read], place: int, kind: Kind, other: str = ""
) -> Generator[tuple[int, int], None, tuple[Damage, ...]]:
    """Yield (models done, models); return how far each model's predictions go astray after its state was damaged.

    The state after character `place` (0 is the first) is set to zeros ("erase") or to that after `other` ("swap"),
    then up to `AFTER` more characters are read. Raises `ValueError` for a swap with an empty text.
    """
    found = []
    for done, whole in enumerate(reads):
        model = character_lm(whole.model)
        state = None
        if kind == "swap":
            state = model.read(model.encode(other)).state
        rest = list(whole.ids[place + 1 : place + 1 + AFTER])
        if rest:
            logits = model.read(rest, state).logits
            kl = divergence(whole.logits[place + 1 : place + 1 + AFTER], logits)
        else:
            kl = np.zeros(0)
        found.append(Damage(whole.model, kl))
        yield done + 1, len(reads)
    return tuple(found)
