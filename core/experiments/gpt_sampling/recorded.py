"""The calls of the lesson on GPT sampling whose results ship with the app: what its views and bets show first."""

from functools import lru_cache
from typing import Any

from core.experiments import gpt_sampling as lesson
from core.experiments import recording
from core.experiments.gpt_sampling.results import DEFAULT_MODEL, DEFAULT_PROMPT, Filters
from core.experiments.gpt_sampling.texts import Settings
from core.experiments.recording import Call, call

_AT = (DEFAULT_MODEL, DEFAULT_PROMPT)

CALLS: tuple[Call, ...] = (
    call(lesson.next_token, *_AT),
    *(call(lesson.write, *_AT, Settings(strategy=strategy)) for strategy in ("sample", "greedy", "beam")),
    *(call(lesson.write, *_AT, Settings(Filters(temperature))) for temperature in (0.5, 2.0)),  # what the bets go to
)


def run(one: Call) -> Any:
    """Run a call with the model that its first argument names."""
    name, *arguments = one.arguments
    return recording.run(one.function, _model(name), *arguments)


@lru_cache(maxsize=1)
def _model(name: str) -> Any:
    from core.pretrained.registry import load_language_model

    return load_language_model(name)
