"""Words to train language models on: speeches since 1900, a novel, reviews and editorials, as units of one vocabulary.

A unit is a word in small letters, or a sign such as a comma; the end of a paragraph is a unit, too. What is not among the
most frequent words is "unknown". Documents that are kept apart are those of `core.data.general_text`.
"""

import lzma
import random
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt16

from core.assets.own import TRAINED, read
from core.data.prose import tidy
from core.data.reviews import split

SINCE = 1900  # the first year of the speeches
WORDS = 8_000  # in the vocabulary, signs, the end of a paragraph and "unknown" among them
UNKNOWN, PARAGRAPH = "<unknown>", "¶"
BEFORE, LENGTH = 64, 96  # units: of context that a word asked for has, and of a passage
ASKED, PASSAGES = 2, 300
TEXT = TRAINED / "word_text.xz"


@dataclass(frozen=True)
class WordText:
    """What n-grams are counted in: ids into the vocabulary, which begins with unknown and the end of a paragraph."""

    vocabulary: tuple[str, ...]
    ids: UInt16[np.ndarray, "units"]

    def encode(self, units: Iterable[str]) -> list[int]:
        """Return the units' ids, 0 for an unknown one."""
        numbers = {word: number for number, word in enumerate(self.vocabulary)}
        return [numbers.get(unit, 0) for unit in units]


def spans(text: str) -> list[tuple[str, int, int]]:
    """Return the units of a text as the models read them, each with where it begins and ends in the text."""
    found: list[tuple[str, int, int]] = []
    start = 0
    for line in text.split("\n"):
        if start:
            found.append((PARAGRAPH, start - 1, start))
        found += [(word, start + begin, start + end) for word, begin, end in split(line)]
        start += len(line) + 1
    return found


def units_of(text: str) -> list[str]:
    """Return the units of a text, with one kind of quotation marks."""
    return [unit for unit, _, _ in spans("\n".join(map(tidy, text.split("\n"))))]


@dataclass(frozen=True)
class Passage:
    """A piece of a text that was kept apart, and which of its units are asked for, all with `BEFORE` units before them."""

    text: str
    asked: tuple[int, ...]


def passages(documents: Sequence[str], known: Collection[str], *, seed: int = 0) -> list[Passage]:
    """Return pieces of documents, at most `PASSAGES` of them, none overlapping another, with `ASKED` words each to ask for.

    Asked for are known words in small letters that stand alone: between a blank and a blank or a sign that ends a phrase.
    """
    rng = random.Random(seed)
    found: list[Passage] = []
    for document in documents:
        units = spans(document)
        for first in range(0, len(units) - LENGTH + 1, LENGTH):
            begin, end = units[first][1], units[first + LENGTH - 1][2]
            piece = document[begin:end]
            able = [
                at
                for at, (word, start, stop) in enumerate(spans(piece))
                if BEFORE <= at < LENGTH - 1
                and word in known and word.isalpha() and piece[start:stop] == word
                and piece[start - 1] == " " and piece[stop] in " .,;:?!"
            ]  # fmt: skip
            if len(able) >= ASKED:
                found.append(Passage(piece, tuple(sorted(rng.sample(able, ASKED)))))
    return sorted(rng.sample(found, min(PASSAGES, len(found))), key=found.index)


def vocabulary_of(counts: Mapping[str, int], size: int = WORDS) -> tuple[str, ...]:
    """Return unknown, the end of a paragraph, and the most frequent of the other units, the most frequent first."""
    ranked = sorted(counts.keys() - {UNKNOWN, PARAGRAPH}, key=lambda unit: (-counts[unit], unit))
    return (UNKNOWN, PARAGRAPH, *ranked[: size - 2])


def write_text(documents: Sequence[str], path: Path = TEXT) -> Path:
    """Write documents as one line of units, what is unknown marked so, and return the file."""
    units = [unit for document in documents for unit in units_of(document)]
    known = frozenset(vocabulary_of(Counter(units)))
    line = " ".join(unit if unit in known else UNKNOWN for unit in units)
    path.write_bytes(lzma.compress(line.encode("utf-8"), preset=9 | lzma.PRESET_EXTREME))
    return path


def load_text(path: Path = TEXT) -> WordText:
    """Return the text that the word models learned from; raises as `core.assets.own.read` does."""
    return read(path, _numbered)


def _numbered(path: Path) -> WordText:
    units = lzma.decompress(path.read_bytes()).decode("utf-8").split(" ")
    vocabulary = vocabulary_of(Counter(units))
    numbers = {word: number for number, word in enumerate(vocabulary)}
    return WordText(vocabulary, np.array([numbers[unit] for unit in units], np.uint16))
