"""One word in two sentences: how far its vector leans to each sense, in the encoder and in GloVe."""

import numpy as np
from jaxtyping import Float

from core.data.senses import PAIRS, read_senses, where
from core.experiments.encoder import encoder
from core.experiments.word_vectors.asking import glove, unit
from core.experiments.word_vectors.results import SensesRead, Study
from core.pretrained.encoder import Encoder
from core.pretrained.word_vectors import WordVectors
from core.progress import Steps

NEAREST = 6


def study() -> Steps[Study]:
    """Read all pairs; yields (pairs, all pairs)."""
    reader = yield from encoder()
    vectors = yield from glove()
    leans, alike = [], []
    for number, pair in enumerate(PAIRS):
        yield number, len(PAIRS)
        both, cosine = read(reader, pair.word, pair.sentences, pair.cues)
        leans.append(both)
        alike.append(cosine)
    fixed = np.array([lean(vectors, pair.word, pair.cues) for pair in PAIRS], np.float32)
    nearest = tuple(_nearest(vectors, pair.word) for pair in PAIRS)
    return Study(np.stack(leans, 1).astype(np.float32), np.stack(alike, 1).astype(np.float32), fixed, nearest)


def read_own(text: str) -> Steps[SensesRead]:
    """Read a reader's word; raises `ValueError`, with a sentence for the reader, for a text that is not three lines."""
    word, sentences, cues = read_senses(text)
    reader = yield from encoder()
    vectors = yield from glove()
    leans, alike = read(reader, word, sentences, cues)
    one, two = (float(value) for value in leans[-1])
    fixed = lean(vectors, word, cues) if all(each in vectors for each in (word, *cues)) else None
    nearest = _nearest(vectors, word) if word in vectors else ()
    return SensesRead(word, sentences, cues, (one, two), float(alike[-1]), fixed, nearest)


def read(
    reader: Encoder, word: str, sentences: tuple[str, str], cues: tuple[str, str]
) -> tuple[Float[np.ndarray, "layers_and_one two"], Float[np.ndarray, "layers_and_one"]]:
    """Return the word's lean to the first cue in each sentence, and the cosine of its two vectors, at every layer."""
    first, second = (_units(_hidden(reader, sentence, word)) for sentence in sentences)
    one, two = (_units(_hidden(reader, cue, cue)) for cue in cues)  # a cue is read by itself
    # lean = cos(word, first cue) - cos(word, second cue)
    leans = np.stack([(vector * (one - two)).sum(-1) for vector in (first, second)], -1)
    alike: np.ndarray = (first * second).sum(-1)
    return leans, alike


def lean(vectors: WordVectors, word: str, cues: tuple[str, str]) -> float:
    """Return how far GloVe's one vector leans to the first cue."""
    one, two = (unit(vectors.vector(cue)) for cue in cues)
    return float(unit(vectors.vector(word)) @ (one - two))


def _hidden(reader: Encoder, text: str, word: str) -> Float[np.ndarray, "layers_and_one width"]:
    """Return a word's vector at every layer: the mean over its pieces. Raises `ValueError` where it is not read."""
    found, trace = where(word, text), reader.trace(text)
    start, stop = found or (0, 0)
    rows = [n for n, (a, b) in enumerate(trace.spans) if a < b and a < stop and b > start]
    if not rows:
        raise ValueError("The encoder reads 256 pieces of a sentence at most, and your word stands beyond them.")
    mean: np.ndarray = trace.hidden[:, rows].mean(1)
    return mean


def _units(vectors: Float[np.ndarray, "layers_and_one width"]) -> Float[np.ndarray, "layers_and_one width"]:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def _nearest(vectors: WordVectors, word: str) -> tuple[str, ...]:
    return tuple(found for found, _ in vectors.neighbours(word, NEAREST))
