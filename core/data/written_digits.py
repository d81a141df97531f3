"""Handwritten digits and drawn ones, and the orders in which their pixels may be read."""

import base64
import string
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int, UInt8

from core.assets.fetch import ensure

NAME = "written-digits"
SIDE = 28  # of a picture
PIXELS = SIDE * SIDE
TESTED = 100  # of each digit: never trained on
BOX = 20  # pixels on a side: the digit in a picture
PACKED = 262  # letters of a drawing in a link
LETTERS = frozenset(string.ascii_letters + string.digits + "-_")
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


def unpack(drawn: str) -> UInt8[np.ndarray, "side side"]:
    """Return a drawing as a picture, 0 (paper) to 255 (ink), from what a link says of it.

    784 pixels row by row, each a level from 0 to 3 in two bits, the first in the highest of a byte; the 196 bytes in
    URL-safe base64 without padding. Raises `ValueError` for anything else.
    """
    if len(drawn) != PACKED or not set(drawn) <= LETTERS:
        raise ValueError("this is no drawing")
    held = np.frombuffer(base64.urlsafe_b64decode(drawn + "=="), np.uint8)
    return ((held[:, None] >> np.array([6, 4, 2, 0], np.uint8)) % 4 * 85).reshape(SIDE, SIDE)


def centred(picture: UInt8[np.ndarray, "side side"]) -> UInt8[np.ndarray, "side side"]:
    """Return a drawing in MNIST's size and place: in a box of 20 x 20 pixels, its centre of mass in the middle.

    LeCun, Bottou, Bengio and Haffner 1998, section III.A. Raises `ValueError` where there is no ink.
    """
    from PIL import Image

    rows, columns = np.nonzero(picture)
    if not len(rows):
        raise ValueError("there is nothing drawn")
    cut = Image.fromarray(picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1])
    grow = BOX / max(cut.size)
    width, height = (max(1, round(grow * side)) for side in cut.size)
    ink = np.asarray(cut.resize((width, height), Image.Resampling.BILINEAR))
    y, x = (
        round(SIDE / 2 - float((ink.sum(1 - axis) * (np.arange(ink.shape[axis]) + 0.5)).sum() / ink.sum()))
        for axis in (0, 1)
    )
    placed = np.zeros((SIDE, SIDE), np.uint8)
    y, x = min(max(y, 0), SIDE - height), min(max(x, 0), SIDE - width)
    placed[y : y + height, x : x + width] = ink
    return placed


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
