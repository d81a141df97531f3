"""Handwritten digits, read 28 pixels at a time in one order or another, all at once, and as a bag of shades."""

from pathlib import Path

import numpy as np
import torch
from jaxtyping import Bool, Float
from safetensors.numpy import load_file
from torch import Tensor

from core.assets import own
from core.data.written_digits import FIXED, SIDE, by_shade, flat, load_written_digits, reading_order
from core.experiments.why_order.results import ORDERS, Accuracies, Read
from core.models.classifier import SequenceClassifier
from core.models.saved import load

Pixels = Float[np.ndarray, "digits pixels"]


def classifier(how: str) -> SequenceClassifier:
    """Return the classifier that was trained in an order: "rows", "columns" or "shuffle"."""
    model = own.read(own.TRAINED / f"pixels_{how}.safetensors", load)
    if not isinstance(model, SequenceClassifier):
        raise ValueError("this file holds no classifier")
    return model


def read(how: str, shown: str, number: int, digit: int) -> Read:
    """Return what a classifier believes at each step; see `why_order.read_digit`."""
    _, test = load_written_digits()
    given = flat(test.pictures[digit : digit + 1])[:, reading_order(shown, number)].reshape(SIDE, SIDE)
    belief = classifier(how).trace(torch.as_tensor(given))
    return Read(int(test.labels[digit]), given, belief.probabilities)


def accuracies(number: int) -> Accuracies:
    """Return how many of the held-out digits are read correctly; see `why_order.accuracies`."""
    _, test = load_written_digits()
    pixels = flat(test.pictures)

    def in_order(shown: str) -> Pixels:
        return pixels[:, reading_order(shown, FIXED if shown == "shuffle" else 0)]

    anew = pixels[:, reading_order("shuffle", number)]
    recurrent, parameters = [], 0
    for how, shown in ORDERS.values():
        model = classifier(how)
        parameters = sum(p.numel() for p in model.parameters())
        x: Tensor = torch.as_tensor(anew if how != shown else in_order(shown)).view(-1, SIDE, SIDE)
        recurrent.append(int((model(x).argmax(-1).numpy() == test.labels).sum()))
    held = own.read(own.TRAINED / "pixels_dense.safetensors", _tensors)

    def dense(how: str, x: Pixels) -> Bool[np.ndarray, "digits"]:
        return np.asarray(scores(held, how, x).argmax(-1) == test.labels)

    fixed = in_order("shuffle")
    wide = [dense("rows", pixels), dense("shuffle", fixed), dense("rows", anew)]
    bag = [dense("sorted", by_shade(x)) for x in (pixels, fixed, anew)]
    size = sum(held[f"rows.{name}"].size for name in ("0.weight", "0.bias", "2.weight", "2.bias"))
    return Accuracies(
        np.array(recurrent), np.array([int(x.sum()) for x in wide]), np.array([int(x.sum()) for x in bag]),
        (parameters, int(size)),
    )  # fmt: skip


def scores(held: dict[str, np.ndarray], how: str, x: Pixels) -> Float[np.ndarray, "digits classes"]:
    """Return the dense network's score for each digit: z = V relu(W x + b) + c (Rosenblatt 1962; Rumelhart et al. 1986)."""
    w, b, v, c = (held[f"{how}.{name}"].astype(np.float32) for name in ("0.weight", "0.bias", "2.weight", "2.bias"))
    return np.asarray(np.maximum(x @ w.T + b, 0) @ v.T + c)


def _tensors(path: Path) -> dict[str, np.ndarray]:
    return dict(load_file(path))
