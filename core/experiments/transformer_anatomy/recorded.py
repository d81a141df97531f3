"""The calls of the lesson on the Transformer's anatomy whose results ship with the app."""

from functools import lru_cache
from typing import Any

from core.experiments import recording
from core.experiments import transformer_anatomy as lesson
from core.experiments.recording import Call, call
from core.experiments.transformer_anatomy.results import (
    BET_BLOCK,
    DEFAULT_LAYER,
    DEFAULT_TEXT,
    DEPTHS,
    MODEL,
    OFFERED_IDS,
    SEED,
)

_AT = (MODEL, DEFAULT_TEXT)
_LONG = "it runs the model 61 times; tests/core/experiments/transformer_anatomy runs it for three blocks"
_TRAINS = "it trains four models; tests/core/experiments/transformer_anatomy measures the gradients at the start again"

CALLS: tuple[Call, ...] = (
    call(lesson.stream, *_AT, 0, False, ()),
    call(lesson.stream, *_AT, BET_BLOCK, False, OFFERED_IDS),  # what the bet goes to
    call(lesson.layer, *_AT, DEFAULT_LAYER),
    call(lesson.each_block, *_AT, costly=_LONG),
    *(call(lesson.norms, layers, SEED, costly=_TRAINS) for layers in DEPTHS),
)


def run(one: Call) -> Any:
    """Run a call, with the model that its first argument names where it is one."""
    name, *arguments = one.arguments
    if one.function is lesson.norms:
        return recording.run(one.function, *one.arguments)
    return recording.run(one.function, _model(name), *arguments)


@lru_cache(maxsize=1)
def _model(name: str) -> Any:
    from core.pretrained.registry import load_language_model

    return load_language_model(name)
