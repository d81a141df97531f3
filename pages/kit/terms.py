"""The glossary of the course, and paragraphs in which a term's first use carries its definition."""

import re
import threading
from dataclasses import dataclass

from pages.kit.prose import Segment, prose


@dataclass(frozen=True)
class Term:
    """A word of the field, what it means in one line, and the lesson where it is measured."""

    word: str
    definition: str
    lesson: str


TERMS = (
    Term(
        "hidden state",
        "The list of numbers that a recurrent network hands from one step to the next; all that it keeps of what it read.",
        "rnn",
    ),
    Term(
        "recurrent network",
        "A network that reads a sequence one item at a time and uses the same weights at every step.",
        "rnn",
    ),
    Term(
        "softmax",
        "Turns scores into probabilities: all positive, adding up to 1, the highest score the likeliest.",
        "rnn",
    ),
    Term("unit", "One of the numbers in a network's state.", "rnn"),
    Term(
        "weight matrix", "A table of numbers, learned in training, by which a network multiplies what comes in.", "rnn"
    ),
)
_BY_WORD = {term.word: term for term in TERMS}


class _Run(threading.local):
    """The terms that this run of a page has explained already."""

    def __init__(self) -> None:
        self.used: set[str] = set()


_RUN = _Run()


def begin() -> None:
    """Begin a run of a page: no term was used yet."""
    _RUN.used = set()


def paragraph(text: str, *, key: str) -> None:
    """Show a paragraph; words in ** are terms, explained where the page uses them first."""
    prose(segments(text), key=key)


def segments(text: str) -> list[Segment]:
    """Return a paragraph as plain pieces and terms. Raises `KeyError` for a term that is not in the glossary."""
    found: list[Segment] = []
    for number, piece in enumerate(re.split(r"\*\*(.+?)\*\*", text)):
        if number % 2 == 0:
            if piece:
                found.append({"text": piece})
            continue
        term = find(piece)
        found.append({"text": piece, "definition": None if term.word in _RUN.used else term.definition})
        _RUN.used.add(term.word)
    return found


def find(word: str) -> Term:
    """Return the glossary's entry for a word, in the plural and with a capital too; raises `KeyError` without one."""
    plain = word.lower()
    for candidate in (plain, plain.removesuffix("s"), plain.removesuffix("es"), re.sub("ces$", "x", plain)):
        if candidate in _BY_WORD:
            return _BY_WORD[candidate]
    raise KeyError(f"the glossary has no {word!r}: add it to pages/kit/terms.py")
