"""What the lesson on recurrent networks says about its models in general, measured on text that none was trained on.

`record` measures it and writes it, with the page's default, to `recorded/rnn.json` and `.npz`.
"""

import os
import time
from collections.abc import Generator
from typing import Any, cast

import numpy as np
import torch
from jaxtyping import Float, Int

from core.data.prose import load_prose
from core.experiments.character_writing import write
from core.experiments.characters import divergence
from core.experiments.rnn import (
    DEFAULT_MODEL,
    DEFAULT_OTHER,
    DEFAULT_PLACE,
    DEFAULT_TEXT,
    KINDS,
    Habits,
    Settings,
    Speed,
    recorded,
)
from core.experiments.rnn.features import Tracking, correlations, measure
from core.experiments.rnn.reading import character_lm, damage, read, state_of
from core.models.char_lm import CharLM
from core.pretrained.causal_lm import finish

PIECE, SKIP = 1000, 100  # held-out text is read in pieces; what is said before the state has settled is left out
DISTANCES = (0, 1, 2, 3, 5, 8, 12, 20, 30, 50)
PLACES, BEFORE, BEHIND = 300, 100, 150
LENGTHS, LANES = (512, 1024, 2048, 4096), 64


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


def track(model: CharLM, text: str) -> tuple[Tracking, Habits]:
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
    return tracking, Habits(erased, swapped, PLACES, DISTANCES, recalled, guessed, loss)


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
    model: CharLM, text: str, places: int = PLACES
) -> tuple[Float[np.ndarray, "after"], Float[np.ndarray, "after"]]:
    """Return the mean divergence after 1, 2, ... characters when the state is erased, and when it is another text's.

    At `places` evenly spread over the text, `BEFORE` characters are read first; the other state is the next place's.
    """
    starts = np.linspace(0, len(text) - BEFORE - BEHIND, places).astype(int)
    ids = torch.tensor(model.encode(text))
    before = torch.stack([ids[s : s + BEFORE] for s in starts])
    behind = torch.stack([ids[s + BEFORE : s + BEFORE + BEHIND] for s in starts])
    _, states = model(before)
    half = places // 2  # the other text is half of everything away
    swapped = [tuple(part.roll(half, 0) for part in s) if isinstance(s, tuple) else s.roll(half, 0) for s in states]
    whole, erased, other = (model(behind, state)[0].numpy() for state in (states, None, swapped))
    return tuple(
        divergence(whole.reshape(-1, whole.shape[-1]), hurt.reshape(-1, hurt.shape[-1])).reshape(places, -1).mean(0)
        for hurt in (erased, other)
    )


def speed(name: str, where: str = "", repeats: int = 3) -> Generator[tuple[int, int], None, Speed]:
    """Yield (measurements done, measurements) and return how long reading takes, the best of `repeats` each."""
    model = character_lm(name)
    rng = np.random.default_rng(0)
    ids = torch.as_tensor(rng.integers(1, len(model.vocabulary) + 1, (1, LENGTHS[-1])))
    shapes = [(1, length) for length in LENGTHS] + [(LANES, LENGTHS[-1] // LANES)]
    seconds = [float("inf")] * len(shapes)
    for turn in range(repeats):  # in turns, so that what else the machine does at a moment hits all alike
        for number, (lanes, length) in enumerate(shapes):
            began = time.perf_counter()
            with torch.no_grad():
                model(ids[:, : lanes * length].view(lanes, length))
            seconds[number] = min(seconds[number], time.perf_counter() - began)
            yield turn * len(shapes) + number + 1, len(shapes) * repeats
    return Speed(name, LENGTHS, tuple(seconds[:-1]), LANES, seconds[-1], where)


def record() -> None:
    """Measure all four models, run the page at its defaults, and write both."""
    torch.set_num_threads(1)
    held_out = load_prose().held_out
    settings = Settings()
    reads = tuple(finish(read(name, DEFAULT_TEXT)) for name in KINDS)
    default = next(one for one in reads if one.model == DEFAULT_MODEL)
    damages = {
        kind: finish(damage(reads, DEFAULT_PLACE - 1, cast(Any, kind), DEFAULT_OTHER)) for kind in ("erase", "swap")
    }
    written = finish(
        write(
            character_lm(DEFAULT_MODEL),
            DEFAULT_TEXT[:DEFAULT_PLACE],
            settings.length,
            temperature=settings.temperature,
            seed=settings.seed,
        )
    )
    found = {name: track(character_lm(name), held_out) for name in KINDS}
    where = f"{time.strftime('%d %B %Y').lstrip('0')}, one thread of {os.cpu_count()} processors"
    speeds = {name: finish(speed(name, where, repeats=9)) for name in KINDS}
    made = {
        "command": "python -m core.experiments.record",
        "held_out": len(held_out),
        "when": time.strftime("%Y-%m-%d"),
    }
    shapes = {one.model: one.matrices for one in reads}
    recorded.write(default, damages, written, found, speeds, shapes, made)
