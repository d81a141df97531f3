"""What the lesson on language models measures: the blank, perplexity by context, and what each writes. No torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from core.data.prose import tidy
from core.data.word_text import spans
from core.experiments.intervals import middle, redrawn, wilson

MODEL = "smollm2-135m"
LARGE = "SmolLM2"
SMALL = ("2-gram", "3-gram", "4-gram", "5-gram", "RNN", "LSTM")
MODELS = (*SMALL, LARGE)
DEFAULT_TEXT = "I am from Germany and I love to drink"
LONGEST = 64  # words of a sentence that are read, and of a context that is measured
LETTERS = 500  # of a sentence that are read, at most
LAST = 4  # words that a 5-gram sees
LISTED = 10  # words of the list
KEPT = (1, 2, 3, 4, 8, 16, 32, 64)  # words of context that are measured
MEASURED = ("5-gram", "RNN", "LSTM", LARGE)
RESAMPLES = 1_000
WRITTEN = 14  # words that each model writes
TEMPERATURE, COLD, SEED = 0.6, 0.2, 1
RUN = 5  # words in a row that count as copied
DEFAULT_WORDS = ("beer", "wine", "a", "and", "coffee", "my", "from", "too", "the", "to")  # what `one_list` makes of it
WRITERS = ("3-gram", "5-gram", "RNN", "LSTM", LARGE)


def fit(text: str) -> tuple[str, int]:
    """Return the end of a text that is read, without blanks and underscores after it, and how many units were left out.

    At most `LONGEST` units and `LETTERS` characters are read, and no part of a word.
    """
    text = tidy(text).rstrip(" _")
    units = spans(text)
    dropped = max(0, len(units) - LONGEST)
    while dropped < len(units) and len(text) - units[dropped][1] > LETTERS:
        dropped += 1
    return text[units[dropped][1] if dropped < len(units) else len(text) :], dropped


def units_in(text: str) -> tuple[str, ...]:
    """Return the units of a text as they stand in it: words and signs."""
    return tuple(text[start:end] for _, start, end in spans(text))


def last_units(text: str, kept: int) -> str:
    """Return a text from its `kept`-th last unit on."""
    units = spans(text)
    return text[units[-kept][1] :] if kept < len(units) else text


@dataclass(frozen=True)
class Guess:
    """The probability that models give each of some words; nan for one that a model does not know.

    unknown: the units of the sentence that it does not know.
    """

    words: tuple[str, ...]
    probabilities: Float[np.ndarray, "models words"]
    unknown: tuple[str, ...] = ()


def one_list(large: Sequence[Sequence[str]], small: Sequence[str]) -> tuple[str, ...]:
    """Return one list of words for all models, at most `LISTED`.

    large: what the large model finds likeliest after the whole text, and after its end; small: what the others do.
    """
    found = list(large[0][:5])
    found += [word for word in large[1] if word not in found][:3]
    found += [word for word in small if word not in found]
    return tuple(found[:LISTED])


def perplexity(logs: Float[np.ndarray, "*rest"], words: int) -> Float[np.ndarray, "*rest"]:
    """Return among how many equally likely words the choice would be as hard, from the sum of ln p over so many words."""
    # e^(-(ln p_1 + ... + ln p_N) / N)
    found: np.ndarray = np.exp(-logs / words)
    return found


@dataclass(frozen=True)
class Depth:
    """How well models foresee words of a text kept apart, from so many words before them (`KEPT`).

    logs: sum of the natural logs of the right words' probabilities, by passage; right: how often a passage's word was the
    first guess. Each passage asks for `asked` words.
    """

    models: tuple[str, ...]
    logs: Float[np.ndarray, "models kept passages"]
    right: Int[np.ndarray, "models kept passages"]
    asked: int

    @property
    def words(self) -> int:
        """Return how many words are asked for in all."""
        return self.asked * self.logs.shape[2]

    @cached_property
    def perplexity(self) -> Float[np.ndarray, "models kept"]:
        """Return the perplexity of each model with each number of words kept."""
        return perplexity(self.logs.sum(2, dtype=np.float64), self.words)

    @cached_property
    def _resampled(self) -> Float[np.ndarray, "resamples models kept"]:
        """Return the perplexity over passages drawn anew."""
        times = redrawn(self.logs.shape[2], RESAMPLES)
        sums = np.einsum("rp,mkp->rmk", times, self.logs.astype(np.float64))
        return perplexity(sums, self.words)

    @cached_property
    def interval(self) -> Float[np.ndarray, "ends models kept"]:
        """Return between which two perplexities 95 % of the resampled ones lie."""
        return middle(self._resampled)

    def gain(self, model: int, fewer: int, more: int) -> tuple[float, float, float]:
        """Return by which share the perplexity falls from `fewer` to `more` words kept, and its 95 % interval."""
        few, many = KEPT.index(fewer), KEPT.index(more)
        shares = 1 - self._resampled[:, model, many] / self._resampled[:, model, few]
        low, high = middle(shares)
        return float(1 - self.perplexity[model, many] / self.perplexity[model, few]), float(low), float(high)

    @cached_property
    def correct(self) -> Float[np.ndarray, "models kept"]:
        """Return the share of words that were the first guess."""
        found: np.ndarray = self.right.sum(2) / self.words
        return found

    def correct_interval(self, model: int, kept: int) -> tuple[float, float]:
        """Return the 95 % interval of that share, `kept` counted among `KEPT`."""
        return wilson(int(self.right[model, kept].sum()), self.words)


def joined(small: Depth, large: Depth) -> Depth:
    """Return two measurements of the same passages as one."""
    return Depth(
        (*small.models, *large.models),
        np.concatenate([small.logs, large.logs]),
        np.concatenate([small.right, large.right]),
        small.asked,
    )


@dataclass(frozen=True)
class Written:
    """What a model wrote on: its words, and for each how long the run of words around it is that stands in the text it learned
    from, word for word (None where that text is not here).
    """

    model: str
    words: tuple[str, ...]
    copied: tuple[int, ...]

    @property
    def longest(self) -> int:
        """Return the length of the longest run that stands in the text."""
        return max(self.copied, default=0)
