"""What the lesson's experiments return, and the defaults of its page. No torch."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, UInt8

from core.data.emoji import Artist, Language, Part
from core.data.reviews import split
from core.experiments.intervals import Counted

Shape = Literal["one to one", "many to one", "one to many", "many to many"]
SHAPES: tuple[Shape, ...] = ("one to one", "many to one", "one to many", "many to many")

MOST_HOURS, DEFAULT_GPA, DEFAULT_QUIZ, DEFAULT_HOURS = 40, 2.8, 8, 14  # near the means of the 856
BINS = ((0, 7), (8, 11), (12, 15), (16, 19), (20, 50))  # hours a week

NOTES = "The @MIT Introduction to #DeepLearning is definitely one of the best courses of its kind currently available online"
TWEETS = {
    "The notes’ tweet": NOTES,
    "“worst” for “best”": NOTES.replace("best", "worst"),
}
MOST_WORDS = 30

PICTURES: dict[str, tuple[Artist, Part]] = {
    "New pair": ("noto", "pairs"),
    "New thing": ("noto", "things"),
    "Other artist": ("twemoji", "train"),
    "Trained on": ("noto", "train"),
}
DEFAULT_KIND, OTHER_KIND, OTHER_ARTIST = "New pair", "New thing", "Other artist"
SHOWN = 60  # pictures of each kind that a reader can choose from
TOP = 3  # likeliest words that are kept of a step
FRENCH_AND_ENGLISH: dict[str, Language] = {"English": "en", "French": "fr"}

SENTENCES = {
    "Short": "My sister bought a new house.",
    "Long": "The old doctor and his wife bought a new house.",
}


def fit(text: str) -> tuple[tuple[str, ...], int]:
    """Return a text's first words as the models read them, and how many were dropped behind them."""
    words = tuple(word for word, _, _ in split(text))
    return words[:MOST_WORDS], max(0, len(words) - MOST_WORDS)


@dataclass(frozen=True)
class Scores:
    """How many answers of a network were correct, and of others on the same questions, by name."""

    network: Counted
    others: tuple[tuple[str, Counted], ...]


@dataclass(frozen=True)
class Passing:
    """A student's probability of passing, for 0, 1, 2, ... hours of study a week.

    middle: the mean of a hundred networks that were trained on other draws of the students; 95 of them are between low
    and high. logistic: that of a logistic regression.
    """

    middle: Float[np.ndarray, "hours"]
    low: Float[np.ndarray, "hours"]
    high: Float[np.ndarray, "hours"]
    logistic: Float[np.ndarray, "hours"]


@dataclass(frozen=True)
class Classed:
    """The real students: how many passed of those who studied so many hours (`BINS`), and what models got right."""

    passed: tuple[Counted, ...]
    scores: Scores
    study_alone: Counted


@dataclass(frozen=True)
class Tweet:
    """A text as it was read: the probability of "positive" after each word, from a GRU and from a bag of words."""

    words: tuple[str, ...]
    known: Bool[np.ndarray, "time"]
    beliefs: Float[np.ndarray, "time"]
    bag: Float[np.ndarray, "time"]


@dataclass(frozen=True)
class Caption:
    """How a picture's name came about.

    sign: the emoji; name: what it is called; nearest: the name of the picture in training that differs least from it.
    likeliest: at each step the `TOP` likeliest words with their probabilities, the first of which was written.
    """

    sign: str
    name: tuple[str, ...]
    nearest: tuple[str, ...]
    picture: UInt8[np.ndarray, "side side 3"]
    likeliest: tuple[tuple[tuple[str, float], ...], ...]

    @property
    def written(self) -> tuple[str, ...]:
        """Return the words that were written, without the end."""
        words = [step[0][0] for step in self.likeliest]
        return tuple(words[:-1] if words[-1] == END else words)


END = "<end>"


@dataclass(frozen=True)
class Captioned:
    """What was written for all pictures of a kind in a language; names wholly right, and the mean share of right words.

    shares: of the network, the nearest picture and the most frequent words, each with the ends of its interval. writable:
    how many of the names consist of words of training names in that language.
    """

    language: Language
    kind: str
    scores: Scores
    shares: tuple[tuple[str, float, float, float], ...]
    writable: int


def shared(name: tuple[str, ...], written: tuple[str, ...]) -> float:
    """Return the share of words that two names have in common: 2 x common / all of both (Dice 1945)."""
    common = sum(min(name.count(word), written.count(word)) for word in set(name))
    return 2 * common / max(1, len(name) + len(written))


@dataclass(frozen=True)
class Translated:
    """A sentence and its translation by a GRU that reads and a GRU that writes, in pieces of words, both with their ends."""

    source: tuple[str, ...]
    target: tuple[str, ...]
    probabilities: Float[np.ndarray, "target"]
    text: str
