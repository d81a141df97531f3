"""What the lesson on word vectors measures, as plain values, and what is read out of them. No torch."""

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from core.data.senses import PAIRS
from core.experiments.intervals import Counted

DEFAULT_WORDS = "man king woman"
WIDTHS = ("10", "25", "50", "100")
DEFAULT_WINDOW, DEFAULT_NEGATIVES, DEFAULT_WIDTH = 2, 5, 50
STAGES = 20  # parts of the training, at whose ends it is measured
PAIRS_LEARNED = 8_000_000  # at 50 numbers a word and 5 drawn words: about 30 seconds on one thread
TOP = 10  # words that count as near


@dataclass(frozen=True)
class Learned:
    """A training of skip-gram from nothing, on a text in which some words were split at random into two spellings.

    - `words`: how many words have a vector; `read`: how long the text is; `passes`: how many times it was read.
    - `split`: the words that have two spellings. `ranks`: where the other spelling stands among a word's nearest, from 1.
    - `nearest`: each split word's nearest words (numbers in `known`), its other spelling left out.
    - `foretold`: the mean probability of pairs that the text has, and of pairs with a word that was drawn.
    - `passage`: words of the text, the middle one a split word; `drawn`: words drawn to go with it.
    """

    words: int
    read: int
    passes: int
    split: tuple[str, ...]
    ranks: Int[np.ndarray, "stages split"]
    nearest: Int[np.ndarray, "stages split near"]
    known: tuple[str, ...]
    foretold: Float[np.ndarray, "stages two"]
    passage: tuple[str, ...]
    drawn: tuple[str, ...]

    def met(self, stage: int) -> int:
        """Return how many split words have their other spelling among their ten nearest at a stage."""
        return int((self.ranks[stage] <= TOP).sum())

    def first(self, stage: int) -> int:
        """Return of how many the other spelling is the very nearest."""
        return int((self.ranks[stage] == 1).sum())

    def near(self, stage: int, row: int) -> tuple[str, ...]:
        """Return the nearest words of split word `row` at a stage."""
        return tuple(self.known[number] for number in self.nearest[stage, row])

    @property
    def by_chance(self) -> float:
        """Return how many would have it among the ten if all orders were equally likely."""
        return len(self.split) * min(TOP / (self.words - 1), 1.0)


@dataclass(frozen=True)
class Near:
    """What GloVe answers: the nearest words to one (`asked` has one word), or to b - a + c (three), with their cosine.

    `places`: where the asked words, then the found ones, lie on the plane of most variance among them (PCA); `kept` is the
    share of their variance that lies in it. `milliseconds`: what the search among `searched` words took.
    """

    asked: tuple[str, ...]
    found: tuple[tuple[str, float], ...]
    places: Float[np.ndarray, "words two"]
    kept: float
    searched: int
    milliseconds: float
    unknown: tuple[str, ...] = ()


def read_words(text: str) -> tuple[str, ...]:
    """Return the words that were typed, as GloVe writes them: small letters, apart at blanks and commas."""
    return tuple(word for word in re.split(r"[\s,;]+", text.lower()) if word)


@dataclass(frozen=True)
class Group(Counted):
    """Analogy questions of one kind: how many there are, how many are right, for how many all words have a vector."""

    name: str
    example: str
    known: int


@dataclass(frozen=True)
class Judgement:
    """A set of pairs of words that people judged, against GloVe's cosine.

    `rho` is Spearman's rank correlation, `low` and `high` its 95 % interval (bootstrap over pairs). `bins`: pairs in equal
    parts by what people said: their mean judgement, and the mean, 10th and 90th percentile of the cosines.
    """

    name: str
    question: str
    pairs: int
    known: int
    rho: float
    low: float
    high: float
    bins: Float[np.ndarray, "bins four"]


@dataclass(frozen=True)
class Judged:
    """GloVe on public questions."""

    groups: tuple[Group, ...]
    sets: tuple[Judgement, ...]

    @property
    def asked(self) -> int:
        """Return how many analogies were asked in all."""
        return sum(group.asked for group in self.groups)

    @property
    def right(self) -> int:
        """Return how many of them are right."""
        return sum(group.right for group in self.groups)


@dataclass(frozen=True)
class Leaning:
    """Where words lie between "he" (negative) and "she" (positive): the cosine with one direction.

    `pairs` made the direction; `jobs` are occupations, `things` neutral words that nobody would call male or female.
    """

    pairs: tuple[tuple[str, str], ...]
    jobs: tuple[tuple[str, float], ...]
    things: tuple[tuple[str, float], ...]

    @cached_property
    def band(self) -> tuple[float, float]:
        """Return between what the neutral words lie: their mean, less and more two standard deviations."""
        values = np.array([value for _, value in self.things])
        middle, spread = float(values.mean()), float(values.std(ddof=1))
        return middle - 2 * spread, middle + 2 * spread

    @property
    def outside(self) -> tuple[int, int]:
        """Return how many occupations lie beyond the neutral words on the side of "he", and on that of "she"."""
        low, high = self.band
        return sum(value < low for _, value in self.jobs), sum(value > high for _, value in self.jobs)


@dataclass(frozen=True)
class Study:
    """Every pair of `core.data.senses`: how far the word's vector leans towards the first sense in each sentence.

    A lean is the cosine with the first sense's cue less that with the second's. `leans`: the encoder's, before its first
    layer and after each; `glove`: the one lean that GloVe's one vector has. `alike`: the cosine of the word's two vectors.
    """

    leans: Float[np.ndarray, "layers_and_one pairs two"]
    alike: Float[np.ndarray, "layers_and_one pairs"]
    glove: Float[np.ndarray, "pairs"]
    nearest: tuple[tuple[str, ...], ...]

    def right(self, layer: int = -1) -> int:
        """Return in how many of all sentences the encoder's vector is nearer to the sense that is meant."""
        return right(self.leans[layer])

    @property
    def asked(self) -> int:
        """Return how many sentences there are."""
        return 2 * len(self.glove)

    @property
    def glove_right(self) -> int:
        """Return in how many GloVe's is: one vector leans one way, so one of a pair's two sentences."""
        return right(np.stack([self.glove, self.glove], -1))

    @property
    def both(self) -> int:
        """Return for how many words the encoder is right in both sentences."""
        return int(((self.leans[-1, :, 0] > 0) & (self.leans[-1, :, 1] < 0)).sum())


def right(leans: Float[np.ndarray, "pairs two"]) -> int:
    """Return in how many sentences a lean is to the side of the sense that is meant."""
    return int((leans[:, 0] > 0).sum() + (leans[:, 1] < 0).sum())


@dataclass(frozen=True)
class SensesRead:
    """A word of the reader's in two sentences, as `Study` has them; `glove` is None where GloVe lacks a word."""

    word: str
    sentences: tuple[str, str]
    cues: tuple[str, str]
    leans: tuple[float, float]
    alike: float
    glove: float | None
    nearest: tuple[str, ...]


def of_study(study: Study, word: str) -> SensesRead:
    """Return one word of the study; raises `StopIteration` for one that is not in it."""
    row = next(n for n, pair in enumerate(PAIRS) if pair.word == word)
    pair, (one, two) = PAIRS[row], study.leans[-1, row]
    alike, glove = float(study.alike[-1, row]), float(study.glove[row])
    return SensesRead(word, pair.sentences, pair.cues, (float(one), float(two)), alike, glove, study.nearest[row])
