"""The calls of the lesson on language models whose results ship with the app: what its views and bets show first."""

from core.experiments import language_model as lesson
from core.experiments.language_model.results import (
    COLD,
    DEFAULT_TEXT,
    DEFAULT_WORDS,
    MODEL,
    SEED,
    TEMPERATURE,
    units_in,
)
from core.experiments.recording import Call, call

EVERY = range(1, len(units_in(DEFAULT_TEXT)) + 1)
_LONG = "it reads 4,800 contexts; tests/core/experiments/language_model reads some of them in another way"

CALLS: tuple[Call, ...] = (
    call(lesson.likely, DEFAULT_TEXT),
    call(lesson.likely_large, MODEL, DEFAULT_TEXT),
    *(call(lesson.guess, DEFAULT_TEXT, kept, DEFAULT_WORDS) for kept in EVERY),
    *(call(lesson.guess_large, MODEL, DEFAULT_TEXT, kept, DEFAULT_WORDS) for kept in EVERY),
    call(lesson.depth, costly=_LONG),
    call(lesson.depth_large, MODEL, costly=_LONG),
    *(call(lesson.write, DEFAULT_TEXT, temperature, SEED) for temperature in (TEMPERATURE, COLD)),
    *(call(lesson.write_large, MODEL, DEFAULT_TEXT, temperature, SEED) for temperature in (TEMPERATURE, COLD)),
)
