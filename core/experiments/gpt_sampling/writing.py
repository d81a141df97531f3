"""Sets a language model to work, alone or in an engine that serves many readers, and puts what it wrote in shape."""

import math
from collections.abc import Generator, Sequence
from dataclasses import replace

import numpy as np
import torch

from core.experiments.gpt_sampling.results import LABELLED, MAX_PROMPT_TOKENS, READ, NextToken, fit_prompt
from core.experiments.gpt_sampling.texts import END, BeamNode, Fork, Settings, Text, Word
from core.generation.decoding import BeamSearch, Policy, Sampling, Step
from core.pretrained.causal_lm import LanguageModel
from core.progress import Steps, finish
from core.serving.engine import Engine
from core.serving.work import Run


def read(model: LanguageModel, prompt: str) -> Steps[NextToken]:
    """Yield (layers done, layers) and return the exact scores after a prompt; raises `ValueError` for no tokens."""
    ids = model.encode(prompt)
    kept, dropped = fit_prompt(ids, min(MAX_PROMPT_TOKENS, model.context // 2))  # as much room is left for an answer
    scores = yield from model.exact_logits(kept, last_only=True)
    logits = scores[-1].numpy(force=True)
    order = np.argsort(-logits, kind="stable")[:LABELLED]
    return NextToken(
        model=model.name,
        ids=tuple(kept),
        read=tuple(spelled(model, token) for token in kept[-READ:]),
        dropped=dropped,
        lost=max(0, len(prompt) - len(model.decode(ids))),
        logits=logits,
        order=order,
        labels=tuple(spelled(model, int(token)) for token in order),
    )


def spelled(model: LanguageModel, token: int) -> str:
    """Return how a token is shown: what ends a text is no word of it."""
    return END if token in model.end_tokens else model.label(token)


def policy_of(settings: Settings, end_tokens: tuple[int, ...]) -> Policy:
    """Return the policy that `settings` describe."""
    if settings.strategy == "beam":
        return BeamSearch(settings.beams, settings.tokens, end_tokens)
    return Sampling(
        **vars(settings.drawn_with), seed=settings.seed, max_new_tokens=settings.tokens, end_tokens=end_tokens
    )


def alone(model: LanguageModel, prompt: str, settings: Settings) -> Steps[Text]:
    """Yield (tokens written, tokens) and return the text after a prompt, without an engine."""
    ids, _ = fit_prompt(model.encode(prompt), min(MAX_PROMPT_TOKENS, model.context // 2))
    policy = policy_of(settings, model.end_tokens)
    for _ in _advance(model, ids, policy, settings.tokens):
        yield policy.length, settings.tokens
    return text_of(model, policy, finished=True)


def _advance(model: LanguageModel, ids: list[int], policy: Policy, tokens: int) -> Generator[None, None, None]:
    """Let a policy choose token after token, yielding after each."""
    with torch.inference_mode():
        cache = model.new_cache(policy.rows, len(ids) + tokens)
        scores = finish(model.prefill(ids, cache, 0))
    for position in range(len(ids), len(ids) + tokens):
        with torch.inference_mode():
            move = policy.advance(scores)
            if move.done:
                return
            cache.copy(list(move.parents), list(range(len(move.parents))), position)
            scores = model.step(list(move.tokens), [position] * len(move.tokens), cache)
        yield


def begin(engine: Engine, ids: Sequence[int], settings: Settings, lease: float | None = None) -> Run:
    """Let the engine write a text after `ids`; raises `Busy` when too many wait."""
    return engine.submit(ids, policy_of(settings, model_of(engine).end_tokens), lease=lease)


def begin_branch(
    engine: Engine, ids: Sequence[int], settings: Settings, parent: Text, fork: Fork, lease: float | None = None
) -> Run:
    """Let the engine write on from `fork`: what stood before it stays, its token is put there.

    Raises `ValueError` when the parent text has no such position or the settings draw nothing to be replaced.
    """
    policy = policy_of(settings, model_of(engine).end_tokens)
    if not isinstance(policy, Sampling) or fork.position >= len(parent.words):
        raise ValueError(f"there is no word {fork.position + 1} to put another in the place of")
    if fork.token >= model_of(engine).vocabulary:
        raise ValueError(f"there is no token {fork.token}: the model has {model_of(engine).vocabulary:,}")
    kept = parent.words[: fork.position]
    steps = [Step(w.token, w.logprob, w.drawn, w.rank, tuple((t, p) for t, _, p in w.rivals)) for w in kept]
    policy = replace(policy, steps=steps, forced={fork.position: fork.token})
    return engine.submit([*ids, *(w.token for w in kept)], policy, lease=lease)


def written(engine: Engine, run: Run, words: Sequence[Word] = ()) -> Text:
    """Return what `run` has written so far; `words` are those that were spelled before and still stand."""
    return text_of(model_of(engine), run.policy, run.state == "finished", words)


def text_of(model: LanguageModel, policy: Policy, finished: bool, before: Sequence[Word] = ()) -> Text:
    """Return what a policy has chosen, spelled; `before` holds its first words where it only grows.

    Raises `TypeError` for a policy of another kind.
    """
    if isinstance(policy, Sampling):
        steps = list(policy.steps)
        before = before[: len(steps)]
        forced = next(iter(policy.forced), -1)
        new = (_word(model, step, forced=n == forced) for n, step in enumerate(steps) if n >= len(before))
        return _text((*before, *new), finished)
    if isinstance(policy, BeamSearch):
        return _text(_best(model, policy), finished, _tree(model, policy) if finished else ())
    raise TypeError(f"no way to spell {type(policy).__name__}")


def _word(model: LanguageModel, step: Step, *, forced: bool = False) -> Word:
    return Word(
        token=step.token,
        label=spelled(model, step.token),
        text="" if step.token in model.end_tokens else model.decode([step.token]),
        probability=math.exp(step.logprob),
        logprob=step.logprob,
        drawn=step.drawn,
        rank=step.rank,
        rivals=tuple((token, spelled(model, token), probability) for token, probability in step.rivals),
        forced=forced,
    )


def _text(words: tuple[Word, ...], finished: bool, tree: tuple[BeamNode, ...] = ()) -> Text:
    return Text(words, b"".join(word.raw for word in words).decode("utf-8", "replace"), finished, tree)


def _best(model: LanguageModel, search: BeamSearch) -> tuple[Word, ...]:
    """Return the likeliest text of a beam search."""
    words = []
    for number in search.best():
        node = search.nodes[number]
        logprob = node.total - (search.nodes[node.parent].total if node.parent >= 0 else 0.0)
        words.append(_word(model, Step(node.token, logprob, 1.0, node.rank, node.rivals)))
    return tuple(words)


def _tree(model: LanguageModel, search: BeamSearch) -> tuple[BeamNode, ...]:
    best, survivors = search.best(), search.survivors()
    return tuple(
        BeamNode(spelled(model, n.token), n.parent, n.depth, n.total, i in survivors, i in best)
        for i, n in enumerate(search.nodes)
    )


def model_of(engine: Engine) -> LanguageModel:
    """Return the engine's model; raises `RuntimeError` before it is loaded."""
    if engine.model is None:
        raise RuntimeError("the model is not loaded yet")
    return engine.model
