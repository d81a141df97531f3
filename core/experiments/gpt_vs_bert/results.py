"""What the experiments on GPT and BERT return, the sentences they begin with, and the dates. Plain numpy, no torch."""

import math
import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

MAX_WORDS = 20
GAP = "___"
MAX_CANDIDATES = 8
DEFAULT_TEXT = "They walked to the bank before the boat left."
DEFAULT_POSITION, DEFAULT_WORD = 7, "cashier"  # "boat", from 0
DEFAULT_BLANK = f"All night the {GAP} barked at the stranger until its owner called it back."
DEFAULT_CANDIDATES = "city, rain, dog, man, bird, teacher"
DEFAULT_QUESTION = "Why do networks forget what they read long ago?"
DEFAULT_PROMPT = "The people of this country"
UNMOVED = 1e-4  # a vector that moved by less than so large a share of its length did not move
_SMALL = """a an the this that these those and or but nor so yet if as than of in on at by for to from with into about over under
after before through i you he she it we they me him her us them my your his its our their who which what there is are was
were be been being am do does did has have had will would can could may might must shall should not no"""
SMALL_WORDS = frozenset(_SMALL.split())  # what grammar asks for


def words_of(text: str) -> tuple[tuple[str, ...], int]:
    """Return a text's first words and how many were left out; words are what white space parts."""
    words = text.split()
    return tuple(words[:MAX_WORDS]), max(0, len(words) - MAX_WORDS)


def swap(word: str, other: str) -> str:
    """Return `other` with the signs that stand around a word, such as a comma or a full stop."""
    core = re.search(r"\w(?:.*\w)?", word, re.DOTALL)
    return other if core is None else word[: core.start()] + other + word[core.end() :]


@dataclass(frozen=True)
class Moved:
    """One model on a sentence before and after one word was changed.

    - `labels`: the words as the model reads them, its own marks of the two ends included; `first` of them is the first word.
    - `changed`: which word was changed, from 0; `other` is what was put there.
    - `moved`: how far each label's last vector moved, as a share of its length; a word's vector is the mean over its tokens.
    - `weights`: attention in the first sentence, mean over all layers and heads, from each label (row) to each; rows sum to 1.
    """

    labels: tuple[str, ...]
    first: int
    changed: int
    other: str
    moved: Float[np.ndarray, "labels"]
    weights: Float[np.ndarray, "labels labels"]

    @property
    def words(self) -> tuple[str, ...]:
        """Return the words alone."""
        return self.labels[self.first : len(self.labels) - self.first]

    @property
    def shares(self) -> Float[np.ndarray, "words"]:
        """Return how far each word moved."""
        return self.moved[self.first : len(self.labels) - self.first]

    @property
    def before(self) -> tuple[int, int]:
        """Return how many of the words before the changed one moved, and how many there are."""
        left = self.shares[: self.changed]
        return int((left > UNMOVED).sum()), len(left)

    @property
    def after(self) -> tuple[int, int]:
        """Return how many of the words after the changed one moved, and how many there are."""
        right = self.shares[self.changed + 1 :]
        return int((right > UNMOVED).sum()), len(right)


@dataclass(frozen=True)
class Ranked:
    """Words with their probabilities, the likeliest first."""

    words: tuple[str, ...]
    probabilities: Float[np.ndarray, "words"]

    def of(self, word: str) -> float:
        """Return the probability of a word, 0 where it is not listed."""
        return float(self.probabilities[self.words.index(word)]) if word in self.words else 0.0


@dataclass(frozen=True)
class CausalBlank:
    """What a causal model makes of a blank: the next word that it would write, and the candidates by what it is shown.

    `greedy`: the likeliest next words, whatever the candidates. `left`: candidates by the left side alone. `whole`: by the
    probability of the whole sentence. Of both the shares add up to 1 over the candidates.
    """

    greedy: Ranked
    left: Ranked
    whole: Ranked


@dataclass(frozen=True)
class Sentence:
    """A held-out sentence with one word left out, and that word among five of the same kind from other sentences."""

    before: str
    word: str
    after: str
    options: tuple[str, ...] = ()

    @property
    def is_small(self) -> bool:
        """Return whether it is a word such as "the" or "of", which grammar asks for."""
        return self.word.lower() in SMALL_WORDS


