"""What others made to judge word vectors: public analogies and people's judgements of pairs. Read when a lesson is recorded.

The three files belong to their authors, so that only what was measured on them ships. They are in the package gensim:

    pip download --no-deps gensim==4.4.0 && unzip gensim-*.whl 'gensim/test/test_data/*'
    UNROLLED_JUDGEMENTS=gensim/test/test_data python -m core.experiments.record word_vectors

Sources: analogies Mikolov et al. 2013; WordSim-353 Finkelstein et al. 2002; SimLex-999 Hill et al. 2015.
"""

import os
from pathlib import Path

import numpy as np
from jaxtyping import Float

ANALOGIES = "questions-words.txt"
SETS = (
    ("WordSim-353", "how related", "wordsim353.tsv"),
    ("SimLex-999", "how alike in meaning", "simlex999.txt"),
)
NAMES = {
    "capital-common-countries": "capitals, well known",
    "capital-world": "capitals, all",
    "currency": "currencies",
    "city-in-state": "cities in states",
    "family": "family",
    "gram1-adjective-to-adverb": "adverbs",
    "gram2-opposite": "opposites",
    "gram3-comparative": "comparatives",
    "gram4-superlative": "superlatives",
    "gram5-present-participle": "verbs with -ing",
    "gram6-nationality-adjective": "nationalities",
    "gram7-past-tense": "past tense",
    "gram8-plural": "plurals",
    "gram9-plural-verbs": "verbs with -s",
}


def folder() -> Path:
    """Return the folder with the three files; raises `FileNotFoundError` where none is named."""
    found = Path(os.environ.get("UNROLLED_JUDGEMENTS", ""))
    if not (found / ANALOGIES).is_file():
        raise FileNotFoundError(f"UNROLLED_JUDGEMENTS names no folder with {ANALOGIES}: see {__name__}")
    return found


def read_analogies(text: str) -> dict[str, list[tuple[str, ...]]]:
    """Return the questions by group, in small letters: four words each, the last the answer."""
    found: dict[str, list[tuple[str, ...]]] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith(":"):
            name = line[1:].strip()
            found[name] = []
        elif line.strip():
            found[name].append(tuple(line.lower().split()))
    return found


def spearman(one: Float[np.ndarray, "items"], other: Float[np.ndarray, "items"]) -> float:
    """Return Spearman's rank correlation, ties sharing their mean rank."""
    a, b = (_ranks(values) for values in (one, other))
    return float(np.corrcoef(a, b)[0, 1])


def _ranks(values: Float[np.ndarray, "items"]) -> Float[np.ndarray, "items"]:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks: np.ndarray = (ends - (counts - 1) / 2)[inverse]
    return ranks
