"""What the lesson on learning to write measures, as plain values, and what is read out of them. No torch."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

KINDS = {"rnn_tanh": "RNN", "lstm": "LSTM", "gru": "GRU", "transformer": "Transformer"}
USUAL = {"rnn_tanh": 3e-3, "lstm": 6e-3, "gru": 8e-3, "transformer": 3e-3}  # learning rates
SIZES, WINDOWS, RATES = ("64", "128", "256"), ("16", "32", "64", "128"), ("0.25", "1", "4")
MINUTE = 1_000_000  # characters that a short training reads
DEFAULT_TEXT = "novel"
MEASURES = {"triples": "letter triples", "words": "words", "pairs": "pairs of words"}  # what is compared with the text
STYLE = {"style": "style"}
COUNTED = ("single characters", "pairs", "triples", "fours", "fives")  # what 1- to 5-grams count
SHOWN = 400  # characters of a sample that are kept
# Where the passage that is shown begins in the held-out part, and its length.
PASSAGES, PASSAGE = {"novel": 30_725, "speeches": 8}, 400


@dataclass(frozen=True)
class Setting:
    """What is trained: the kind of model, its width, through how many characters gradients go, times the usual rate."""

    kind: str = "lstm"
    size: int = 128
    window: int = 64
    rate: float = 1.0

    @property
    def learning_rate(self) -> float:
        """Return the learning rate itself."""
        return self.rate * USUAL[self.kind]


@dataclass(frozen=True)
class Shares:
    """What of a written text occurs in the text that was learned from.

    triples: of its letter triples (a word's beginning and end count as letters), words: of its words, pairs: of its pairs of
    neighbouring words. style: of its pieces, how many a judge takes for this text and not for the other one that ships;
    nan where there is no such judge. written: how many words it has.
    """

    triples: float
    words: float
    pairs: float
    style: float
    written: int


@dataclass(frozen=True)
class Moment:
    """A moment of a training: what was read so far, in how many seconds of training, and what the model is worth.

    bits: on held-out text, a character. text: the beginning of what it writes. following: the likeliest next characters
    after the run's prompt.
    """

    read: int
    seconds: float
    bits: float
    shares: Shares
    text: str
    following: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Counts:
    """What counting achieves on the same held-out text: bits a character of 1- to 5-grams; `real`: that text's own shares."""

    grams: tuple[float, ...]
    real: Shares
    train: int
    held_out: int
    vocabulary: int
    words: int  # different ones

    def level(self, bits: float) -> int:
        """Return the longest n-gram that a model with so many bits is better than; 0 for none."""
        return max((n for n, gram in enumerate(self.grams, 1) if bits < gram), default=0)


@dataclass(frozen=True)
class Run:
    """A training as far as it came. `parameters`: of the model; `prompt`: what `following` of each moment comes after."""

    setting: Setting
    parameters: int
    prompt: str
    moments: tuple[Moment, ...]

    @property
    def last(self) -> Moment:
        """Return the last moment."""
        return self.moments[-1]

    @property
    def best(self) -> Moment:
        """Return the moment whose sample has the largest share of words that the text has; of equal ones the latest."""
        return max(self.moments, key=lambda moment: (moment.shares.words, moment.read))

    @property
    def worst(self) -> Moment:
        """Return the moment whose sample has the smallest share of such words; of equal ones the earliest."""
        return min(self.moments, key=lambda moment: (moment.shares.words, moment.read))

    @property
    def speed(self) -> float:
        """Return how many characters a second were read in training."""
        return self.last.read / self.last.seconds if self.last.seconds else 0.0

    def share_at(self, measure: str, read: float) -> float:
        """Return a share after so many characters, on a straight line between two moments over their logarithms."""
        later = self.moments[1:]
        known = [float(getattr(moment.shares, measure)) for moment in later]
        return float(np.interp(math.log(read), [math.log(moment.read) for moment in later], known))

    def reached(self, measure: str, real: Shares, part: float = 0.5) -> float:
        """Return after how many characters a share has come `part` of the way from the untrained model to real text.

        Between two moments the way is straight over the logarithm of the characters; nan where it has not come so far.
        """
        start, goal = (float(getattr(one, measure)) for one in (self.moments[0].shares, real))
        wanted = start + part * (goal - start)
        for before, after in zip(self.moments, self.moments[1:], strict=False):
            low, high = (float(getattr(one.shares, measure)) for one in (before, after))
            if high >= wanted:
                if before.read == 0 or low >= wanted:
                    return float(after.read)
                place = (wanted - low) / (high - low)
                return math.exp((1 - place) * math.log(before.read) + place * math.log(after.read))
        return math.nan


@dataclass(frozen=True)
class Coloured:
    """A passage as a trained model reads it: for each feature the best unit's values, beside the feature itself.

    values: shares of the unit's reach, from -1 to 1; `labels` are the units' names. One that falls where the feature rises
    has its sign turned. held_out: the correlation on `characters` of text that the unit was not chosen by. own: that in the
    passage, nan where the feature never changes in it. unknown: characters of the passage that the model does not know.
    """

    text: str
    values: Float[np.ndarray, "feature time"]
    truth: Float[np.ndarray, "feature time"]
    labels: tuple[str, ...]
    held_out: Float[np.ndarray, "feature"]
    own: Float[np.ndarray, "feature"]
    characters: int
    units: int
    unknown: int


def rounded(number: float) -> str:
    """Return a count of characters as one says it: "4,100", "61,000", "1.9 million"."""
    if number >= 1e6:
        return f"{number / 1e6:.1f}".removesuffix(".0") + " million"
    digits = 10 ** max(int(math.log10(max(number, 1))) - 1, 0)
    return f"{round(number / digits) * digits:,.0f}"


def moments_up_to(most: int, already: Sequence[int] = (0,)) -> list[int]:
    """Return after how many characters a short training is looked at: more often at the start, then every 100,000."""
    early = [5_000, 15_000, 40_000]
    later = range(100_000, most, 100_000)
    return sorted({at for at in (0, *early, *later, most) if max(already) < at <= most})