@dataclass(frozen=True)
class HeldOut:
    """Which of its options each way chose for every held-out sentence."""

    sentences: tuple[Sentence, ...]
    ways: tuple[str, ...]
    answers: tuple[tuple[str, ...], ...]  # a row a way

    def correct(self, way: str, small: bool | None = None) -> tuple[int, int]:
        """Return for how many of the blanks a way chose the word itself, of how many; all, small words, or the others."""
        row = self.answers[self.ways.index(way)]
        chosen = [n for n, each in enumerate(self.sentences) if small is None or each.is_small == small]
        return sum(row[n].lower() == self.sentences[n].word.lower() for n in chosen), len(chosen)


GREEDY, WHOLE, LEFT, BOTH = "causal, left side", "causal, whole sentence", "masked, left side", "masked, both sides"


@dataclass(frozen=True)
class PairFacts:
    """What was measured when the pair was trained: the perplexity of a held-out token, and the sizes."""

    causal: float
    both: float
    left: float
    parameters: int
    steps: int
    tokens: int
    measured: int
    top_causal: float
    top_both: float
    curves: tuple[tuple[tuple[int, float], ...], ...]


@dataclass(frozen=True)
class HeadFacts:
    """What the masked-word head of MiniLM reaches on held-out text, and a guess that knows how often pieces are seen."""

    top_1: float
    top_5: float
    perplexity: float
    blanks: int
    guess_top_1: float
    guess_perplexity: float


@dataclass(frozen=True)
class Written:
    """What both models of the pair wrote after the same words, one text for each draw."""

    prompt: str
    causal: tuple[str, ...]
    both: tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """The perplexity of texts to a larger causal model, a token, given what stands before it in its text."""

    perplexity: float
    tokens: int


@dataclass(frozen=True)
class Found:
    """The cosine of a question with each of the texts that are searched."""

    question: str
    cosines: Float[np.ndarray, "texts"]


@dataclass(frozen=True)
class Release:
    """A model's first report: when, how large, on how much text."""

    name: str
    date: str
    parameters: float
    text: str
    kind: Literal["causal", "both sides"]
    source: str


TIME_LINE = (
    Release("GPT", "2018-06-11", 117e6, "about 7,000 books", "causal", "Radford et al. 2018"),
    Release("BERT base", "2018-10-11", 110e6, "3.3 billion words: books and Wikipedia", "both sides", "Devlin et al. 2018"),
    Release("BERT large", "2018-10-11", 340e6, "3.3 billion words: books and Wikipedia", "both sides", "Devlin et al. 2018"),
    Release("GPT-2", "2019-02-14", 1542e6, "40 GB: 8 million web pages", "causal", "Radford et al. 2019"),
)  # fmt: skip


def perplexity(log_probabilities: Float[np.ndarray, "tokens"]) -> float:
    """Return the perplexity of tokens with these (natural) log probabilities: as uncertain as so many equal tokens."""
    return math.exp(-float(np.mean(log_probabilities)))


@dataclass(frozen=True)
class Gap:
    """A sentence with a blank: the words on its left, those on its right, and what stands right behind it, such as a comma."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    sign: str = ""

    @property
    def before(self) -> str:
        """Return the left side."""
        return " ".join(self.left)

    def after(self, seen: int) -> str:
        """Return the first words of the right side, so many; the sign behind the blank belongs to the first."""
        words = " ".join(self.right[:seen])
        return f"{self.sign} {words}".strip() if seen else ""


def gap_of(text: str) -> Gap | None:
    """Return a reader's sentence around its first blank (two underscores or more, or [MASK]); None where there is none."""
    found = re.search(r"__+|\[MASK\]", text)
    if found is None:
        return None
    left, rest = text[: found.start()].split(), text[found.end() :]
    sign = re.match(r"[^\w\s]*", rest)
    behind = sign.group() if sign and not rest.startswith("__") else ""
    right = re.sub(r"__+|\[MASK\]", " ", rest[len(behind) :]).split()
    return Gap(tuple(left[-MAX_WORDS:]), tuple(right[:MAX_WORDS]), behind)


def candidates_of(text: str) -> tuple[str, ...]:
    """Return a reader's candidates, parted by commas or line ends, each once, at most `MAX_CANDIDATES`."""
    found = dict.fromkeys(" ".join(part.split()) for part in re.split(r"[,;\n]", text))
    return tuple(each for each in found if each)[:MAX_CANDIDATES]
