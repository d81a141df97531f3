"""Understand or write: the pair of equal models, a judge for what they write, and the encoder as a search engine."""

import numpy as np

from core.experiments.gpt_vs_bert.results import Found, Judged, Written, perplexity
from core.generation.scores import log_probabilities
from core.pretrained.causal_lm import LanguageModel
from core.pretrained.encoder import Encoder
from core.progress import Steps

TOKENS, DRAWS = 30, 6


def write(prompt: str) -> Steps[Written]:
    """Let both models of the pair write on after a text, one token after another, `DRAWS` times."""
    from core.pretrained.pair import BIDIRECTIONAL, CAUSAL, load_pair_model

    texts: list[tuple[str, ...]] = []
    for turn, name in enumerate((CAUSAL, BIDIRECTIONAL)):
        model, written = load_pair_model(name), []
        for seed in range(DRAWS):
            written.append(model.decode(list(model.write(model.encode(prompt), TOKENS, seed=seed))))
            yield turn * DRAWS + seed + 1, 2 * DRAWS
        texts.append(tuple(written))
    return Written(prompt, texts[0], texts[1])


def judged(model: LanguageModel, prompt: str, texts: tuple[str, ...]) -> Steps[Judged]:
    """Return how unlikely a larger causal model finds texts after a prompt."""
    before, logs = model.encode(prompt), []
    for number, text in enumerate(texts):
        ids = model.encode(f" {text}")
        rows = log_probabilities(model.logits([*before, *ids])[len(before) - 1 : -1])
        logs.append(rows[np.arange(len(ids)), ids])
        yield number + 1, len(texts)
    every = np.concatenate(logs)
    return Judged(perplexity(every), len(every))


def search(encoder: Encoder, question: str, texts: tuple[str, ...]) -> Found:
    """Return the cosine of a question's vector with that of each text."""
    vectors = encoder.vectors([question, *texts])
    return Found(question, vectors[1:] @ vectors[0])
