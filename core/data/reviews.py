"""Snippets with people's mean verdict, as words: film reviews in three parts, and tweets and product reviews to test on."""

import json
import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from core.assets.fetch import ensure
from core.data.prose import tidy

SEED = 0  # of the split
TUNE, HELD_OUT = 0.1, 0.2  # of the film snippets
DECIDED = 0.5  # people's mean verdict runs from -4 to 4: nearer to 0 than this a snippet is neither good nor bad
ALIKE = 0.5  # two snippets that share so much of their words are one; the second is left out
RARE = 8  # only neighbours that so few snippets have propose two as alike
NEGATIONS = frozenset(
    ["not", "n't", "no", "never", "without", "nothing", "neither", "nor", "hardly", "cannot", "none", "nobody"]
)
_WORD = re.compile(r"n['’]t\b|['’](?:s|re|ve|ll|d|m)\b|[^\W_]+?(?=n['’]t\b)|[^\W_]+|\.\.\.|[^\w\s]|_", re.IGNORECASE)


@dataclass(frozen=True)
class Snippet:
    """A snippet, its words as the models read them, and people's mean verdict from -4 to 4."""

    text: str
    words: tuple[str, ...]
    score: float

    @property
    def is_positive(self) -> bool:
        """Return whether people found it positive."""
        return self.score > 0

    @property
    def negates(self) -> bool:
        """Return whether it holds a word such as "not"."""
        return not NEGATIONS.isdisjoint(self.words)


@dataclass(frozen=True)
class Reviews:
    """Film snippets to train on, to choose settings by and to test on; `alike` were left out, being nearly another one."""

    train: tuple[Snippet, ...]
    tune: tuple[Snippet, ...]
    held_out: tuple[Snippet, ...]
    undecided: int
    alike: int


def split(text: str) -> list[tuple[str, int, int]]:
    """Return the words of a text in small letters, each with where it begins and ends: "Don't!" is do, n't and !.

    As the Penn Treebank parts words (Marcus et al. 1993), and so GloVe; signs are words of their own.
    """
    return [(match[0].lower().replace("’", "'"), match.start(), match.end()) for match in _WORD.finditer(text)]


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text as the models read them."""
    return tuple(word for word, _, _ in split(tidy(text)))


def load_reviews(folder: Path | None = None, *, seed: int = SEED) -> Reviews:
    """Return the film snippets, shuffled by `seed` and parted.

    `folder` is that of the asset "hutto-snippets", fetched when None. Raises `AssetError` where it can't be had.
    """
    return _parted(_read("movie_reviews", folder), seed)


def load_tweets(folder: Path | None = None, *, seed: int = SEED) -> Reviews:
    """Return the tweets, parted as `load_reviews` parts film snippets; raises as it does."""
    return _parted(_read("tweets", folder), seed)


def _parted(every: Sequence[Snippet], seed: int) -> Reviews:
    decided = [snippet for snippet in every if abs(snippet.score) > DECIDED and snippet.words]
    copies = near_copies([snippet.words for snippet in decided])
    kept = [snippet for number, snippet in enumerate(decided) if number not in copies]
    random.Random(seed).shuffle(kept)
    first, second = round(len(kept) * (1 - TUNE - HELD_OUT)), round(len(kept) * (1 - HELD_OUT))
    parts = (tuple(kept[:first]), tuple(kept[first:second]), tuple(kept[second:]))
    return Reviews(*parts, len(every) - len(decided), len(copies))


def load_others(name: str, folder: Path | None = None) -> tuple[Snippet, ...]:
    """Return the decided snippets of another kind, "tweets" or "product_reviews". Raises as `load_reviews` does."""
    return tuple(s for s in _read(name, folder) if abs(s.score) > DECIDED and s.words)


def near_copies(texts: Sequence[Sequence[str]], alike: float = ALIKE) -> set[int]:
    """Return the numbers of texts that share at least `alike` of their words with one before them.

    The share is of all words, signs left out, that are in either (Jaccard 1912). Two texts are compared when they share a
    pair of neighbours that few have.
    """
    plain = [[word for word in words if word[0].isalnum()] for words in texts]
    sets = [frozenset(words) for words in plain]
    having: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, words in enumerate(plain):
        for pair in set(pairwise(("", *words, ""))):
            having[pair].append(number)
    found: set[int] = set()
    for numbers in having.values():
        if len(numbers) > RARE:
            continue
        for at, second in enumerate(numbers):
            found |= {second} & {second for first in numbers[:at] if _shared(sets[first], sets[second]) >= alike}
    return found


def _shared(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / max(1, len(a | b))


def _read(name: str, folder: Path | None) -> list[Snippet]:
    folder = folder or ensure("hutto-snippets")
    rows = json.loads((folder / f"{name}.json").read_text("utf-8"))
    return [Snippet(tidy(text), words_of(text), float(score)) for _, score, text in rows]
