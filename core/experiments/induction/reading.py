"""A list of tokens, read twice by a language model, with all of its heads or without some."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from core.experiments.induction.results import (
    ALONE,
    CASES,
    COUNTS,
    DRAWS,
    HEADS,
    LAYERS,
    LISTS,
    LONGEST,
    Head,
    Lists,
    Repeated,
    Switched,
    typical,
)
from core.generation.scores import log_probabilities
from core.generation.seeds import checked
from core.progress import Steps

if TYPE_CHECKING:
    from core.pretrained.causal_lm import LanguageModel, Trace

WORD = re.compile(r" [a-z]{3,8}")  # a token that is a word, with the blank before it


def listed(model: "LanguageModel", text: str, words: int, seed: int) -> tuple[list[int], int]:
    """Return a list's tokens, and how many of the reader's are left out."""
    if text.strip():
        ids = model.encode(" " + " ".join(text.split()))
        return ids[:LONGEST], max(0, len(ids) - LONGEST)
    rng = np.random.default_rng(checked(seed))
    return [int(one) for one in rng.choice(_vocabulary(model), words, replace=False)], 0


def _vocabulary(model: "LanguageModel") -> tuple[int, ...]:
    # Not kept: by the model it would keep one in memory that has left, and 50 ms are little beside reading a list.
    return tuple(number for number in range(model.vocabulary) if WORD.fullmatch(model.decode([number])))


def repeated(model: "LanguageModel", text: str, words: int, seed: int) -> Steps[Repeated]:
    """See `core.experiments.induction.repeated`."""
    ids, dropped = listed(model, text, words, seed)
    if len(ids) < 2:
        return _nothing(model, ids)
    yield 0, 1 + len(CASES)
    found = _read(model, ids, dropped)
    rest, rng = found.ranked()[max(COUNTS) :], np.random.default_rng(checked(seed))
    found = replace(found, others=tuple(rest[int(n)] for n in rng.choice(len(rest), 2, replace=False)))
    without, best = [], []
    for done, case in enumerate(CASES, 1):
        yield done, 1 + len(CASES)
        trace = model.trace(ids * 2, heads_off=found.off(case))
        without.append(_given(trace, ids * 2).astype(np.float32))
        best.append(_is_best(trace, ids * 2))
    return replace(found, without=np.stack(without), without_best=np.stack(best))


def _read(model: "LanguageModel", ids: list[int], dropped: int) -> Repeated:
    n = len(ids)
    trace = model.trace(ids * 2)
    probabilities = _given(trace, ids * 2)
    induction, previous = scores(trace.attentions, n)
    made = Repeated(
        tokens=tuple(model.label(one) for one in ids),
        dropped=dropped,
        probabilities=probabilities.astype(np.float32),
        best=_is_best(trace, ids * 2),
        induction=induction.astype(np.float32),
        previous=previous.astype(np.float32),
        links=np.zeros(n - 1, np.float32),
        steps=np.zeros(n - 1, np.float32),
        others=(),
        without=np.zeros((0, 2 * n - 1), np.float32),
        without_best=np.zeros((0, 2 * n - 1), bool),
    )
    (layer, head), (low, under) = made.ranked()[0], made.before()
    here = np.arange(n - 1)
    made.links[:] = trace.attentions[layer, head, n + here, here + 1]
    made.steps[:] = trace.attentions[low, under, here + 1, here]
    return made


def _nothing(model: "LanguageModel", ids: list[int]) -> Repeated:
    """Return the reading of a list with a single token, after which nothing comes."""
    none, heads = np.zeros(0, np.float32), np.zeros((LAYERS, HEADS), np.float32)
    cases = np.zeros((len(CASES), 0), np.float32)
    tokens = tuple(model.label(one) for one in ids)
    return Repeated(tokens, 0, none, none > 0, heads, heads, none, none, (), cases, cases > 0)


def scores(attentions: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return each head's induction and previous-token score in the attention over a list of n tokens, read twice.

    Source: Olsson et al. 2022, "In-context learning and induction heads", prefix matching and previous tokens.
    """
    second, every = np.arange(n, 2 * n - 1), np.arange(1, 2 * n)
    # token i of the list stands at n + i the second time; what followed it the first time stands at i + 1
    return attentions[:, :, second, second - n + 1].mean(-1), attentions[:, :, every, every - 1].mean(-1)


def _given(trace: "Trace", ids: Sequence[int]) -> np.ndarray:
    """Return the probability that each token had, from the second on, after those before it."""
    logs = log_probabilities(trace.logits[:-1])
    given: np.ndarray = np.exp(logs[np.arange(len(ids) - 1), list(ids)[1:]])
    return given


def _is_best(trace: "Trace", ids: Sequence[int]) -> np.ndarray:
    found: np.ndarray = trace.logits[:-1].argmax(-1) == np.array(ids)[1:]
    return found


def switched(model: "LanguageModel", text: str, words: int, seed: int) -> Steps[Switched]:
    """See `core.experiments.induction.switched`."""
    ids, dropped = listed(model, text, words, seed)
    whole = _read(model, ids, dropped)
    ranked, rng = whole.ranked(), np.random.default_rng(checked(seed))
    rest = [ranked[int(n)] for n in rng.permutation(np.arange(max(COUNTS), len(ranked)))]
    draws = [rest[draw * max(COUNTS) : (draw + 1) * max(COUNTS)] for draw in range(DRAWS)]
    sets = [ranked[:count] for count in COUNTS]
    sets += [tuple(draw[:count]) for draw in draws for count in COUNTS]
    sets += [(head,) for head in (*ranked[:ALONE], *rest[:ALONE])]
    known: dict[tuple[Head, ...], float] = {(): typical(whole.second)}
    for done, heads in enumerate(sets):
        yield done, len(sets)
        if heads not in known:
            trace = model.trace(ids * 2, heads_off=heads)
            known[heads] = typical(_given(trace, ids * 2)[len(ids) :])
    found = np.array([known[heads] for heads in sets])
    together, drawn, alone = np.split(found, [len(COUNTS), len(COUNTS) * (1 + DRAWS)])
    return Switched(
        heads=ranked[: max(COUNTS)],
        others=tuple(rest[:ALONE]),
        induction=together,
        random=drawn.reshape(DRAWS, len(COUNTS)),
        alone=alone[:ALONE],
        alone_random=alone[ALONE:],
        first=typical(whole.first),
    )


def lists(model: "LanguageModel", words: int) -> Steps[Lists]:
    """See `core.experiments.induction.lists`."""
    found = []
    for seed in range(LISTS):
        yield seed, LISTS
        found.append(_read(model, listed(model, "", words, seed)[0], 0))
    return Lists(
        first=np.array([typical(one.first) for one in found]),
        second=np.array([typical(one.second) for one in found]),
        correct=np.array([one.correct() / len(one.second) for one in found]),
    )
