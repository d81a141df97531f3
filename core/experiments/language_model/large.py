"""What SmolLM2 makes of the same: the words of a list, the passages, and what it writes on."""

import math
from collections.abc import Sequence
from itertools import islice

import numpy as np

from core.assets.own import facts
from core.data.word_text import spans
from core.experiments.language_model.results import (
    KEPT,
    LARGE,
    LAST,
    WRITTEN,
    Depth,
    Guess,
    Written,
    last_units,
    units_in,
)
from core.experiments.language_model.word_by_word import BEGIN, ends_word, log_probabilities, log_probability
from core.pretrained.causal_lm import LanguageModel
from core.progress import Steps, finish

FIRST = 6  # words that it puts on the list, after the whole text and after its end
TRIED = 12  # tokens that are tried as the beginning of one
PIECES = 3  # tokens that a word is made of at most, when one is looked for
TOKENS = 3 * WRITTEN


def likely(model: LanguageModel, text: str) -> Steps[tuple[tuple[str, ...], ...]]:
    """Return the words that are likeliest after a text, and those after its last four units, in small letters."""
    found: list[tuple[str, ...]] = []
    for before in (text, last_units(text, LAST)):
        yield len(found), 2
        found.append(_likely(model, [BEGIN, *model.encode(before)]))
    return tuple(found)


def _likely(model: LanguageModel, first: list[int]) -> tuple[str, ...]:
    """Return the words that the likeliest tokens begin, each gone on with by its likeliest tokens until it ends."""
    ends, cache = ends_word(model), model.new_cache(TRIED, len(first) + PIECES)
    scores = finish(model.prefill(first, cache, 0))
    cache.copy([0] * TRIED, list(range(TRIED)), len(first))
    ordered = ((token, model.decode([token])) for token in scores[-1].argsort(descending=True).tolist())
    begun = list(islice(((t, piece) for t, piece in ordered if piece[:1] == " " and piece[1:].isalpha()), TRIED))
    tokens, words = [token for token, _ in begun], [piece.strip() for _, piece in begun]
    going = [True] * TRIED
    for at in range(PIECES - 1):
        scores = model.step(tokens, [len(first) + at] * TRIED, cache)
        tokens = scores.argmax(-1).tolist()
        for row, token in enumerate(tokens):
            going[row] = going[row] and not bool(ends[token])
            words[row] += model.decode([token]) if going[row] else ""
    return tuple(dict.fromkeys(word.lower() for word in words if word.isalpha()))[:FIRST]


def guess(model: LanguageModel, text: str, kept: int, words: Sequence[str]) -> Steps[Guess]:
    """Return what the model gives these words after the last `kept` units, in small letters and with a capital together."""
    spelled = list(dict.fromkeys(one for word in words for one in (word, word.capitalize())))
    logs = yield from log_probabilities(model, last_units(text, kept), spelled)
    given = dict(zip(spelled, map(math.exp, logs), strict=True))
    found = [sum(given[one] for one in {word, word.capitalize()}) for word in words]
    return Guess(tuple(words), np.array([found], np.float32))


def depth(model: LanguageModel) -> Steps[Depth]:
    """Measure the model on the passages, with each number of words kept; yields (passages done, passages)."""
    passages = facts("word_text")["passages"]
    logs = np.zeros((1, len(KEPT), len(passages)))
    right = np.zeros((1, len(KEPT), len(passages)), np.int32)
    for number, (text, places) in enumerate(passages):
        yield number, len(passages)
        units = spans(text)
        for place in places:
            _, start, end = units[place]
            for column, kept in enumerate(KEPT):
                before = text[units[place - kept][1] : start].rstrip()
                log, is_first = finish(log_probability(model, before, text[start:end]))
                logs[0, column, number] += log
                right[0, column, number] += is_first
    return Depth((LARGE,), logs.astype(np.float32), right, len(passages[0][1]))


def write(model: LanguageModel, text: str, temperature: float, seed: int) -> Steps[Written]:
    """Return what the model draws after a text, until it has so many units."""
    ids = [BEGIN, *model.encode(text)]
    more: list[int] = []
    for step in model.stream(ids, max_new_tokens=TOKENS, temperature=temperature, seed=seed):
        if step.token in (BEGIN, *model.end_tokens):
            break
        more.append(step.token)
        units = units_in(model.decode(more))
        yield min(len(units), WRITTEN), WRITTEN
        if len(units) > WRITTEN:
            break
    return Written(LARGE, units_in(model.decode(more))[:WRITTEN], ())
