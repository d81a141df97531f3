"""Understand or write: the pair of equal models, a judge for what they write, and the encoder as a search engine."""

import numpy as np

from core.experiments.gpt_vs_bert.results import Found, Judged, Written, perplexity
from core.pretrained.causal_lm import LanguageModel
from core.pretrained.encoder import Encoder
from core.progress import Steps

TOKENS = 40


def write(prompt: str, seed: int) -> Steps[Written]:
    """Let both models of the pair write on after a text, one token after another."""
    from core.pretrained.pair import BIDIRECTIONAL, CAUSAL, load_pair_model

    texts = []
    for turn, name in enumerate((CAUSAL, BIDIRECTIONAL)):
        model = load_pair_model(name)
        ids = model.encode(prompt)
        made: list[int] = []
        for token in model.write(ids, TOKENS, seed=seed):
            made.append(token)
            yield turn * TOKENS + len(made), 2 * TOKENS
        texts.append(model.decode(made))
    return Written(prompt, *texts)


def judged(model: LanguageModel, prompt: str, text: str) -> Steps[Judged]:
    """Return how unlikely a large causal model finds a text after a prompt."""
    before, ids = model.encode(prompt), model.encode(f" {text}")
    scores = yield from model.exact_logits([*before, *ids])
    table = scores.double().numpy(force=True)
    at = np.arange(len(before) - 1, len(before) + len(ids) - 1)
    rows = table[at]
    logs = rows[np.arange(len(ids)), ids] - rows.max(1) - np.log(np.exp(rows - rows.max(1, keepdims=True)).sum(1))
    return Judged(perplexity(logs), len(ids))


def search(encoder: Encoder, question: str, texts: tuple[str, ...]) -> Found:
    """Return the cosine of a question's vector with that of each text."""
    vectors = encoder.vectors([question, *texts])
    return Found(question, vectors[1:] @ vectors[0])
