"""Cutting edges: what the vector of a pronoun loses when it may not attend to one piece."""

import numpy as np

from core.data.pronouns import PAIRS
from core.experiments.encoder import encoder
from core.experiments.self_attention.probing import fit_probe
from core.experiments.self_attention.reading import fit
from core.experiments.self_attention.results import HEAD, LAYER, Cuts, CutStudy, pronoun_at
from core.pretrained.encoder import Encoder
from core.progress import Steps


def edges(text: str, layer: int, head: int) -> Steps[Cuts]:
    """Cut each edge of the first pronoun in turn; yields (edges, all edges). Layer and head from 1, 0 is all of them.

    Raises `ValueError` where there is no pronoun.
    """
    reader = yield from encoder()
    kept, _ = fit(reader, text)
    return (yield from cut_all(reader, kept, layer, head))


def cut_all(reader: Encoder, text: str, layer: int, head: int) -> Steps[Cuts]:
    """Cut each edge of the first pronoun in turn; see `edges`."""
    whole = reader.trace(text)
    query = pronoun_at(whole.tokens)
    if query is None:
        raise ValueError("There is no pronoun: write a sentence with it, they, he or she.")
    after = []
    for key in range(len(whole.tokens)):
        yield key, len(whole.tokens)
        edge = (layer - 1 if layer else None, head - 1 if head else None, query, key)
        after.append(reader.trace(text, edges_cut=[edge]).hidden[-1, query])
    return Cuts(text, whole.tokens, query, whole.hidden[-1, query], np.stack(after))


def study() -> Steps[CutStudy]:
    """Do so in the first sentence of all pairs; yields (sentences, all sentences)."""
    reader = yield from encoder()
    probe = yield from fit_probe()
    moved, read = np.zeros((2, 2, len(PAIRS), 3))
    for number, pair in enumerate(PAIRS):
        yield number, len(PAIRS)
        for scope, (layer, head) in enumerate(((LAYER, HEAD), (0, 0))):
            cuts = yield from cut_all(reader, pair.sentences[0], layer, head)
            first, second = cuts.tokens.index(pair.first), cuts.tokens.index(pair.second)
            moved[scope, number] = cuts.moved[first], cuts.moved[second], cuts.others(first)
            without = probe.read(cuts.after)
            read[scope, number] = probe.read(cuts.before), without[first], np.delete(without, first).mean()
    return CutStudy(moved, read, np.array([pair.living for pair in PAIRS]))
