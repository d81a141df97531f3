"""A dense network and an LSTM of about equal size learn whether a film review is good: `python -m core.training.moved KIND`.

KIND is "dense" or "lstm". Both read the first 20 words of the same reviews, in the same batches. The recipe writes
moved_KIND.safetensors and, beside it, the command, the data, the time and what came out, measured on the file as stored.
"""

import argparse
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.assets.own import TRAINED, seal
from core.data.reviews import Snippet, load_reviews
from core.models.classifier import DenseClassifier, SequenceClassifier
from core.models.saved import save
from core.pretrained.verdicts import LENGTH, Reader, encode, load_path, numbered, positive
from core.training import facts
from core.training.loop import train
from core.training.recipes import seed_dropout

WORDS, EMBEDDING, DROPOUT = 3_000, 16, 0.3
HIDDEN = {"dense": 32, "lstm": 40}  # 10,338 and 9,362 parameters besides the words' vectors
STEPS, BATCH, RATE = 900, 64, 3e-3


def build(kind: Reader, vocabulary: int, seed: int) -> DenseClassifier | SequenceClassifier:
    """Return an untrained classifier with small word vectors."""
    if kind == "dense":
        model: DenseClassifier | SequenceClassifier = DenseClassifier(
            2, LENGTH, vocabulary, embedding=EMBEDDING, hidden=HIDDEN[kind], dropout=DROPOUT, seed=seed
        )
    else:
        model = SequenceClassifier(
            "lstm", 2, vocabulary=vocabulary, embedding=EMBEDDING, hidden=(HIDDEN[kind],), dropout=DROPOUT, seed=seed
        )
    assert model.embedding is not None
    with torch.no_grad():
        model.embedding.weight.mul_(0.5)
    return model


def make(kind: Reader, seed: int = 0, *, steps: int = STEPS, folder: Path = TRAINED) -> Path:
    """Train one of the two, write it, and return the JSON file beside it."""
    began = time.perf_counter()
    reviews = load_reviews()
    counts = Counter(word for review in reviews.train for word in review.words[:LENGTH])
    known = [word for word, _ in counts.most_common(WORDS)]
    ids = numbered(known)
    rows, labels = _as_tensors(reviews.train, ids)
    seed_dropout(seed)
    model = build(kind, len(known) + 2, seed).train()

    def loss(step: int) -> Tensor:
        chosen = torch.as_tensor(np.random.default_rng((seed, step)).integers(0, len(rows), BATCH))
        return cross_entropy(model(rows[chosen]), labels[chosen])

    for progress in train(model, loss, steps=steps, rate=RATE, every=100):
        print(
            f"{kind}: step {progress.step} of {steps}: {progress.loss:.3f} nats, {progress.seconds:.0f} s", flush=True
        )
    path = folder / f"moved_{kind}.safetensors"
    save(model, path)
    held_out, right = _as_tensors(reviews.held_out, ids)
    correct = (positive(load_path(path), held_out) > 0.5) == right.numpy().astype(bool)
    return facts.write(
        path,
        f"moved {kind} --seed {seed}",
        "asset hutto-snippets: film reviews, see core.data.reviews",
        time.perf_counter() - began,
        steps=steps,
        batch=BATCH,
        parameters=sum(p.numel() for p in model.parameters()),
        metrics={"held_out_accuracy": round(float(correct.mean()), 4), "held_out": len(correct)},
        vocabulary=known,
    )


def _as_tensors(reviews: Sequence[Snippet], ids: Mapping[str, int]) -> tuple[Tensor, Tensor]:
    rows = torch.stack([encode(review.words, ids) for review in reviews])
    return rows, torch.tensor([int(review.is_positive) for review in reviews])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=get_args(Reader))
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    made = make(wanted.kind, wanted.seed)
    seal(made.parent)
    print(made, made.read_text("utf-8")[:600])
