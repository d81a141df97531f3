"""The calls of the lesson on induction whose results ship with the app."""

from functools import lru_cache
from typing import Any

from core.experiments import induction as lesson
from core.experiments import recording
from core.experiments.induction.results import MODEL, SEED, WORDS
from core.experiments.recording import Call, call

SHORT = 16  # words of the list that the first bet goes to
_LONG = "it runs the model 37 times; tests/core/experiments/induction runs it without one head, and without four"

CALLS: tuple[Call, ...] = (
    *(call(lesson.repeated, MODEL, "", words, SEED) for words in (WORDS, SHORT)),
    call(lesson.switched, MODEL, "", WORDS, SEED, costly=_LONG),
    call(lesson.lists, MODEL, WORDS),
    *(
        call(lesson.trained, layers, SEED, costly="400 steps; tests/core/experiments/induction trains the two layers")
        for layers in (1, 2)
    ),
)


def run(one: Call) -> Any:
    """Run a call, with the model that its first argument names where it is one."""
    name, *arguments = one.arguments
    if one.function is lesson.trained:
        return recording.run(one.function, *one.arguments)
    return recording.run(one.function, _model(name), *arguments)


@lru_cache(maxsize=1)
def _model(name: str) -> Any:
    from core.pretrained.registry import load_language_model

    return load_language_model(name)
