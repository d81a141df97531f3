"""A probe: a logistic regression on the vector of "it", to see what can be read from it."""

import numpy as np

from core.data.pronouns import probe_sentences
from core.experiments.encoder import encoder
from core.experiments.intervals import middle
from core.experiments.self_attention.results import WIDTH, Probe
from core.models import logistic
from core.progress import Steps

PARTS = 13  # of the nouns: each part is read by a probe that was fitted on the others
DRAWS, SEED = 2_000, 0


def fit_probe() -> Steps[Probe]:
    """Fit the probe on the vector of "it" after the last layer; yields (sentences read, all sentences)."""
    reader = yield from encoder()
    sentences = probe_sentences()
    vectors = np.zeros((len(sentences), WIDTH))
    for row, (text, _, _) in enumerate(sentences):
        yield row, len(sentences)
        trace = reader.trace(text)
        vectors[row] = trace.hidden[-1, trace.tokens.index("it")]
    names = [noun for _, noun, _ in sentences]
    nouns, living = np.unique(names, return_inverse=True)[1], np.array([each for _, _, each in sentences])
    correct = logistic.held_out(vectors, living, nouns, PARTS)
    by_noun = np.array([correct[nouns == noun].mean() for noun in range(nouns.max() + 1)])
    drawn = np.random.default_rng(SEED).choice(by_noun, (DRAWS, len(by_noun))).mean(1)
    low, high = map(float, middle(drawn))
    return Probe(logistic.fit(vectors, living), float(correct.mean()), low, high, len(by_noun), len(sentences))
