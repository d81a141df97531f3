"""The GRUs that name spoken digits, and the reader without order that they are compared with."""

from typing import cast

import numpy as np
import torch
from jaxtyping import Float, Int
from torch.nn.utils.rnn import pad_sequence

from core.assets.own import TRAINED, read
from core.data.spoken_digits import SpokenDigits, Utterances, load_spoken_digits
from core.experiments.listening.results import ORDERS, DigitHeard, DigitScores
from core.models.classifier import SequenceClassifier
from core.models.saved import load
from core.pretrained.held import held

SHARES = tuple(n / 10 for n in range(1, 11))


@held
def model_for(direction: str) -> SequenceClassifier:
    """Return the GRU that was trained to read in a direction, "forwards" or "backwards"."""
    return cast(SequenceClassifier, read(TRAINED / f"digits_{direction}.safetensors", load))


@held
def data() -> SpokenDigits:
    """Return the recordings."""
    return load_spoken_digits()


def in_order(frames: Float[np.ndarray, "time 13"], order: str) -> Float[np.ndarray, "time 13"]:
    """Return frames as they are read in one of `results.ORDERS`."""
    return frames if order == "forwards" else frames[::-1].copy()


def reader(order: str) -> SequenceClassifier:
    """Return who reads in one of `results.ORDERS`: backwards it is the GRU that has only ever read forwards."""
    return model_for("backwards" if order == "trained" else "forwards")


def nearest(train: Utterances, asked: Float[np.ndarray, "asked 13"]) -> Int[np.ndarray, "asked"]:
    """Return the digit of the training recording whose average is nearest to each: Euclidean, one neighbour."""
    apart = ((asked[:, None] - train.averages()[None]) ** 2).sum(-1)
    return train.digits[apart.argmin(1)]


def hear(digit: int, number: int, order: str) -> DigitHeard:
    """Return what the reader of an order believes of a recording; a number that is too large counts from the start again."""
    recordings = data()
    those = np.flatnonzero(recordings.test.digits == digit)
    frames = recordings.test.frames[those[number % len(those)]]
    belief = reader(order).trace(torch.as_tensor(in_order(frames, order))).probabilities
    guess = int(nearest(recordings.train, frames.mean(0, keepdims=True))[0])
    return DigitHeard(digit, frames, belief, guess, len(those))


def scores() -> DigitScores:
    """Return how many of the recordings kept apart each reader names."""
    recordings = data()
    test, digits = recordings.test, recordings.test.digits
    lengths = np.array([len(each) for each in test.frames])
    rows, rng = np.arange(len(test)), np.random.default_rng(0)

    def answers(order: str, sequences: list[np.ndarray]) -> np.ndarray:
        padded = pad_sequence([torch.as_tensor(each) for each in sequences], batch_first=True)
        return reader(order).scores(padded).argmax(-1).numpy()

    right = []
    for order in ORDERS:
        said = answers(order, [in_order(each, order) for each in test.frames])
        right.append(int((said[rows, lengths - 1] == digits).sum()))
    said = answers("forwards", list(test.frames))
    ends = [np.maximum(np.round(share * lengths).astype(int), 1) - 1 for share in SHARES]
    after = np.array([(said[rows, end] == digits).sum() for end in ends])
    mixed = answers("forwards", [each[rng.permutation(len(each))] for each in test.frames])
    return DigitScores(
        len(test),
        tuple(right),
        int((nearest(recordings.train, test.averages()) == digits).sum()),
        int((mixed[rows, lengths - 1] == digits).sum()),
        SHARES,
        after,
    )
