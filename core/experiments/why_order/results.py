"""What the lesson on order shows: two sentences in order and as bags, and digits read step by step. Plain numpy, no torch."""

import math
import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

DEFAULT_MODEL = "smollm2-135m"
PAIRS = {
    "A journey": ("We drove from London to Paris", "We drove from Paris to London", ", and in the evening we arrived in"),
    "A film": ("It was not bad, it was good", "It was not good, it was bad", ". In short, the film was"),
    "A meal": ("He ate before he slept", "He slept before he ate", ". The first thing he did was to"),
}  # fmt: skip
SHOWN, SHUFFLES, MAX_WORDS = 4, 12, 24
DEFAULT_DIGIT, DEFAULT_SHUFFLE, STEPS, TESTED = 3, 1, 784, 1000  # the digit from 0; any shuffle above 0 is a new one
ORDERS = {  # what a reader may choose: the order in which a model was trained, and the one in which it is given the pixels
    "row by row": ("rows", "rows"),
    "column by column": ("columns", "columns"),
    "shuffled, as trained": ("shuffle", "shuffle"),
    "shuffled anew": ("rows", "shuffle"),
}  # fmt: skip
LEARNED, NEW = "shuffled, as trained", "shuffled anew"
KINDS = ("letter", "day", "sound")
FARTHEST, HALF_A_YEAR, DEFAULT_BACK = 400, 183, 20  # steps back


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters, without what stands between them."""
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text.lower())


def distance(one: str, other: str) -> float:
    """Return how far apart the bags of two texts are: the length of the difference of their word counts.

    d = sqrt(sum_w (n_w - m_w)^2), 0 for the same words in whatever order (Salton, Wong and Yang 1975).
    """
    n, m = Counter(words_of(one)), Counter(words_of(other))
    return math.sqrt(sum((n[word] - m[word]) ** 2 for word in n | m))


def fit_words(text: str, limit: int = MAX_WORDS) -> tuple[str, int]:
    """Return a text's first words as they stand, and how many were left out behind them."""
    found = list(re.finditer(r"\S+", text))
    return (text, 0) if len(found) <= limit else (text[: found[limit - 1].end()], len(found) - limit)


@dataclass(frozen=True)
class Guess:
    """Probabilities of the next word after two sentences: in order, and from a bag; of the words that are shown.

    `top` has the most probable word of each sentence read in order, `distance` that of the bags.
    """

    sentences: tuple[str, str]
    ending: str
    words: tuple[str, ...]
    in_order: Float[np.ndarray, "sentences words"]
    bag: Float[np.ndarray, "sentences words"]
    distance: float

    @property
    def told_apart(self) -> tuple[int, int]:
        """Return the two shown words that the sentences change most: up in the first, and up in the second."""
        change = self.in_order[0] - self.in_order[1]
        return int(change.argmax()), int(change.argmin())

    @property
    def moved(self) -> Float[np.ndarray, "two"]:
        """Return by how much a shown word's probability changes at most: read in order, and from the bag."""
        return np.array([float(np.abs(rows[0] - rows[1]).max()) for rows in (self.in_order, self.bag)])


@dataclass(frozen=True)
class Read:
    """A picture as it is read, a pixel a step: `given[t]` is that of step t; probabilities of the ten digits after each.

    `label` is the digit that it is, None of a reader's own drawing.
    """

    label: int | None
    given: Float[np.ndarray, "steps"]
    probabilities: Float[np.ndarray, "steps digits"]

    @property
    def says(self) -> int:
        """Return the digit that is believed in the end."""
        return int(self.probabilities[-1].argmax())


@dataclass(frozen=True)
class Accuracies:
    """How many of 1,000 held-out digits are read correctly.

    recurrent: by the name in `ORDERS`. dense: trained and tested as the picture stands, trained and tested in the fixed
    shuffle, trained as it stands and tested in a new shuffle. bag: as it stands, in the fixed shuffle, in the new one.
    """

    recurrent: Int[np.ndarray, "orders"]
    dense: Int[np.ndarray, "three"]
    bag: Int[np.ndarray, "three"]
    parameters: tuple[int, int]

    def of(self, order: str) -> int:
        """Return how many the recurrent network reads correctly in an order of `ORDERS`."""
        return int(self.recurrent[list(ORDERS).index(order)])


@dataclass(frozen=True)
class LookBack:
    """How much an item some steps back says about the next one, for each of `KINDS`: column n is for n + 1 steps.

    known: the share of the uncertainty that it removes, and `spread`, 1.96 standard errors of it; shuffled: the same with
    all items in a random order. letters, days (degrees Celsius) and samples (-1 to 1) are pieces of the three
    sequences, one item more than steps, the samples up to the loudest; `lengths` are those of the whole ones.
    """

    known: Float[np.ndarray, "kinds lags"]
    spread: Float[np.ndarray, "kinds lags"]
    shuffled: Float[np.ndarray, "kinds lags"]
    letters: str
    days: Float[np.ndarray, "items"]
    samples: Float[np.ndarray, "items"]
    lengths: tuple[int, ...]

    def shares(self, steps: int, shuffled: bool) -> tuple[float, ...]:
        """Return the share of the uncertainty that an item so many steps back removes, for each kind; never below 0."""
        row = (self.shuffled if shuffled else self.known)[:, steps - 1]
        return tuple(max(0.0, float(share)) for share in row)
