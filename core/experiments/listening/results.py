"""What the experiments of the lesson on listening return, and what is settled about them. Plain numpy, no torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from core.experiments.intervals import wilson

FRAME_SECONDS = 0.032  # 512 of 16,000 samples a second
ENVELOPE = 4  # pieces of a frame whose lowest and highest sample are kept
LIKELY = 0.5  # a frame with more than this probability counts as voice
NOISES = (0.0, 2.0)  # the least and the most noise, times as loud as the sound
SOUNDS: Mapping[str, str] = {
    "young_man": "a sentence",
    "cold_hearted": "a longer one",
    "go_forward": "a command",
    "melody": "a melody",
    "noise": "noise alone",
}
ERASURES: Mapping[str, str] = {
    "never": "never",
    "halfway": "once",
    "fourth": "every 4th frame",
}
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ORDERS: Mapping[str, str] = {
    "forwards": "forwards",
    "backwards": "reversed",
    "trained": "trained reversed",
}
SURE = 0.9  # a digit with more than this probability is settled on
DEFAULT_SOUND, DEFAULT_ERASE, DEFAULT_DIGIT, DEFAULT_NUMBER, DEFAULT_ORDER = "young_man", "never", 7, 1, "forwards"


def resets(erase: str, frames: int) -> tuple[int, ...]:
    """Return before which frames (from 0) the state is erased; raises `KeyError` for a name that is not in `ERASURES`."""
    every = {"never": frames, "halfway": frames // 2, "fourth": 4}[erase]
    if erase == "halfway":
        return (every,) if every else ()
    return tuple(range(every, frames, every)) if every else ()


@dataclass(frozen=True)
class Heard:
    """What the model made of one sound, frame by frame.

    low, high: the lowest and highest sample of each quarter of a frame. probabilities: of a voice, with the state erased
    as asked; `whole` never erased; `alone` before every frame. cell: tanh of the 128 cells, the rows in the order of how
    closely each follows the voice. sample: every eighth sample of the frame `telling`, where most depends on the state.
    """

    low: Float[np.ndarray, "quarters"]
    high: Float[np.ndarray, "quarters"]
    probabilities: Float[np.ndarray, "frames"]
    whole: Float[np.ndarray, "frames"]
    alone: Float[np.ndarray, "frames"]
    cell: Float[np.ndarray, "cells frames"]
    erased: tuple[int, ...]
    telling: int
    sample: Float[np.ndarray, "points"]

    @property
    def other(self) -> Float[np.ndarray, "frames"]:
        """Return what is compared: each frame alone, or where the state was erased, what comes of it never erased."""
        return self.whole if self.erased else self.alone

    @cached_property
    def lost(self) -> int:
        """Return in how many frames a voice is heard with the state, and not with it erased as asked."""
        return int(((self.whole > LIKELY) & (self.probabilities <= LIKELY)).sum())


def voiced(probabilities: Float[np.ndarray, "frames"]) -> int:
    """Return in how many frames a voice is likelier than not."""
    return int((probabilities > LIKELY).sum())


@dataclass(frozen=True)
class Memory:
    """How many frames of speech are heard by a model that remembers few: `heard[i]` of `voiced` frames with `frames[i]`.

    frames: those before the one that is judged. voiced: frames in which the model hears a voice when it remembers all.
    """

    frames: tuple[int, ...]
    heard: tuple[int, ...]
    voiced: int
    clips: int

    def enough(self, share: float = 0.95) -> int:
        """Return how many frames it takes to hear that share of the voice; the most measured where none does."""
        reached = [n for n, heard in zip(self.frames, self.heard, strict=True) if heard >= share * self.voiced]
        return reached[0] if reached else self.frames[-1]


@dataclass(frozen=True)
class DigitHeard:
    """What a GRU believed of one recording: of each digit after each frame that it read, in the order it read them.

    frames: the 13 coefficients of each, in the order of time. nearest: the digit whose average is nearest. of: how many
    recordings of this digit there are to choose from.
    """

    digit: int
    frames: Float[np.ndarray, "time 13"]
    belief: Float[np.ndarray, "time 10"]
    nearest: int
    of: int

    @property
    def said(self) -> int:
        """Return the likeliest digit after the last frame."""
        return int(self.belief[-1].argmax())

    def settled(self) -> int | None:
        """Return after how many frames its answer has more than 90 % and keeps it to the end; None where never."""
        under = np.flatnonzero(self.belief[:, self.said] <= SURE)
        first = int(under[-1]) + 1 if len(under) else 0
        return first + 1 if first < len(self.belief) else None


@dataclass(frozen=True)
class DigitScores:
    """How many of `asked` recordings each reader names.

    right: the GRU in each of `ORDERS`; nearest: the nearest average, which has no order. after: how many the GRU that
    reads forwards names after each of `shares` of the frames. shuffled: after all frames in an order drawn by chance.
    """

    asked: int
    right: tuple[int, ...]
    nearest: int
    shuffled: int
    shares: tuple[float, ...]
    after: Int[np.ndarray, "shares"]

    def interval(self, right: int) -> tuple[float, float]:
        """Return the 95 % interval of Wilson for a count."""
        return wilson(right, self.asked)

    def in_order(self, order: str) -> int:
        """Return the GRU's count in one of `ORDERS`."""
        return self.right[list(ORDERS).index(order)]
