"""How each file in `core/assets/trained` was made: `python -m core.training.recipes NAME [--seed N] [--device cpu]`.

A recipe is one function: seeded, the same on a CPU and on a GPU but for rounding. It writes NAME.safetensors and
NAME.json beside it: the command, the data, how long it took, and what came out, measured on the file as it is stored.
`recall_by_distance` keeps no model, only what came out.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from core import device as devices
from core.assets.own import TRAINED, seal
from core.data.prose import load_prose, vocabulary_of
from core.data.recall import ALPHABET, SYMBOLS, recall_batch
from core.models.char_lm import FORGET_BIAS, CharLM, Kind, width_for
from core.models.lstm import LSTM
from core.models.recaller import Recaller
from core.models.saved import load, save
from core.training import characters, facts
from core.training.lanes import Lanes, log_frequencies
from core.training.loop import Progress, train

CHAR_PARAMETERS = 300_000  # of layer and output matrix together, whatever the kind
RECALL_PARAMETERS = 12_000
ENOUGH = 0.02  # nats: training on one distance ends there
DISTANCES = (2, 3, 5, 7, 10, 14, 20, 28, 40, 56, 80, 112, 160, 200, 280, 400, 560, 800, 1600, 3200)
Report = Callable[[Progress], None]


def seed_dropout(seed: int) -> None:
    """Seed the generator that dropout draws from, which all of a process shares: a recipe has a process of its own."""
    torch.manual_seed(seed)


def char(kind: Kind, seed: int, device: torch.device, report: Report) -> tuple[CharLM, dict[str, Any]]:
    """Train a character model on prose: 64 streams of text in parallel, gradients through 128 characters.

    The state goes on from one piece to the next, as in reading; one stream in twenty starts anew each time, so that
    the model also knows what a beginning is. Metrics: bits a character on held-out text.
    """
    streams, window, epochs = 64, 128, 14
    prose = load_prose()
    vocabulary = vocabulary_of(prose.train)
    hidden = width_for(kind, CHAR_PARAMETERS, 64, len(vocabulary) + 1)
    model = CharLM(kind, vocabulary, hidden=(hidden,), seed=seed).to(device)
    if kind == "lstm":
        cast(LSTM, model.body.layers[0]).set_forget_bias(FORGET_BIAS)
        # It starts with the characters' frequencies as its output bias. Else it learns them first, by driving every cell
        # to a large constant, which nothing brings back: cells of 15 after 50 steps, and 2.20 bits in the end.
        with torch.no_grad():
            model.output.bias.copy_(log_frequencies(torch.tensor(model.encode(prose.train)), len(vocabulary) + 1))
    text = torch.tensor(model.encode(prose.train))
    lanes = Lanes(text.to(device), streams, window=window, fresh=0.05, seed=seed)
    steps = epochs * ((lanes.length - 1) // window)
    rate = {"rnn_tanh": 1e-3, "rnn_relu": 5e-4, "gru": 3e-3, "lstm": 5e-3}[kind]
    for progress in train(model, lambda step: lanes.loss(step, model), steps=steps, rate=rate, every=100):
        report(progress)
    facts = {"data": "asset hutto-snippets: film reviews and editorials", "epochs": epochs, "hidden": hidden}
    return model, {**facts, "characters": len(text), "parameters": sum(p.numel() for p in model.parameters())}


def held_out_bits(model: CharLM, pieces: int = 100, length: int = 1000) -> float:
    """Return the cross-entropy on held-out prose, in bits a character, read in pieces each from an empty state."""
    return characters.held_out_bits(model, model.encode(load_prose().held_out[: pieces * length]), pieces)


def recall(
    kind: Kind, seed: int, device: torch.device, report: Report, forget_bias: float = 1.0
) -> tuple[Recaller, dict[str, Any]]:
    """Train a layer to say which symbol came first, at distances drawn evenly on a log scale from 2 to 200.

    An LSTM starts with `forget_bias`. Metrics: accuracy at each distance on fresh sequences; and on the way, at
    40 steps.
    """
    steps, longest = 1500, 200
    rng = np.random.default_rng(seed)

    def distance() -> int:
        return round(float(np.exp(rng.uniform(np.log(2), np.log(longest)))))

    curve: list[tuple[int, float]] = []
    model = _recaller(kind, seed, forget_bias).to(device)
    curve.append((0, accuracy(model, 40, seed=seed)))
    for progress in train(model, _recall_loss(model, distance, 64, rng), steps=steps, rate=2e-3, every=50):
        report(progress)
        curve.append((progress.step, accuracy(model, 40, seed=seed)))
    facts = {"data": "core.data.recall", "steps": steps, "hidden": model.hidden, "forget_bias": forget_bias}
    count = sum(p.numel() for p in model.parameters())
    return model, {**facts, "parameters": count, "accuracy_at_40_while_training": curve}


def recall_at(
    kind: Kind, seed: int, device: torch.device, report: Report, forget_bias: float = 3.0, distance: int = 40
) -> tuple[Recaller, dict[str, Any]]:
    """Train a layer on one distance alone, until the loss is under 0.02 nats: it comes to keep the symbol in its cell.

    (Trained on many distances it learns, as well, to write it anew at every step, from one hidden state to the next.)
    """
    rng = np.random.default_rng((seed, distance))
    model = _recaller(kind, seed, forget_bias).to(device)
    curve = [(0, accuracy(model, distance, seed=seed))]
    for progress in train(model, _recall_loss(model, partial(int, distance), 32, rng), steps=1200, rate=2e-3, every=50):
        report(progress)
        curve.append((progress.step, accuracy(model, distance, seed=seed)))
        if progress.loss < ENOUGH:
            break
    facts = {"data": "core.data.recall", "steps": progress.step, "hidden": model.hidden, "forget_bias": forget_bias}
    count = sum(p.numel() for p in model.parameters())
    return model, {**facts, "parameters": count, f"accuracy_at_{distance}_while_training": curve}


def recall_by_distance(seed: int, device: torch.device, report: Report) -> dict[str, Any]:
    """Train a fresh layer for each distance on that distance alone: no short ones show it what to look for.

    Return, for every kind and distance, the accuracy on fresh sequences and the steps that training took, at most
    1,200: it ends early once the loss is under 0.02 nats. A kind that failed (under 50 %) at two distances in a row is
    not tried at longer ones.
    """
    variants: dict[str, tuple[Kind, float]] = {
        "rnn_tanh": ("rnn_tanh", 0.0),
        "gru": ("gru", 0.0),
        "lstm, forget bias 0": ("lstm", 0.0),
        "lstm, forget bias 1": ("lstm", 1.0),
        "lstm, forget bias 3": ("lstm", 3.0),
    }
    found: dict[str, list[dict[str, float]]] = {}
    for name, (kind, bias) in variants.items():
        rows = found[name] = []
        for distance in (2, 5, 10, 20, 40, 80, 120, 200):
            if sum(row["accuracy"] < 0.5 for row in rows[-2:]) == 2:
                break
            rng = np.random.default_rng((seed, distance))
            model = _recaller(kind, seed, bias).to(device)
            loss = _recall_loss(model, partial(int, distance), 32, rng)
            for progress in train(model, loss, steps=1200, rate=2e-3, every=50):
                report(progress)
                if progress.loss < ENOUGH:
                    break
            reached = accuracy(model, distance, seed=seed + 1000)
            rows.append({"distance": distance, "accuracy": reached, "steps": progress.step, "loss": progress.loss})
            print(name, rows[-1], flush=True)
    return found


def _recaller(kind: Kind, seed: int, forget_bias: float) -> Recaller:
    model = Recaller(kind, ALPHABET, SYMBOLS, width_for(kind, RECALL_PARAMETERS, ALPHABET, SYMBOLS), seed=seed)
    if isinstance(model.body, LSTM):
        model.body.set_forget_bias(forget_bias)
    return model


def _recall_loss(
    model: Recaller, distance: Callable[[], int], batch: int, rng: np.random.Generator
) -> Callable[[int], Tensor]:
    def loss(step: int) -> Tensor:
        made = recall_batch(distance(), batch, rng)
        device = next(model.parameters()).device
        return cross_entropy(model(_tensor(made.ids, device)), _tensor(made.answers, device))

    return loss


def _tensor(values: np.ndarray, device: torch.device) -> Tensor:
    return torch.as_tensor(values, device=device)


def accuracy(model: Recaller, distance: int, *, seed: int, batch: int = 400) -> float:
    """Return the share of fresh sequences of this distance that the model answers rightly."""
    made = recall_batch(distance, batch, np.random.default_rng((seed, distance)))
    answers = model.answer(_tensor(made.ids, next(model.parameters()).device)).cpu().numpy()
    return float((answers == made.answers).mean())


def make(name: str, seed: int, device: torch.device, report: Report, folder: Path = TRAINED) -> Path:
    """Run the recipe of that name, write what came out, and return the JSON file; raises `KeyError` for an unknown name."""
    began = time.perf_counter()
    path = folder / (f"{name}.json" if name.startswith("char_") else f"{name}_{seed}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    own: dict[str, Any] = {"data": "core.data.recall"}
    metrics: dict[str, Any]
    if name == BY_DISTANCE:
        metrics = recall_by_distance(seed, device, report)
    else:
        model, own = RECIPES[name](seed, device, report)
        save(model, path.with_suffix(".safetensors"))
        stored = load(path.with_suffix(".safetensors"))
        if isinstance(stored, CharLM):
            metrics = {"held_out_bits_per_character": round(held_out_bits(stored), 4)}
        elif isinstance(stored, Recaller):
            metrics = {"accuracy": {str(d): accuracy(stored, d, seed=seed + 1000) for d in DISTANCES}}
        else:
            raise TypeError(f"no measure is known for {name}")
    call, took = f"recipes {name} --seed {seed}", time.perf_counter() - began
    return facts.write(path, call, seconds=took, device=device.type, **own, metrics=metrics)


BY_DISTANCE = "recall_by_distance"
RECIPES: dict[str, Callable[[int, torch.device, Report], tuple[CharLM | Recaller, dict[str, Any]]]] = {
    "char_rnn_tanh": partial(char, "rnn_tanh"),
    "char_rnn_relu": partial(char, "rnn_relu"),
    "char_lstm": partial(char, "lstm"),
    "char_gru": partial(char, "gru"),
    "recall_rnn_tanh": partial(recall, "rnn_tanh"),
    "recall_lstm": partial(recall, "lstm"),
    "recall_gru": partial(recall, "gru"),
    "recall_lstm_bias_0": partial(recall, "lstm", forget_bias=0.0),
    "recall_lstm_at_40": partial(recall_at, "lstm"),
}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=[*RECIPES, BY_DISTANCE])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--folder", type=Path, default=TRAINED)
    wanted = parser.parse_args()
    made = make(
        wanted.name,
        wanted.seed,
        devices.pick(wanted.device),
        lambda p: print(
            f"step {p.step} of {p.steps}: loss {p.loss:.3f}, gradient {p.gradient_norm:.2f}, {p.seconds:.0f} s"
        ),
        wanted.folder,
    )
    seal(made.parent)
    print(made)
