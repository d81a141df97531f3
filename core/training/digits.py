"""Two GRUs that hear spoken digits: `python -m core.training.digits DIRECTION [--seed N]`, forwards or backwards.

Both read the same recordings, one from the first frame to the last, one from the last to the first. The recipe writes
digits_DIRECTION.safetensors and, beside it, the command, the data, the time and what came out, on the file as stored.
"""

import argparse
import time
from pathlib import Path
from typing import Literal, cast, get_args

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence

from core.assets.own import TRAINED, seal
from core.data.spoken_digits import FEATURES, Utterances, load_spoken_digits
from core.models.classifier import SequenceClassifier
from core.models.saved import load, save
from core.training import facts
from core.training.loop import train
from core.training.recipes import seed_dropout

Direction = Literal["forwards", "backwards"]
HIDDEN, BATCH, STEPS, RATE, DROPOUT = 96, 64, 1500, 4e-3, 0.3
NOISE = 0.3  # of a feature's spread: no recording is heard twice the same


def steps_of(frames: np.ndarray, direction: Direction) -> Tensor:
    """Return frames in the order in which they are read."""
    return torch.as_tensor(frames if direction == "forwards" else frames[::-1].copy())


def accuracy(model: SequenceClassifier, heard: Utterances, direction: Direction) -> float:
    """Return the share of recordings whose likeliest digit, after the last frame, is the one that was said."""
    sequences = [steps_of(each, direction) for each in heard.frames]
    with torch.no_grad():
        scores = model(pad_sequence(sequences, batch_first=True), torch.tensor([len(each) for each in sequences]))
    return float((scores.argmax(-1).numpy() == heard.digits).mean())


def make(direction: Direction, seed: int = 0, *, steps: int = STEPS, folder: Path = TRAINED) -> Path:
    """Train a GRU that reads in one direction, write it, and return the JSON file beside it."""
    began = time.perf_counter()
    data = load_spoken_digits()
    sequences, digits = [steps_of(each, direction) for each in data.train.frames], torch.tensor(data.train.digits)
    model = SequenceClassifier("gru", 10, features=FEATURES, hidden=(HIDDEN,), dropout=DROPOUT, seed=seed)
    generator = torch.Generator().manual_seed(seed)

    def loss(step: int) -> Tensor:
        chosen = torch.randint(len(sequences), (BATCH,), generator=generator).tolist()
        batch = pad_sequence([sequences[i] for i in chosen], batch_first=True)
        noisy = batch + NOISE * torch.randn(batch.shape, generator=generator)
        return cross_entropy(model(noisy, torch.tensor([len(sequences[i]) for i in chosen])), digits[chosen])

    with torch.random.fork_rng():
        seed_dropout(seed)
        for progress in train(model, loss, steps=steps, rate=RATE, every=100):
            print(f"{direction}: step {progress.step} of {steps}: {progress.loss:.3f} nats, {progress.seconds:.0f} s")
    path = folder / f"digits_{direction}.safetensors"
    save(model, path)
    stored = cast(SequenceClassifier, load(path))
    return facts.write(
        path,
        f"digits {direction} --seed {seed}",
        "asset spoken-digits: 2,400 recordings of six people",
        time.perf_counter() - began,
        steps=steps,
        batch=BATCH,
        hidden=HIDDEN,
        parameters=sum(p.numel() for p in model.parameters()),
        metrics={
            "accuracy_on_600_kept_apart": round(accuracy(stored, data.test, direction), 4),
            "accuracy_in_training": round(accuracy(stored, data.train, direction), 4),
        },
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("direction", choices=get_args(Direction))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=TRAINED)
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    made = make(wanted.direction, wanted.seed, folder=wanted.folder)
    seal(made.parent)
    print(made)
