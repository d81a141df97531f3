"""Counting good and bad words: people's scores for single words, turned round behind a negation."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.assets.fetch import ensure
from core.data.reviews import NEGATIONS

BEFORE, TURNED = 3, -0.74  # a negation so many words before turns a word's score into so much of it


def load_lexicon(folder: Path | None = None) -> dict[str, float]:
    """Return VADER's words, each with people's mean score from -4 to 4.

    `folder` is that of the asset "vader-lexicon", fetched when None. Raises `AssetError` where it can't be had.
    """
    folder = folder or ensure("vader-lexicon")
    found: dict[str, float] = json.loads((folder / "lexicon.json").read_text("utf-8"))
    return found


def total(words: Sequence[str], lexicon: Mapping[str, float]) -> float:
    """Return the sum of the words' scores, each turned round where one of the three words before it negates.

    The core of VADER (Hutto and Gilbert 2014), without its rules for capitals, signs and adverbs.
    """
    return sum(
        lexicon.get(word, 0.0) * (1.0 if NEGATIONS.isdisjoint(words[max(0, at - BEFORE) : at]) else TURNED)
        for at, word in enumerate(words)
    )
