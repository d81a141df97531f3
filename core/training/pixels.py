"""What reads handwritten digits in the lesson on order: `python -m core.training.pixels WHAT [--seed N]`.

WHAT is `rows`, `columns` or `shuffle`: a recurrent classifier (GRU) that reads one pixel a step, 784 steps a picture, row
by row, column by column, or in one fixed shuffle of all pixels; written as pixels_WHAT.safetensors. Or it is `dense`:
three networks of as many hidden units, which take all pixels at once: as they stand, in that fixed shuffle, and sorted by
shade, which is a bag of pixels; written as pixels_dense.safetensors. Each has a JSON file beside it.
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
from core.data.written_digits import PIXELS, Digits, by_shade, flat, load_written_digits, reading_order
from core.models.classifier import SequenceClassifier
from core.models.fused import fused
from core.models.gru import GRU
from core.models.saved import half, load, save
from core.training import facts
from core.training.loop import train

ORDERS = ("rows", "columns", "shuffle")
DENSE = ("rows", "shuffle", "sorted")
WHAT = (*ORDERS, "dense")
HIDDEN, RATE, MOVED = 64, 3e-3, 2  # MOVED: pixels, at most, that a picture is moved in training
BATCH, STEPS = 50, {"recurrent": 5000, "dense": 2400}  # pictures in a step, and steps
JUDGED = 7  # pixels from one belief that is judged in training to the next


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


def steps_of(pixels: Float[Tensor, "digits pixels"]) -> Float[Tensor, "digits pixels 1"]:
    """Return arranged pixels as steps of one number."""
    return pixels[..., None]


def recurrent(how: str, digits: Digits, seed: int, steps: int) -> SequenceClassifier:
    """Train a classifier to say after every step which digit it reads: half of the loss is that of the last step.

    From torch's usual start it learns nothing in 784 steps: its units have forgotten the first pixels before the last.
    """
    model = SequenceClassifier("gru", 10, features=1, hidden=(HIDDEN,), seed=seed)
    layer = model.body.layers[0]
    assert isinstance(layer, GRU)
    layer.set_time_scales(PIXELS, seed=seed)
    with torch.no_grad():
        layer.weight_ih_l0.normal_(generator=torch.Generator().manual_seed(seed))  # one number a step has to be heard
    judged = torch.arange(JUDGED - 1, PIXELS, JUDGED)
    weights = torch.full(judged.shape, 0.5 / (len(judged) - 1))
    weights[-1] = 0.5

    def loss(step: int) -> Tensor:
        pixels, labels = batch(digits, seed, step)
        hidden, _ = fused(model.body, steps_of(arranged(pixels, how)))
        scores = model.output(hidden[:, judged])
        each = cross_entropy(scores.flatten(0, 1), labels.repeat_interleave(len(judged)), reduction="none")
        return (each.view(-1, len(judged)).mean(0) * weights).sum()

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


def make(what: str, seed: int = 0, *, steps: int | None = None, folder: Path = TRAINED) -> Path:
    """Train what `WHAT` names, write it, and return the JSON file beside it."""
    digits, test = load_written_digits()
    began, path = time.perf_counter(), folder / f"pixels_{what}.safetensors"
    if what != "dense":
        steps = steps or STEPS["recurrent"]
        save(recurrent(what, digits, seed, steps), path)
        stored = load(path)
        assert isinstance(stored, SequenceClassifier)
        found = stored.scores(steps_of(arranged(flat(test.pictures), what)))[:, -1].argmax(-1).numpy()
        right = {"held_out_correct": int((found == test.labels).sum())}
        return _facts(path, what, seed, steps, began, right, sum(p.numel() for p in stored.parameters()))
    steps = steps or STEPS["dense"]
    models = {how: dense(how, digits, seed, steps) for how in DENSE}
    save_file({f"{how}.{k}": half(v) for how, m in models.items() for k, v in m.state_dict().items()}, path)
    kept, counts = load_file(path), {}
    for how in DENSE:
        w, b, v, c = (kept[f"{how}.{name}"].float() for name in ("0.weight", "0.bias", "2.weight", "2.bias"))
        found = ((arranged(flat(test.pictures), how) @ w.T + b).relu() @ v.T + c).argmax(-1).numpy()
        counts[f"held_out_correct_{how}"] = int((found == test.labels).sum())
    return _facts(path, what, seed, steps, began, counts, sum(v.numel() for v in kept.values()))


def _facts(
    path: Path, what: str, seed: int, steps: int, began: float, metrics: dict[str, int], parameters: int
) -> Path:
    return facts.write(
        path,
        f"pixels {what} --seed {seed}",
        "asset written-digits: 4,000 to train on, 1,000 kept apart",
        time.perf_counter() - began,
        steps=steps,
        batch=BATCH,
        parameters=parameters,
        metrics={"held_out": 1000, **metrics},
    )


def _main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=WHAT)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(1)
    print(make(chosen.what, chosen.seed))
    seal()


if __name__ == "__main__":
    _main()
