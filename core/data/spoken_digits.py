"""Spoken digits: 3,000 recordings of “zero” to “nine” by six people, as 13 numbers a frame (Free Spoken Digit Dataset).

The 13 are mel-frequency cepstral coefficients (Davis and Mermelstein 1980): the shape of a frame's spectrum, on a scale
as coarse as the ear's. The recordings themselves are not in the package, nor the speakers' names.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from core.assets.fetch import Progress, ensure

NAME = "spoken-digits"
FEATURES = 13
TESTED = 600  # of the 3,000: never trained on


@dataclass(frozen=True)
class Utterances:
    """Recordings of one digit each: `frames[i]` is (time, 13), scaled by the mean and spread of the training frames."""

    frames: tuple[Float[np.ndarray, "_ 13"], ...]
    digits: Int[np.ndarray, "utterances"]

    def __len__(self) -> int:
        return len(self.frames)

    def averages(self) -> Float[np.ndarray, "utterances 13"]:
        """Return each recording's mean over its frames: what is left of it without order."""
        return np.stack([each.mean(axis=0) for each in self.frames])


@dataclass(frozen=True)
class SpokenDigits:
    """Recordings to train on and recordings that are kept apart, drawn at random: the same six people speak in both."""

    train: Utterances
    test: Utterances


def load_spoken_digits(file: Path | None = None, *, seed: int = 0, progress: Progress | None = None) -> SpokenDigits:
    """Return 2,400 recordings to train on and 600 that are kept apart, split by `seed`.

    `file` is the asset "spoken-digits", fetched when None. Raises `core.assets.fetch.AssetError` where it can't
    be had.
    """
    with np.load(file or ensure(NAME, progress=progress), allow_pickle=False) as held:
        values, digits, lengths = held["X"], held["y"], held["lengths"]
    pieces = np.split(values, np.cumsum(lengths)[:-1])
    order = np.random.default_rng(seed).permutation(len(pieces))
    train, test = order[TESTED:], order[:TESTED]
    seen = np.concatenate([pieces[i] for i in train])
    mean, spread = seen.mean(axis=0), seen.std(axis=0)

    def part(chosen: np.ndarray) -> Utterances:
        frames = tuple(((pieces[i] - mean) / spread).astype(np.float32) for i in chosen)
        return Utterances(frames, digits[chosen].astype(np.int64))

    return SpokenDigits(part(train), part(test))
