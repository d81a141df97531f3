"""What of a written text occurs in the text that was learned from: letter triples, words, pairs of words, and a style judge."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from core.data.texts_to_learn import TEXTS, parts_of
from core.experiments.char_rnn.results import Shares

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
PIECE = 125  # characters that the judge of style decides about


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters: runs of letters, with apostrophes inside."""
    return [word.lower() for word in WORD.findall(text)]


def triples_of(word: str) -> list[str]:
    """Return each three letters of a word that stand together, where its beginning and its end count as letters."""
    framed = f"^{word}$"
    return [framed[at : at + 3] for at in range(len(framed) - 2)]


class Inventory:
    """All words, pairs of neighbouring words and letter triples of a text."""

    def __init__(self, text: str) -> None:
        words = words_of(text)
        self.words = Counter(words)
        self.pairs = set(pairwise(words))
        self.triples = {triple for word in self.words for triple in triples_of(word)}
        self.total = len(words)

    def shares(self, samples: Sequence[str], other: "Inventory | None" = None) -> Shares:
        """Return what share of the samples' triples, words and pairs occur here, and how many pieces sound like it.

        Samples that were cut at a fixed length leave their last word out. Where there is nothing to count, a share is 0.
        """
        triples = words = pairs = known_triples = known_words = known_pairs = 0
        for sample in samples:
            written = words_of(sample)[:-1]
            words += len(written)
            known_words += sum(word in self.words for word in written)
            each = [triple for word in written for triple in triples_of(word)]
            triples += len(each)
            known_triples += sum(triple in self.triples for triple in each)
            both = list(pairwise(written))
            pairs += len(both)
            known_pairs += sum(pair in self.pairs for pair in both)
        style = self._style(samples, other) if other else math.nan
        return Shares(_part(known_triples, triples), _part(known_words, words), _part(known_pairs, pairs), style, words)

    def _style(self, samples: Sequence[str], other: "Inventory") -> float:
        """Return how many pieces the judge takes for this text: one that it can't decide about counts half.

        Naive Bayes on words (Mosteller and Wallace 1964): log P(word | this) - log P(word | other), one added to each count.
        """
        pieces = [sample[at : at + PIECE] for sample in samples for at in range(0, len(sample) - PIECE + 1, PIECE)]
        size = len(self.words.keys() | other.words.keys())
        verdicts = []
        for piece in pieces:
            score = sum(
                math.log((self.words[word] + 1) / (self.total + size) * (other.total + size) / (other.words[word] + 1))
                for word in words_of(piece)
                if word in self.words or word in other.words
            )
            verdicts.append(0.5 if score == 0 else float(score > 0))
        return sum(verdicts) / len(verdicts) if verdicts else math.nan


def _part(some: int, of: int) -> float:
    return some / of if of else 0.0


@lru_cache(maxsize=len(TEXTS))
def inventory(name: str) -> Inventory:
    """Return the inventory of the part of a text that ships from which models learn."""
    return Inventory(parts_of(name).train)


def other_than(name: str) -> Inventory:
    """Return the inventory of the other text that ships."""
    return inventory(next(other for other in TEXTS if other != name))
