"""What the four character models do on average, measured on text that none of them was trained on."""

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int

from core.data.prose import load_prose
from core.experiments.characters import divergence
from core.experiments.rnn.features import Tracking, correlations, measure
from core.experiments.rnn.reading import character_lm, state_of
from core.experiments.rnn.results import Averages
from core.models.char_lm import CharLM

PIECE, SKIP = 1000, 100  # held-out text is read in pieces; what is said before the state has settled is left out
DISTANCES = (0, 1, 2, 3, 5, 8, 12, 20, 30, 50)
POSITIONS, BEFORE, BEHIND = 300, 100, 150


def _pieces(model: CharLM, text: str) -> tuple[Int[np.ndarray, "piece time"], list[slice]]:
    """Return the ids of whole pieces of a text, and where each piece stands in it without its first characters."""
    count = len(text) // PIECE
    ids = np.array(model.encode(text[: count * PIECE])).reshape(count, PIECE)
    return ids, [slice(n * PIECE + SKIP, (n + 1) * PIECE) for n in range(count)]


@torch.no_grad()
def states_on(model: CharLM, text: str) -> tuple[Float[np.ndarray, "time unit"], list[slice], float]:
    """Return the units after each character of the pieces of a text, where those stand in it, and bits a character."""
    ids, places = _pieces(model, text)
    traces, _ = model.body.trace_on(model.embedding(torch.as_tensor(ids)))
    hidden = torch.as_tensor(traces[0].hidden)
    loss = torch.nn.functional.cross_entropy(
        model.output(hidden[:, :-1]).flatten(0, 1), torch.as_tensor(ids[:, 1:]).flatten()
    )
    states = [state_of(_lane(traces[0], lane))[SKIP:] for lane in range(len(ids))]
    return np.concatenate(states), places, float(loss) / float(np.log(2))


def _lane(trace: Any, lane: int) -> Any:
    return type(trace)(**{name: values[lane : lane + 1] for name, values in vars(trace).items()})


def track(model: CharLM, text: str) -> tuple[Tracking, Averages]:
    """Return what the model's units follow and what the model does on average, on held-out text.

    The first half of the text chooses (units, the linear reader's weights), the second is reported.
    """
    middle = len(text) // 2
    halves = []
    for half in (text[:middle], text[middle:]):
        states, places, loss = states_on(model, half)
        features = measure(half)
        halves.append((half, states, np.concatenate([features[:, place] for place in places], 1), loss))
    (one, states, known, _), (two, others, asked, loss) = halves
    hidden = model.output.in_features
    reach = np.ones(states.shape[1])
    free = slice(0 if model.kind == "rnn_relu" else hidden, None)  # what has no bound: ReLU units and cells
    reach[free] = np.maximum(np.quantile(np.abs(states[:, free]), 0.999, axis=0), 1e-3)
    tracking = Tracking(
        chosen_on=correlations(states, known).astype(np.float32),
        seen_on=correlations(others, asked).astype(np.float32),
        reach=reach.astype(np.float32),
        hidden=hidden,
        characters=len(others),
    )
    recalled, guessed = recall(model, one, two, states, others)
    erased, swapped = average_damage(model, two)
    return tracking, Averages(erased, swapped, POSITIONS, DISTANCES, recalled, guessed, loss)


def recall(
    model: CharLM,
    one: str,
    two: str,
    states: Float[np.ndarray, "time unit"],
    others: Float[np.ndarray, "later unit"],
    ridge: float = 1.0,
) -> tuple[tuple[float, ...], float]:
    """Return how often a linear reader of the hidden units names the character read so many before, and a guesser's share.

    One reader for each of `DISTANCES`: ridge regression on the characters, one score each (Alain and Bengio 2016 call
    it a probe), fitted on the first text, asked on the second.
    """
    hidden = model.output.in_features
    x, y = (np.hstack([part[:, :hidden], np.ones((len(part), 1))]).astype(np.float64) for part in (states, others))
    solved = np.linalg.inv(x.T @ x + ridge * np.eye(x.shape[1])) @ x.T
    alphabet = np.eye(len(model.vocabulary) + 1)

    def earlier(text: str, distance: int) -> Int[np.ndarray, "time"]:
        ids, _ = _pieces(model, text)
        result: np.ndarray = ids[:, SKIP - distance : PIECE - distance].reshape(-1)
        return result

    shares = []
    for distance in DISTANCES:
        weights = solved @ alphabet[earlier(one, distance)]
        shares.append(float(((y @ weights).argmax(1) == earlier(two, distance)).mean()))
    return tuple(shares), float((earlier(two, 0) == np.bincount(earlier(one, 0)).argmax()).mean())


@torch.no_grad()
def average_damage(
    model: CharLM, text: str, positions: int = POSITIONS
) -> tuple[Float[np.ndarray, "after"], Float[np.ndarray, "after"]]:
    """Return the mean divergence after 1, 2, ... characters when the state is erased, and when it is another text's.

    At `positions` evenly spread over the text, `BEFORE` characters are read first; the other state is that of
    a position half the text away.
    """
    starts = np.linspace(0, len(text) - BEFORE - BEHIND, positions).astype(int)
    ids = torch.tensor(model.encode(text))
    before = torch.stack([ids[s : s + BEFORE] for s in starts])
    behind = torch.stack([ids[s + BEFORE : s + BEFORE + BEHIND] for s in starts])
    _, states = model(before)
    half = positions // 2  # the other text is half of everything away
    swapped = [tuple(part.roll(half, 0) for part in s) if isinstance(s, tuple) else s.roll(half, 0) for s in states]
    whole, erased, other = (model(behind, state)[0].numpy() for state in (states, None, swapped))
    return tuple(
        divergence(whole.reshape(-1, whole.shape[-1]), damaged.reshape(-1, damaged.shape[-1]))
        .reshape(positions, -1)
        .mean(0)
        for damaged in (erased, other)
    )


@lru_cache(maxsize=8)
def _measured(name: str) -> tuple[Tracking, Averages]:
    return track(character_lm(name), load_prose().held_out)


def tracking(name: str) -> Tracking:
    """Return what the units of one of our models follow on held-out text."""
    return _measured(name)[0]


def averages(name: str) -> Averages:
    """Return what one of our models does on average on held-out text."""
    return _measured(name)[1]
