"""What a language model on tokens gives a whole word: the probability of its tokens, and that the word then ends."""

from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

from core.pretrained.causal_lm import LanguageModel
from core.progress import Steps, finish

BEGIN = 0  # "<|endoftext|>" stood between documents in SmolLM2's training: without it a single word is read five times worse


@lru_cache(maxsize=1)  # it holds on to the model: to one, which stays in memory anyway
def ends_word(model: LanguageModel) -> Tensor:
    """Return for each token whether a word before it has ended: it does not begin with a letter or a digit."""
    return torch.tensor([not _goes_on(model.decode([token])) for token in range(model.vocabulary)])


def _goes_on(token: str) -> bool:
    return token[:1].isalnum() or token[:1] == "\ufffd"  # a part of a character: of a letter, as far as one can tell


def log_probability(model: LanguageModel, before: str, word: str) -> Steps[tuple[float, bool]]:
    """Return the natural log of a word's probability after a text, and whether the model's likeliest tokens write it.

    The text ends with a word or a sign; a blank and the word come next. With tokens t_1 ... t_n of " word", and E for "the
    word before has ended", p = p(t_1) ... p(t_n) p(E | text, t_1 ... t_n) / p(E | text): over all words these add up to 1
    (Pimentel and Meister 2024, eq. 9; Oh and Schuler 2024). Raises `ValueError` for an empty text.
    """
    first, added = [BEGIN, *model.encode(before)], model.encode(f" {word}")
    scores = yield from model.exact_logits([*first, *added])
    logs = scores[len(first) - 1 :].double().log_softmax(-1).cpu()
    ends = ends_word(model)
    ended, begun = (float(logs[at][ends].logsumexp(0)) for at in (-1, 0))
    likeliest = logs.argmax(-1).tolist()
    is_first = likeliest[: len(added)] == added and bool(ends[likeliest[-1]])
    return sum(float(logs[at, token]) for at, token in enumerate(added)) + ended - begun, is_first


def log_probabilities(model: LanguageModel, before: str, words: Sequence[str]) -> Steps[list[float]]:
    """Return the same for several words; the text before them is read once, and the words side by side."""
    first, added = [BEGIN, *model.encode(before)], [model.encode(f" {word}") for word in words]
    longest, ends = max(map(len, added)), ends_word(model)
    cache = model.new_cache(len(words), len(first) + longest)
    logs = finish(model.prefill(first, cache, 0)).double().log_softmax(-1).cpu()
    cache.copy([0] * len(words), list(range(len(words))), len(first))
    found = [float(logs[0, tokens[0]] - logs[0][ends].logsumexp(0)) for tokens in added]
    for at in range(longest):
        yield at, longest
        # A word that is complete repeats its last token: what comes of it is not read.
        tokens = [each[min(at, len(each) - 1)] for each in added]
        logs = model.step(tokens, [len(first) + at] * len(words), cache).double().log_softmax(-1).cpu()
        for row, each in enumerate(added):
            if at + 1 < len(each):
                found[row] += float(logs[row, each[at + 1]])
            elif at + 1 == len(each):
                found[row] += float(logs[row][ends].logsumexp(0))
    return found
