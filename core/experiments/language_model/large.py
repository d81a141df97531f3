"""What SmolLM2 makes of the same: the words of a list, the passages, and what it writes on."""

import math
from collections.abc import Sequence

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
from core.experiments.language_model.word_by_word import BEGIN, ends_word, log_probability
from core.pretrained.causal_lm import LanguageModel
from core.progress import Steps, finish

FIRST = 6  # words that it puts on the list, after the whole text and after its end
PIECES = 3  # tokens that a word is made of at most, when one is looked for
TOKENS = 3 * WRITTEN


def likely(model: LanguageModel, text: str) -> Steps[tuple[tuple[str, ...], ...]]:
    """Return the words that are likeliest after a text, and those after its last four units, in small letters."""
    found: list[tuple[str, ...]] = []
    for before in (text, last_units(text, LAST)):
        first = [BEGIN, *model.encode(before)]
        scores = yield from model.exact_logits(first, last_only=True)
        words: list[str] = []
        for token in scores[-1].argsort(descending=True).tolist():
            piece = model.decode([token])
            if piece[:1] != " " or not piece[1:].isalpha():
                continue
            word = yield from _whole(model, [*first, token], piece)
            words += [word.lower()] if word.isalpha() and word.lower() not in words else []
            if len(words) == FIRST:
                break
        found.append(tuple(words))
    return tuple(found)


def _whole(model: LanguageModel, ids: list[int], piece: str) -> Steps[str]:
    """Return the word that begins with this piece, gone on with by the likeliest tokens."""
    ends = ends_word(model)
    word = piece.strip()
    for _ in range(PIECES - 1):
        scores = yield from model.exact_logits(ids, last_only=True)
        token = int(scores[-1].argmax())
        if ends[token]:
            break
        ids = [*ids, token]
        word += model.decode([token])
    return word


def guess(model: LanguageModel, text: str, kept: int, words: Sequence[str]) -> Steps[Guess]:
    """Return what the model gives these words after the last `kept` units, in small letters and with a capital together."""
    before = last_units(text, kept)
    found: list[float] = []
    for done, word in enumerate(words):
        yield done, len(words)
        logs = [finish(log_probability(model, before, one))[0] for one in dict.fromkeys((word, word.capitalize()))]
        found.append(sum(map(math.exp, logs)))
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
