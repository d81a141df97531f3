"""What reads handwritten digits in the lesson on order: `python -m core.training.pixels [--seed N]`.

Three recurrent classifiers (GRUs) that read 28 pixels a step, 28 steps a picture, each trained in one order: row by row,
column by column, or in one fixed shuffle of all 784 pixels. And three dense networks of as many hidden units, which take
all pixels at once: as they stand, in that fixed shuffle, and sorted by shade, which is a bag of pixels. Written as
pixels_ORDER.safetensors and pixels_dense.safetensors, each with a JSON file beside it.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from core.assets.own import TRAINED, seal
from core.data.written_digits import PIXELS, SIDE, Digits, by_shade, flat, load_written_digits, reading_order
from core.models.classifier import SequenceClassifier
from core.models.saved import half, load, save
from core.training import facts
from core.training.loop import train

ORDERS = ("rows", "columns", "shuffle")
DENSE = ("rows", "shuffle", "sorted")
HIDDEN, BATCH, EPOCHS, RATE, MOVED = 64, 64, 30, 3e-3, 2  # MOVED: pixels, at most, that a picture is moved in training


def batch(digits: Digits, seed: int, step: int) -> tuple[Float[np.ndarray, "batch pixels"], Int[Tensor, "batch"]]:
    """Return the pictures of a step, each moved a little, from 0 (paper) to 1 (ink), row by row; and their digits."""
    rng = np.random.default_rng((seed, step))
    chosen = rng.integers(0, len(digits.labels), BATCH)
    moves = rng.integers(-MOVED, MOVED + 1, (BATCH, 2))
    moved = [np.roll(digits.pictures[i], tuple(by), (0, 1)) for i, by in zip(chosen, moves, strict=True)]
    return flat(np.stack(moved)), torch.as_tensor(digits.labels[chosen])


def arranged(pixels: Float[np.ndarray, "digits pixels"], how: str) -> Float[Tensor, "digits pixels"]:
    """Return the pixels in a reading order, or "sorted" by shade, the darkest first: what is left in a bag."""
    return torch.as_tensor(by_shade(pixels) if how == "sorted" else pixels[:, reading_order(how)])


def steps_of(pixels: Float[Tensor, "digits pixels"]) -> Float[Tensor, "digits 28 28"]:
    """Return arranged pixels as steps of 28."""
    return pixels.view(len(pixels), SIDE, SIDE)


def recurrent(how: str, digits: Digits, seed: int, steps: int) -> SequenceClassifier:
    """Train a classifier to say after every step which digit it reads: half of the loss is that of the last step."""
    model = SequenceClassifier("gru", 10, features=SIDE, hidden=(HIDDEN,), seed=seed)
    weights = torch.full((SIDE,), 0.5 / (SIDE - 1))
    weights[-1] = 0.5

    def loss(step: int) -> Tensor:
        pixels, labels = batch(digits, seed, step)
        hidden, _ = model.body(steps_of(arranged(pixels, how)))
        scores = model.output(hidden)
        each = cross_entropy(scores.flatten(0, 1), labels.repeat_interleave(SIDE), reduction="none")
        return (each.view(-1, SIDE).mean(0) * weights).sum()

    _run(model, loss, how, steps)
    return model


def dense(how: str, digits: Digits, seed: int, steps: int) -> nn.Sequential:
    """Train a network with one hidden layer on all pixels at once."""
    generator = torch.Generator().manual_seed(seed)
    layers = (nn.Linear(PIXELS, HIDDEN), nn.Linear(HIDDEN, 10))
    model = nn.Sequential(layers[0], nn.ReLU(), layers[1])
    with torch.no_grad():
        for layer in layers:
            layer.weight.normal_(0, (2 / layer.in_features) ** 0.5, generator=generator)
            layer.bias.zero_()

    def loss(step: int) -> Tensor:
        pixels, labels = batch(digits, seed, step)
        return cross_entropy(model(arranged(pixels, how)), labels)

    _run(model, loss, f"dense, {how}", steps)
    return model


def _run(model: nn.Module, loss: Any, name: str, steps: int) -> None:
    for progress in train(model, loss, steps=steps, rate=RATE, every=200):
        print(
            f"{name}: step {progress.step} of {steps}: {progress.loss:.3f} nats, {progress.seconds:.0f} s", flush=True
        )


def make(seed: int = 0, *, steps: int | None = None, folder: Path = TRAINED) -> list[Path]:
    """Train all six, write them, and return the JSON files beside them."""
    digits, test = load_written_digits()
    steps = steps or EPOCHS * len(digits.labels) // BATCH
    pixels, written = flat(test.pictures), []
    for how in ORDERS:
        began = time.perf_counter()
        path = folder / f"pixels_{how}.safetensors"
        save(recurrent(how, digits, seed, steps), path)
        stored = load(path)
        assert isinstance(stored, SequenceClassifier)
        found = stored(steps_of(arranged(pixels, how))).argmax(-1).numpy()
        right = {"held_out_correct": int((found == test.labels).sum())}
        written.append(_facts(path, seed, steps, began, right, sum(p.numel() for p in stored.parameters())))
    began, path = time.perf_counter(), folder / "pixels_dense.safetensors"
    models = {how: dense(how, digits, seed, steps) for how in DENSE}
    save_file({f"{how}.{k}": half(v) for how, m in models.items() for k, v in m.state_dict().items()}, path)
    kept, counts = load_file(path), {}
    for how in DENSE:
        w, b, v, c = (kept[f"{how}.{name}"].float() for name in ("0.weight", "0.bias", "2.weight", "2.bias"))
        found = ((arranged(pixels, how) @ w.T + b).relu() @ v.T + c).argmax(-1).numpy()
        counts[f"held_out_correct_{how}"] = int((found == test.labels).sum())
    written.append(_facts(path, seed, steps, began, counts, sum(v.numel() for v in kept.values())))
    return written


def _facts(path: Path, seed: int, steps: int, began: float, metrics: dict[str, int], parameters: int) -> Path:
    return facts.write(
        path,
        f"pixels --seed {seed}",
        "asset written-digits: 4,000 to train on, 1,000 kept apart",
        time.perf_counter() - began,
        steps=steps,
        batch=BATCH,
        parameters=parameters,
        metrics={"held_out": 1000, **metrics},
    )


def _main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    torch.set_num_threads(1)
    print(*make(parser.parse_args(arguments).seed), sep="\n")
    seal()


if __name__ == "__main__":
    _main()
