"""What the experiments of the lesson on listening return, and what is settled about them. Plain numpy, no torch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from core.data.sound import STARTS, WORDS
from core.experiments.intervals import wilson
from core.experiments.word_errors import plain

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
    "trained": "retrained",
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


CLIPS = tuple(WORDS)
LAYERS = ("all", "1", "2", "3", "4")  # of the decoder: whose cross-attention
DEFAULT_CLIP, DEFAULT_LAYER, DEFAULT_WORD, LOUD = "young_man", "all", 2, 2.0
STEP_SECONDS = 0.02  # of Whisper's frames


@dataclass(frozen=True)
class Written:
    """What Whisper wrote for a sound, and what each word attended to while it was written, by layer as in `LAYERS`.

    low, high: the lowest and highest sample of each 20 ms. attention: of a word's tokens, the mean over the heads; rows
    sum to 1. starts: in seconds, of each word, and last the end of the text. nobody: how likely nobody speaks, it says.
    """

    words: tuple[str, ...]
    low: Float[np.ndarray, "frames"]
    high: Float[np.ndarray, "frames"]
    attention: Float[np.ndarray, "layers words frames"]
    starts: Float[np.ndarray, "layers words_and_end"]
    nobody: float

    @property
    def seconds(self) -> float:
        """Return how long the sound is."""
        return len(self.low) * STEP_SECONDS

    def box(self, layer: str, word: int) -> tuple[float, float]:
        """Return from when to when a word is said, by the attention of one of `LAYERS`."""
        start, end = self.starts[LAYERS.index(layer), word : word + 2]
        return float(start), float(end)

    def inside(self, layer: str, word: int) -> float:
        """Return how much of a word's attention lies in its box."""
        start, end = (round(one / STEP_SECONDS) for one in self.box(layer, word))
        return float(self.attention[LAYERS.index(layer), word, start : max(end, start + 1)].sum(dtype=np.float64))

    def guessed(self) -> Float[np.ndarray, "words"]:
        """Return when each word begins if every letter takes as long as any other: a guess without the sound."""
        letters = np.cumsum([0, *(len(plain(word)) for word in self.words)])
        return letters[:-1] / max(int(letters[-1]), 1) * self.seconds


def off(begun: Float[np.ndarray, "words"], pairs: Sequence[tuple[int, int]], clip: str) -> Float[np.ndarray, "pairs"]:
    """Return by how many seconds the beginning of each right word of a clip is wrong; see `core.data.sound.STARTS`."""
    return np.array([abs(begun[i] - STARTS[clip][j] / 100) for i, j in pairs])


@dataclass(frozen=True)
class WordScores:
    """How well Whisper hears the clips, and how well it is known when each word is said.

    In noise so many times as loud as the voice (`noises`), `right` of `said` words are right, and `written` are written.
    off: seconds that the beginning of a right word is wrong, by each of `readers`. took: seconds, without noise.
    """

    clips: int
    said: int
    noises: tuple[float, ...]
    right: tuple[int, ...]
    written: tuple[int, ...]
    errors: int
    readers: tuple[str, ...]
    off: Float[np.ndarray, "readers words"]
    took: float

    def mean(self, reader: str) -> tuple[float, float]:
        """Return the mean of a reader's errors, and how far the true mean may be from it (95 %, as if words were independent)."""
        errors = self.off[self.readers.index(reader)]
        return float(errors.mean()), 1.96 * float(errors.std(ddof=1)) / len(errors) ** 0.5
