"""What the lesson measures once: every head over many texts, "it" in forty pairs of sentences, and one word in two."""

import numpy as np
from jaxtyping import Float

from core.data.library import LIBRARY
from core.data.pronouns import PAIRS
from core.data.senses import SERVER
from core.experiments.encoder import encoder
from core.experiments.self_attention.results import HEADS, LAYERS, ROLES, Roles, Senses, Study, shares, twice
from core.pretrained.encoder import load_encoder
from core.pretrained.word_vectors import load_word_vectors
from core.progress import Steps

WORD, SENTENCES = SERVER.word, SERVER.sentences
FRAME = "The {} is here."  # what the words to compare with stand in
WORDS = ("waiter", "cook", "host", "restaurant", "client", "computer", "network", "website", "machine", "river")
NEAREST = 5


def study() -> Steps[Study]:
    """Read all pairs; yields (pairs, all pairs)."""
    reader = yield from encoder()
    weights = np.zeros((len(PAIRS), 2, 2, LAYERS, HEADS), np.float32)
    for number, pair in enumerate(PAIRS):
        yield number, len(PAIRS)
        for which, text in enumerate(pair.sentences):
            trace = reader.trace(text)
            nouns = [trace.tokens.index(noun) for noun in (pair.first, pair.second)]
            weights[number, which] = np.moveaxis(trace.attentions[:, :, trace.tokens.index("it"), nouns], -1, 0)
    return Study(weights)


def roles() -> Steps[Roles]:
    """Measure `ROLES` over the library's contents, the last of them over all pairs; yields (texts, all texts)."""
    reader = yield from encoder()
    found, even = [], []
    for number, item in enumerate(LIBRARY):
        yield number, len(LIBRARY)
        trace = reader.trace(item.content)
        found.append(shares(trace.attentions, trace.tokens))
        even.append(_even(trace.tokens))
    pairs = yield from study()
    scores = np.stack([*np.nanmean([each[:-1] for each in found], 0), pairs.nouns])
    baseline = np.mean(even, 0)
    baseline[-1] = np.mean([2 / len(reader.pieces(text)[1]) for pair in PAIRS for text in pair.sentences])
    return Roles(scores.astype(np.float32), baseline.astype(np.float32), len(LIBRARY))


def _even(tokens: tuple[str, ...]) -> Float[np.ndarray, "roles"]:
    """Return what equal weights would give in one text, the last role left at 0."""
    same, each = twice(tokens), 1 / len(tokens)
    again = same.sum(1)[same.any(1)].mean() if same.any() else 0.0
    return np.array([each, each, again * each, 2 * each, 0.0][: len(ROLES)])


def senses() -> Senses:
    """Compare "server" in a restaurant and on a computer."""
    reader, glove = load_encoder(), load_word_vectors()
    own = []
    for text in SENTENCES:
        trace = reader.trace(text)
        own.append(trace.hidden[:, trace.tokens.index(WORD)])
    others = []
    for word in WORDS:
        trace = reader.trace(FRAME.format(word))
        others.append(trace.hidden[-1, trace.tokens.index(word)])
    rows = [_cosines(vectors[-1], np.stack(others)) for vectors in own]
    rows.append(_cosines(glove.vector(WORD), np.stack([glove.vector(word) for word in WORDS])))
    alike = np.array([_cosines(one, other[None])[0] for one, other in zip(*own, strict=True)])
    return Senses(WORD, SENTENCES, alike, WORDS, np.stack(rows), glove.neighbours(WORD, NEAREST))


def _cosines(vector: Float[np.ndarray, "width"], others: Float[np.ndarray, "rows width"]) -> Float[np.ndarray, "rows"]:
    found: np.ndarray = others @ vector / np.linalg.norm(others, axis=1) / np.linalg.norm(vector)
    return found
