"""The calls of the lesson on language models whose results ship with the app: what its views and bets show first."""

from core.experiments import language_model as lesson
from core.experiments.language_model.results import (
    COLD,
    DEFAULT_TEXT,
    MODEL,
    SEED,
    TEMPERATURE,
    one_list,
    units_in,
)
from core.experiments.recording import Call, call

WORDS = one_list(*LISTS)
_LONG = "it reads 9,600 contexts; tests/core/experiments/language_model reads some of them in another way"

CALLS: tuple[Call, ...] = (
    call(lesson.likely, DEFAULT_TEXT),
    call(lesson.likely_large, MODEL, DEFAULT_TEXT),
    *(call(lesson.guess, DEFAULT_TEXT, kept, WORDS) for kept in range(1, len(units_in(DEFAULT_TEXT)) + 1)),
    *(call(lesson.guess_large, MODEL, DEFAULT_TEXT, kept, WORDS) for kept in range(1, len(units_in(DEFAULT_TEXT)) + 1)),
    call(lesson.depth, costly=_LONG),
    call(lesson.depth_large, MODEL, costly=_LONG),
    *(call(lesson.write, DEFAULT_TEXT, temperature, SEED) for temperature in (TEMPERATURE, COLD)),
    *(call(lesson.write_large, MODEL, DEFAULT_TEXT, temperature, SEED) for temperature in (TEMPERATURE, COLD)),
)
