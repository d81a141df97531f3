"""Handwritten digits, read a pixel at a time in one order or another, all at once, and as a bag of shades."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, UInt8
from safetensors.numpy import load_file

from core.assets import own
from core.data.written_digits import FIXED, Digits, by_shade, centred, flat, load_written_digits, reading_order, unpack
from core.experiments.why_order.results import ORDERS, Accuracies, Read
from core.models.classifier import SequenceClassifier
from core.models.saved import load
from core.progress import Steps

Pixels = Float[np.ndarray, "digits pixels"]
AT_ONCE = 200  # digits: all states of 1,000 of them, 784 steps each, are 200 MB


def classifier(how: str) -> SequenceClassifier:
    """Return the classifier that was trained in an order: "rows", "columns" or "shuffle"."""
    model = own.read(own.TRAINED / f"pixels_{how}.safetensors", load)
    if not isinstance(model, SequenceClassifier):
        raise ValueError("this file holds no classifier")
    return model


@lru_cache(maxsize=1)  # 1 MB; each digit that a reader asks for would be looked up in a file of 4 MB
def _held_out() -> Digits:
    return load_written_digits()[1]


def read(how: str, shown: str, number: int, digit: int) -> Read:
    """Return what a classifier believes at each step; see `why_order.read_digit`."""
    test = _held_out()
    return _read(how, shown, number, test.pictures[digit], int(test.labels[digit]))


def read_drawing(how: str, shown: str, number: int, drawn: str) -> Read:
    """Return what a classifier believes of a drawing; see `why_order.read_drawing`."""
    return _read(how, shown, number, centred(unpack(drawn)), None)


def _read(how: str, shown: str, number: int, picture: UInt8[np.ndarray, "side side"], label: int | None) -> Read:
    given = flat(picture[None])[0, reading_order(shown, number)]
    scores = classifier(how).scores(torch.as_tensor(given)[None, :, None])
    return Read(label, given, scores[0].softmax(-1).numpy())


def accuracies(number: int) -> Steps[Accuracies]:
    """Return how many of the held-out digits are read correctly; see `why_order.accuracies`."""
    test = _held_out()
    pixels = flat(test.pictures)
    fixed, anew = (pixels[:, reading_order("shuffle", which)] for which in (FIXED, number))
    rows, right = classifier("rows"), 0
    for begin in range(0, len(anew), AT_ONCE):
        part = slice(begin, begin + AT_ONCE)
        found = rows.scores(torch.as_tensor(anew[part])[..., None])[:, -1].argmax(-1).numpy()
        right += int((found == test.labels[part]).sum())
        yield begin + AT_ONCE, len(anew)
    # In the order that each was trained on, as counted when it was: the weights are still those.
    counted = {how: own.facts(f"pixels_{how}")["metrics"]["held_out_correct"] for how, _ in ORDERS.values()}
    recurrent = [counted[how] if how == shown else right for how, shown in ORDERS.values()]
    held = own.read(own.TRAINED / "pixels_dense.safetensors", _tensors)

    def dense(how: str, x: Pixels) -> int:
        return int((scores(held, how, x).argmax(-1) == test.labels).sum())

    wide = [dense("rows", pixels), dense("shuffle", fixed), dense("rows", anew)]
    bag = [dense("sorted", by_shade(x)) for x in (pixels, fixed, anew)]
    size = sum(held[f"rows.{name}"].size for name in ("0.weight", "0.bias", "2.weight", "2.bias"))
    parameters = sum(p.numel() for p in rows.parameters())
    return Accuracies(np.array(recurrent), np.array(wide), np.array(bag), (parameters, int(size)))


def scores(held: dict[str, np.ndarray], how: str, x: Pixels) -> Float[np.ndarray, "digits classes"]:
    """Return the dense network's score for each digit: z = V relu(W x + b) + c (Rosenblatt 1962; Rumelhart et al. 1986)."""
    w, b, v, c = (held[f"{how}.{name}"].astype(np.float32) for name in ("0.weight", "0.bias", "2.weight", "2.bias"))
    return np.asarray(np.maximum(x @ w.T + b, 0) @ v.T + c)


def _tensors(path: Path) -> dict[str, np.ndarray]:
    return dict(load_file(path))
