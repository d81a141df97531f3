"""Sets the engine to work for the lessons that write text, and puts what it wrote in shape."""

from collections.abc import Sequence
from dataclasses import replace

from core.experiments.gpt_sampling import next_token
from core.experiments.gpt_sampling.texts import WAYS, BeamNode, Fork, Settings, Text, Way, measure, spell, spell_beam
from core.generation.decoding import BeamSearch, Policy, Sampling, Step
from core.pretrained.causal_lm import LanguageModel
from core.serving.engine import Engine
from core.serving.work import Job, Run


def policy_of(settings: Settings, end_tokens: tuple[int, ...]) -> Policy:
    """Return the policy that `settings` describe."""
    if settings.strategy == "beam":
        return BeamSearch(settings.beams, settings.tokens, end_tokens)
    return Sampling(
        **vars(settings.drawn_with), seed=settings.seed, max_new_tokens=settings.tokens, end_tokens=end_tokens
    )


def ask_next(engine: Engine, ids: Sequence[int]) -> Job:
    """Let the engine compute the exact scores after `ids`: its result is a `NextToken`."""
    return engine.call(lambda model: next_token(model, list(ids)))


def write(engine: Engine, ids: Sequence[int], settings: Settings, lease: float | None = None) -> Run:
    """Let the engine write a text after `ids`; raises `Busy` when too many wait."""
    return engine.submit(ids, policy_of(settings, _model(engine).end_tokens), lease=lease)


def write_branch(
    engine: Engine, ids: Sequence[int], settings: Settings, parent: Text, fork: Fork, lease: float | None = None
) -> Run:
    """Let the engine write on from `fork`: what stood before it stays, its token is put there.

    Raises `ValueError` when the parent text has no such position or the settings draw nothing to be replaced.
    """
    policy = policy_of(settings, _model(engine).end_tokens)
    if not isinstance(policy, Sampling) or fork.position >= len(parent.words):
        raise ValueError(f"there is no word {fork.position + 1} to put another in the place of")
    if fork.token >= _model(engine).vocabulary:
        raise ValueError(f"there is no token {fork.token}: the model has {_model(engine).vocabulary:,}")
    kept = parent.words[: fork.position]
    steps = [Step(w.token, w.logprob, w.drawn, w.rank, tuple((t, p) for t, _, p in w.rivals)) for w in kept]
    policy = replace(policy, steps=steps, forced={fork.position: fork.token})
    return engine.submit([*ids, *(w.token for w in kept)], policy, lease=lease)


def text_of(engine: Engine, run: Run) -> Text:
    """Return what `run` has written so far."""
    if isinstance(run.policy, Sampling):
        forced = next(iter(run.policy.forced), -1)
        return spell(_model(engine), list(run.policy.steps), run.state == "finished", forced)
    return tree_of(engine, run)[0]


def tree_of(engine: Engine, run: Run) -> tuple[Text, tuple[BeamNode, ...]]:
    """Return the likeliest text of a beam search and its tree; raises `TypeError` for a run that is none."""
    if not isinstance(run.policy, BeamSearch):
        raise TypeError("this run is no beam search")
    return spell_beam(_model(engine), run.policy, run.state == "finished")


def measure_ways(texts: Sequence[Text]) -> list[Way]:
    """Return the numbers of four texts, in the order of `WAYS`."""
    return [
        measure(name, text.string, [w.token for w in text.words], text.logprob)
        for name, text in zip(WAYS, texts, strict=True)
    ]


def _model(engine: Engine) -> LanguageModel:
    if engine.model is None:
        raise RuntimeError("the model is not loaded yet")
    return engine.model
