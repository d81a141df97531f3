"""The calls of the lesson on sentiment whose results ship with the app: what its views show first, and what their bets ask."""

from core.experiments import sentiment as lesson
from core.experiments.recording import Call, call
from core.experiments.sentiment.results import DEFAULT_TEXT, DEFAULT_TO, DEFAULT_WORD, WHATS, change, fit

_WORDS = fit(DEFAULT_TEXT)[0]
_LONG = "it reads 10,311 snippets; tests/core/experiments/sentiment computes a part of it in another way"

CALLS: tuple[Call, ...] = (
    call(lesson.read, _WORDS),
    *(call(lesson.read, change(_WORDS, what, DEFAULT_WORD, DEFAULT_TO)[0]) for what in WHATS),
    call(lesson.worth, _WORDS),
    call(lesson.held_out, costly=_LONG),
    call(lesson.sample),
)
