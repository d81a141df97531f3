"""What the lesson's experiments return, what a what-if does to a text, and who is right how often. No torch."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int

from core.data.reviews import split
from core.experiments.intervals import Counted

What = Literal["moved", "left out", "negated"]
WHATS: tuple[What, ...] = ("moved", "left out", "negated")
MODELS = {"rnn_tanh": "RNN", "lstm": "LSTM", "gru": "GRU", "bag": "Bag of words"}  # in the order of all arrays
IN_ORDER = tuple(MODELS)[:3]
BAG = 3  # the bag's row
RULE, ALWAYS = "Word scores", "Always"
DEFAULT_TEXT = "The story is entertaining and not stupid."
DEFAULT_WORD, DEFAULT_TO = 5, 3  # from 0: "not" goes before "entertaining"
MAX_WORDS = 40
BINS = ((1, 10), (11, 20), (21, 30), (31, 99))  # words
FILM, NEGATED, TWEETS, PRODUCTS = SETS = ("films", "negated", "tweets", "products")


def fit(text: str) -> tuple[tuple[str, ...], int]:
    """Return a text's first words as the models read them, and how many were dropped behind them."""
    words = tuple(word for word, _, _ in split(text))
    return words[:MAX_WORDS], max(0, len(words) - MAX_WORDS)


def change(words: tuple[str, ...], what: What, word: int, to: int) -> tuple[tuple[str, ...], int | None]:
    """Return a text with one word (from 0) moved to position `to`, left out, or with "not" before it; and where the new
    or moved word stands then. One that is alone is not left out.
    """
    rest = words[:word] + words[word + 1 :]
    if what == "moved":
        return (*rest[:to], words[word], *rest[to:]), to
    if what == "negated":
        return (*words[:word], "not", *words[word:]), word
    return (rest, None) if rest else (words, word)


@dataclass(frozen=True)
class Read:
    """A text as the four models read it: `beliefs` are the probabilities of "positive" after each word, a row a model."""

    words: tuple[str, ...]
    known: tuple[bool, ...]
    beliefs: Float[np.ndarray, "models time"]

    @property
    def ends(self) -> Float[np.ndarray, "models"]:
        """Return each model's probability of "positive" for the whole text."""
        last: np.ndarray = self.beliefs[:, -1]
        return last


def turned(before: Read, after: Read) -> tuple[str, ...]:
    """Return the names of the models whose verdict is another one after a change."""
    other = (before.ends > 0.5) != (after.ends > 0.5)
    return tuple(name for name, is_other in zip(MODELS.values(), other, strict=True) if is_other)


@dataclass(frozen=True)
class Worth:
    """What leaving out each word of a text does to each model's probability of "positive" at its end."""

    words: tuple[str, ...]
    changes: Float[np.ndarray, "models time"]


@dataclass(frozen=True)
class Mistake:
    """A snippet that a model got wrong, people's mean verdict from -4 to 4, and the model's probability of "positive"."""

    model: str
    text: str
    score: float
    belief: float


@dataclass(frozen=True)
class Tested:
    """Snippets that no model was trained on: what people found, and what the models and the rule of word scores say.

    beliefs[m, i]: model m's probability of "positive" for snippet i. `worst`: the three mistakes of each model that are
    the furthest from people's verdict.
    """

    positive: Bool[np.ndarray, "snippets"]
    negates: Bool[np.ndarray, "snippets"]
    lengths: Int[np.ndarray, "snippets"]
    beliefs: Float[np.ndarray, "models snippets"]
    rule: Bool[np.ndarray, "snippets"]
    worst: tuple[Mistake, ...]

    def part(self, which: Bool[np.ndarray, "snippets"]) -> "Tested":
        """Return the same for some of the snippets."""
        arrays = (
            self.positive[which],
            self.negates[which],
            self.lengths[which],
            self.beliefs[:, which],
            self.rule[which],
        )
        return Tested(*arrays, self.worst)

    @property
    def right(self) -> Bool[np.ndarray, "models snippets"]:
        """Return which snippets each model gets right."""
        found: np.ndarray = (self.beliefs > 0.5) == self.positive
        return found


@dataclass(frozen=True)
class HeldOut:
    """The film snippets' parts and what was left out of them, and everything that was tested."""

    train: int
    tune: int
    undecided: int
    alike: int
    seed: int
    film: Tested
    shuffled: Tested
    tweets: Tested
    products: Tested

    def pick(self, name: str) -> Tested:
        """Return one of `SETS`; raises `KeyError` for another name."""
        if name == NEGATED:
            return self.film.part(self.film.negates)
        return {FILM: self.film, TWEETS: self.tweets, PRODUCTS: self.products}[name]

    def mixed(self, name: str) -> Tested | None:
        """Return the same snippets of films with the words of each shuffled; None for the sets that were not read so."""
        return {FILM: self.shuffled, NEGATED: self.shuffled.part(self.film.negates)}.get(name)


@dataclass(frozen=True)
class Row(Counted):
    """How many snippets a model or a baseline gets right."""

    name: str


def rows(tested: Tested) -> tuple[Row, ...]:
    """Return a row for each model, then for the two baselines that learn nothing from snippets.

    The last always gives the answer that is the more frequent one in this very set.
    """
    asked = len(tested.positive)
    more = max(int(tested.positive.sum()), asked - int(tested.positive.sum()))
    always = "positive" if tested.positive.mean() > 0.5 else "negative"
    counts = [*tested.right.sum(1), (tested.rule == tested.positive).sum(), more]
    names = [*MODELS.values(), RULE, f"{ALWAYS} “{always}”"]
    return tuple(Row(asked, int(count), name) for name, count in zip(names, counts, strict=True))


def by_length(tested: Tested) -> list[tuple[tuple[int, int], tuple[Row, ...]]]:
    """Return for each bin of `BINS` that has snippets a row for each model."""
    found = []
    for low, high in BINS:
        inside = (tested.lengths >= low) & (tested.lengths <= high)
        if inside.any():
            found.append(((low, high), rows(tested.part(inside))[: len(MODELS)]))
    return found


def apart(tested: Tested, model: int, other: int) -> tuple[int, int]:
    """Return how many snippets one model alone of two gets right: the first, the second."""
    a, b = tested.right[model], tested.right[other]
    return int((a & ~b).sum()), int((b & ~a).sum())


@dataclass(frozen=True)
class Scored:
    """Lines of a file, what their author says of each (None: nothing), and the models' probabilities of "positive"."""

    texts: tuple[str, ...]
    labels: tuple[bool | None, ...]
    beliefs: Float[np.ndarray, "models lines"]

    def correct(self, model: int) -> tuple[int, int]:
        """Return how many labelled lines a model gets right, and how many there are."""
        judged = [(belief > 0.5) == label for belief, label in zip(self.beliefs[model], self.labels, strict=True)
                  if label is not None]  # fmt: skip
        return sum(map(bool, judged)), len(judged)


def weights(read: Read) -> tuple[float, ...]:
    """Return what each word adds to the bag's sum, from the steps between its log odds; the first one's holds the bias."""
    odds = np.log(read.beliefs[BAG]) - np.log1p(-read.beliefs[BAG])
    return tuple(float(step) for step in np.diff(odds, prepend=0.0))
