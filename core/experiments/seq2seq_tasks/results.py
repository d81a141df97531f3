"""What the three jobs give, and how it is counted: copied spans, new words, key words kept, answers contained. No torch."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from core.data.short_texts import QUESTIONS, SENTENCES, TEXTS

MODEL = "smollm2-135m"
DEFAULT_SENTENCE = "On Friday a postman heard somebody whistle an opera in a pear tree."
ROUNDS = 6
STYLES = {
    "plain": "Summarize this text in one sentence.",
    "own": "Summarize this text in one sentence, in your own words.",
}
SUMMARY_TOKENS, ANSWER_TOKENS, CHAT_TRANSLATION_TOKENS = 80, 40, 60
MAX_SENTENCE, MAX_TEXT, MAX_QUESTION = 200, 1_500, 200  # characters
MAX_PASSED_ON = 2 * MAX_SENTENCE  # characters: a translation that ran away is cut there before it is translated back
SPAN = 4  # words in a row that stand so in the source, too, are copied
SYSTEM = (
    "You are a helpful AI assistant named SmolLM, trained by Hugging Face"  # what its template says where nobody does
)

# The words that carry no subject of their own; all others are content words.
_FUNCTION = """
a about across after again against all almost along also always an and any are around as at be because been before being
below between both but by can could did do does down during each every few for from had has have he her here him his how
i if in into is it its just last many may me more most much must my next no nobody none nor not now of off often on once
one only or other our out over own same she should so some somebody soon such than that the their them then there
therefore these they this those through to too under until up us was we were what when where which while who whom whose
why will with without would you your
"""
FUNCTION_WORDS = frozenset(_FUNCTION.split())


@dataclass(frozen=True)
class Rounds:
    """A sentence there and back: after each round its Portuguese, its English, and that one's chrF with the sentence.

    `unknown` are the characters that the translator does not know.
    """

    sentence: str
    portuguese: tuple[str, ...]
    english: tuple[str, ...]
    chrf: Float[np.ndarray, "rounds"]
    unknown: str


@dataclass(frozen=True)
class Drift:
    """The same for the fifty sentences, a tuple of texts a round; `unrelated` is the mean chrF of each with the one before it."""

    chrf: Float[np.ndarray, "sentences rounds"]
    portuguese: tuple[tuple[str, ...], ...]
    english: tuple[tuple[str, ...], ...]
    unrelated: float

    def mean(self) -> tuple[Float[np.ndarray, "rounds"], Float[np.ndarray, "two rounds"]]:
        """Return the mean over sentences after each round, and the ends of its 95 % interval (1.96 standard errors)."""
        mean, spread = self.chrf.mean(0), 1.96 * self.chrf.std(0, ddof=1) / np.sqrt(len(self.chrf))
        return mean, np.stack([mean - spread, np.minimum(mean + spread, 100.0)])

    def changed(self, after: int) -> int:
        """Return how many sentences read otherwise after so many rounds (1 is the first) than they did at first."""
        return sum(one != other for one, other in zip(SENTENCES, self.english[after - 1], strict=True))


@dataclass(frozen=True)
class Written:
    """What a chat model wrote: the prompt as it read it, token by token, and the text.

    `marks` are the prompt's tokens that are marks of the template, not text. `tokens` counts what was written, `ended`
    says whether the model ended by itself within its limit.
    """

    prompt: tuple[str, ...]
    marks: tuple[int, ...]
    text: str
    tokens: int
    ended: bool


def summary_request(text: str, style: str) -> str:
    """Return what is asked of the model for a summary."""
    return f"{STYLES[style]}\n\n{text}"


def answer_request(text: str, question: str) -> str:
    """Return what is asked of the model for an answer."""
    end = f"{question}\nAnswer in a few words."
    return f"Read this text and answer the question.\n\n{text}\n\nQuestion: {end}" if text else end


def words(text: str) -> list[str]:
    """Return a text's words in small letters, without what stands around them."""
    return re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", text.lower())


def stem(word: str) -> str:
    """Return a word without a common English ending, so that "burned" and "burns" are the same word."""
    word = word.removesuffix("'s").removesuffix("’s")
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


