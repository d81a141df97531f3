"""Who sees what: one word of a sentence is changed, and every word's last vector is compared with what it was."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from core.experiments.gpt_vs_bert.results import Moved, swap
from core.pretrained.causal_lm import LanguageModel
from core.pretrained.encoder import Encoder
from core.progress import Steps

Spans = list[tuple[int, int]]  # the tokens of each label: from, to


def causal(model: LanguageModel, text: str, position: int, other: str) -> Steps[Moved]:
    """Compare a causal model's vectors of a sentence with those after word `position` (from 0) has become `other`."""
    words = text.split()
    found = []
    for step, each in enumerate((words, _changed(words, position, other))):
        ids, spans = _tokens(model, each)
        trace = model.trace(ids)
        found.append((_mean(trace.hidden[-1], spans), trace.attentions.mean((0, 1)), spans))
        yield step + 1, 2
    (before, weights, spans), (after, _, _) = found
    return Moved(tuple(words), 0, position, other, _moved(before, after), _between(weights, spans))


def both(encoder: Encoder, text: str, position: int, other: str) -> Moved:
    """Compare the encoder's vectors likewise."""
    words = text.split()
    found = []
    for each in (words, _changed(words, position, other)):
        trace = encoder.trace(" ".join(each))
        spans = _spans(each, trace.spans)
        found.append((_mean(trace.hidden[-1], spans), trace.attentions.mean((0, 1)), spans))
    (before, weights, spans), (after, _, _) = found
    labels = ("[CLS]", *words, "[SEP]")
    return Moved(labels, 1, position, other, _moved(before, after), _between(weights, spans))


def _changed(words: Sequence[str], position: int, other: str) -> list[str]:
    return [swap(word, other) if n == position else word for n, word in enumerate(words)]


def _tokens(model: LanguageModel, words: Sequence[str]) -> tuple[list[int], Spans]:
    """Return a sentence's tokens and which of them are each word's: a token never holds parts of two words."""
    ids: list[int] = []
    spans: Spans = []
    for n, word in enumerate(words):
        own = model.encode(word if n == 0 else f" {word}")
        spans.append((len(ids), len(ids) + len(own)))
        ids += own
    return ids, spans


def _spans(words: Sequence[str], pieces: Sequence[tuple[int, int]]) -> Spans:
    """Return which pieces are each word's, the two ends as words of their own; a word without a piece has none."""
    starts = np.array([start for start, _ in pieces[1:-1]])
    spans: Spans = [(0, 1)]
    at = 0
    for word in words:
        spans.append(tuple(1 + int(n) for n in np.searchsorted(starts, (at, at + len(word)))))  # type: ignore[arg-type]
        at += len(word) + 1
    return [*spans, (len(pieces) - 1, len(pieces))]


def _mean(vectors: Float[np.ndarray, "tokens width"], spans: Spans) -> Float[np.ndarray, "labels width"]:
    rows = [vectors[a:b].mean(0) if b > a else np.zeros(vectors.shape[1], np.float32) for a, b in spans]
    return np.array(rows, np.float64)


def _moved(before: Float[np.ndarray, "labels width"], after: Float[np.ndarray, "labels width"]) -> np.ndarray:
    lengths = np.linalg.norm(before, axis=1)
    share = np.linalg.norm(after - before, axis=1) / np.where(lengths > 0, lengths, 1.0)
    return share.astype(np.float32)


def _between(weights: Float[np.ndarray, "tokens tokens"], spans: Spans) -> Float[np.ndarray, "labels labels"]:
    """Return attention between words: what a word's tokens give to all tokens of another, mean over its own."""
    table = np.array([weights[:, a:b].sum(1) for a, b in spans]).T
    return _mean(table, spans).astype(np.float32)
