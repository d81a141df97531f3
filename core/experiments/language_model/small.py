"""What the small models make of a sentence: the words of a list, passages that were kept apart, and what they write on."""

import math
from collections.abc import Sequence

import numpy as np

from core.assets.own import facts
from core.data.word_text import UNKNOWN, spans, units_of
from core.experiments.language_model.results import (
    KEPT,
    MEASURED,
    SMALL,
    WRITERS,
    WRITTEN,
    Depth,
    Guess,
    Written,
)
from core.models.ngram import copied
from core.pretrained.word_models import WordModels, load_word_models
from core.progress import Steps

FIRST = 4  # words that a model puts on the list
TOGETHER = 100


def likely(text: str) -> tuple[str, ...]:
    """Return the words (no signs) that 5-gram and LSTM give most after a text, in turns."""
    models = load_word_models()
    ids = models.text.encode(units_of(text))
    found: list[str] = []
    for name in ("LSTM", "5-gram"):
        order = np.argsort(-models.distributions(name, [ids])[0], kind="stable")
        words = (models.text.vocabulary[number] for number in order)
        found += [word for word, _ in zip((w for w in words if w.isalpha()), range(FIRST), strict=False)]
    return tuple(found)


def guess(text: str, kept: int, words: Sequence[str]) -> Guess:
    """Return what each small model gives these words after the last `kept` units of a text."""
    models = load_word_models()
    units = units_of(text)[-kept:]
    ids = models.text.encode(units)
    wanted = models.text.encode(words)
    rows = np.array([models.distributions(name, [ids])[0][wanted] for name in SMALL])
    rows[:, np.array(wanted) == 0] = math.nan
    unknown = [unit for unit, number in zip(units, ids, strict=True) if number == 0]
    return Guess(tuple(words), rows.astype(np.float32), tuple(dict.fromkeys(unknown)))


def depth() -> Steps[Depth]:
    """Measure 5-gram, RNN and LSTM on the passages, with each number of words kept; yields (numbers done, numbers)."""
    models = load_word_models()
    names = MEASURED[:-1]
    asked = [
        (models.text.encode(unit for unit, _, _ in spans(text)), places)
        for text, places in facts("word_text")["passages"]
    ]
    each = len(asked[0][1])
    logs = np.zeros((len(names), len(KEPT), len(asked)))
    right = np.zeros((len(names), len(KEPT), len(asked)), np.int32)
    for column, kept in enumerate(KEPT):
        yield column, len(KEPT)
        contexts = [ids[place - kept : place] for ids, places in asked for place in places]
        wanted = np.array([ids[place] for ids, places in asked for place in places])
        for row, name in enumerate(names):
            for start in range(0, len(contexts), TOGETHER):
                part = slice(start, start + TOGETHER)
                found = models.distributions(name, contexts[part])
                given = found[np.arange(len(found)), wanted[part]]
                found[:, 0] = 0.0  # nobody is asked for "unknown"
                passage = np.arange(start, start + len(found)) // each
                np.add.at(logs[row, column], passage, np.log(given))
                np.add.at(right[row, column], passage, found.argmax(1) == wanted[part])
    return Depth(names, logs.astype(np.float32), right, each)


def write(text: str, temperature: float, seed: int) -> tuple[Written, ...]:
    """Return what each small writer draws after a text, word by word."""
    models = load_word_models()
    return tuple(_written(models, name, text, temperature, seed) for name in WRITERS[:-1])


def _written(models: WordModels, name: str, text: str, temperature: float, seed: int) -> Written:
    ids, rng = models.text.encode(units_of(text)), np.random.default_rng(seed)
    start = len(ids)
    for _ in range(WRITTEN):
        found = models.distributions(name, [ids[-KEPT[-1] :]])[0]
        found[0] = 0.0  # "unknown" is no word to write
        # p^(1/T), scaled so that the largest is 1 before it is raised
        weights = (found / found.max()) ** (1 / temperature)
        ids.append(int(rng.choice(len(weights), p=weights / weights.sum())))
    words = [models.text.vocabulary[number] for number in ids]
    runs = copied([-1 if word == UNKNOWN else number for word, number in zip(words, ids, strict=True)], models.text.ids)
    return Written(name, tuple(words[start:]), tuple(runs[start:]))
