"""Reading a text with one of our character models, and reading on from a state that was damaged."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import torch
from jaxtyping import Float

from core.experiments.characters import divergence
from core.experiments.rnn.results import AFTER, Damage, Erased, Kind, Matrix, Read
from core.models.char_lm import CharLM
from core.models.lstm import LSTMTrace
from core.models.recurrent import Recurrent
from core.pretrained.characters import load_character_model
from core.progress import Steps
from core.training.characters import forward

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


def read(name: str, text: str) -> Steps[Read]:
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


def erased(name: str, text: str, position: int, since: int) -> Erased:
    """Return the last `since` characters up to `position` as read from a state of zeros on.

    Raises `ValueError` where there are not so many.
    """
    if not 1 <= since <= position + 1:
        raise ValueError(f"there are {position + 1} characters up to here, not {since}")
    model = character_lm(name)
    reading = model.read(model.encode(text[position + 1 - since : position + 1]))
    return Erased(name, position, since, state_of(reading.layers[0]).astype(np.float32), reading.logits)


def damaged(name: str, text: str, position: int, kind: Kind, other: str = "") -> Damage:
    """Return how far a model's predictions go astray after its state was damaged.

    The state after the character at `position` is set to zeros ("erase") or to that after `other` ("swap"), then up to
    `AFTER` more characters are read. Raises `ValueError` for a swap with an empty text.
    """
    model = character_lm(name)
    ids = model.encode(text)
    rest = ids[position + 1 : position + 1 + AFTER]
    if not rest:
        return Damage(name, np.zeros(0))
    state = _scores(model, model.encode(other))[1] if kind == "swap" else None
    _, undamaged = _scores(model, ids[: position + 1])
    return Damage(name, divergence(_scores(model, rest, undamaged)[0], _scores(model, rest, state)[0]))


@torch.no_grad()
def _scores(model: CharLM, ids: Sequence[int], state: Any = None) -> tuple[Float[np.ndarray, "time vocabulary"], Any]:
    """Return what `model.read` does of scores and state, without what happens at each step; raises as it does."""
    if not ids:
        raise ValueError("there is no character to read")
    scores, states = forward(model, torch.tensor([list(ids)]), state)
    return scores[0].numpy(), states
