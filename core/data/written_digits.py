"""Handwritten digits, and the orders in which their pixels may be read."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int, UInt8

from core.assets.fetch import ensure

NAME = "written-digits"
SIDE = 28  # of a picture, and so many pixels are read at a step
PIXELS = SIDE * SIDE
TESTED = 100  # of each digit: never trained on
FIXED = 0  # the number of the shuffle that a model was trained on; any other number is a new one


@dataclass(frozen=True)
class Digits:
    """Pictures, from 0 (paper) to 255 (ink), and which digit each one is."""

    pictures: UInt8[np.ndarray, "digits side side"]
    labels: Int[np.ndarray, "digits"]


def load_written_digits(folder: Path | None = None, *, seed: int = 0) -> tuple[Digits, Digits]:
    """Return 4,000 digits to train on and 1,000 that are kept apart, 100 of each, in a mixed order; 28 x 28 pixels.

    `folder` is that of the asset "written-digits", fetched when None. Raises `core.assets.fetch.AssetError` where it
    can't be had.
    """
    from safetensors.numpy import load_file

    path = folder or ensure(NAME)
    held = load_file(path / "digits.safetensors" if path.is_dir() else path)
    pictures, labels = held["pictures"], held["labels"].astype(np.int64)
    order = np.random.default_rng(seed).permutation(len(labels))
    rank = np.zeros(len(labels), np.int64)  # the how-manieth of its digit each one is
    for digit in range(10):
        same = order[labels[order] == digit]
        rank[same] = np.arange(len(same))
    test, train = order[rank[order] < TESTED], order[rank[order] >= TESTED]
    return Digits(pictures[train], labels[train]), Digits(pictures[test], labels[test])


def flat(pictures: UInt8[np.ndarray, "digits side side"]) -> Float[np.ndarray, "digits pixels"]:
    """Return pictures row by row, from 0 (paper) to 1 (ink)."""
    return pictures.reshape(len(pictures), PIXELS).astype(np.float32) / np.float32(255)


def by_shade(pixels: Float[np.ndarray, "digits pixels"]) -> Float[np.ndarray, "digits pixels"]:
    """Return each picture's pixels from the darkest to the palest: a bag, the same for every order of the same pixels."""
    return np.asarray(-np.sort(-pixels, axis=1))


def reading_order(name: str, number: int = FIXED) -> Int[np.ndarray, "pixels"]:
    """Return the pixels in the order in which they are read: "rows", "columns", or "shuffle", of which there is one a number.

    Raises `ValueError` for another name.
    """
    rows = np.arange(PIXELS).reshape(SIDE, SIDE)
    if name == "rows":
        return rows.reshape(-1)
    if name == "columns":
        return rows.T.reshape(-1)
    if name == "shuffle":
        return np.random.default_rng((1, number)).permutation(PIXELS)
    raise ValueError(f"there is no order {name!r}")