def content(text: str) -> list[str]:
    """Return a text's content words, as stems."""
    return [stem(word) for word in words(text) if word not in FUNCTION_WORDS]


Mark = Literal["", "copied", "new"]


def marked(text: str, source: str) -> list[tuple[str, Mark]]:
    """Return a text in pieces, each a word with what follows it: in a copied span, new (a content word that the source has not)
    or neither.

    A span is copied where at least `SPAN` words in a row stand in the source in the same order.
    """
    pieces = [(one[0], one[1].lower()) for one in re.finditer(r"([^\W_]+(?:['’-][^\W_]+)*)[^\w]*_*", text)]
    said, there = [word for _, word in pieces], words(source)
    spans = {tuple(there[n : n + SPAN]) for n in range(len(there) - SPAN + 1)}
    copied: set[int] = set()
    for n in range(len(said) - SPAN + 1):
        if tuple(said[n : n + SPAN]) in spans:
            copied.update(range(n, n + SPAN))
    known = set(map(stem, there))
    marks: list[Mark] = [
        "copied" if n in copied else "new" if word not in FUNCTION_WORDS and stem(word) not in known else ""
        for n, word in enumerate(said)
    ]
    found = [(piece, mark) for (piece, _), mark in zip(pieces, marks, strict=True)]
    if not found:
        return [(text, "")] if text else []
    before = text[: len(text) - sum(len(piece) for piece, _ in found)]  # a sign before the first word
    return [(before + found[0][0], found[0][1]), *found[1:]]


@dataclass(frozen=True)
class Counts:
    """A summary counted: shares of its words that are copied, of its content words that are new, of the source's kept."""

    copied: float
    new: float
    kept: float
    words: int


def counts(text: str, source: str) -> Counts:
    """Count a summary of a source. An empty one copies nothing, adds nothing and keeps nothing.

    Source for the shares of what is copied and new: Grusky et al. 2018 (coverage), See et al. 2017 (novel words).
    """
    many, said, there = len(words(text)), content(text), set(content(source))
    return Counts(
        copied=sum(mark == "copied" for _, mark in marked(text, source)) / max(many, 1),
        new=sum(word not in there for word in said) / max(len(said), 1),
        kept=len(there & set(said)) / max(len(there), 1),
        words=many,
    )


def first_sentence(text: str) -> str:
    """Return the baseline summary: a text's first sentence."""
    return re.split(r"(?<=[.!?])\s+", text.strip(), maxsplit=1)[0]


def first_words(text: str, many: int) -> str:
    """Return the fairer baseline: so many words from a text's beginning, as they stand."""
    return " ".join(text.split()[:many])


def mean_counts(many: Sequence[Counts]) -> Counts:
    """Return the mean of each count."""
    copied, new, kept = (float(np.mean([getattr(one, name) for one in many])) for name in ("copied", "new", "kept"))
    return Counts(copied, new, kept, round(float(np.mean([one.words for one in many]))))


def contains(text: str, answer: str) -> bool:
    """Return whether an answer stands in a text, word for word; large and small letters are the same, "12" is not "twelve"."""
    said, wanted = words(text), words(answer)
    return any(said[n : n + len(wanted)] == wanted for n in range(len(said) - len(wanted) + 1))


def nearest_sentence(text: str, question: str) -> str:
    """Return the baseline answer: the sentence that shares most content words with the question, the first of equals."""
    sentences, asked = re.split(r"(?<=[.!?])\s+", text.strip()), set(content(question))
    return max(sentences, key=lambda sentence: len(asked & set(content(sentence))))


def correct(found: Sequence[Written]) -> list[bool]:
    """Return for each of the thirty questions whether its answer stands in what was written."""
    return [contains(one.text, asked.answer) for one, (_, asked) in zip(found, QUESTIONS, strict=True)]


def baseline() -> list[bool]:
    """Return the same for the sentence that shares most words with the question."""
    return [contains(nearest_sentence(TEXTS[number].text, one.question), one.answer) for number, one in QUESTIONS]
