"""The calls of the lesson on listening whose results ship with the app: what its views show first, and its bets."""

from core.experiments import listening as lesson
from core.experiments.listening.results import (
    CLIPS,
    DEFAULT_CLIP,
    DEFAULT_DIGIT,
    DEFAULT_ERASE,
    DEFAULT_NUMBER,
    DEFAULT_SOUND,
    LOUD,
    ORDERS,
)
from core.experiments.recording import Call, call

_TEXTS = "a second each; tests/core/pretrained/speech/test_whisper.py checks every text, and the way to the starts of words"
_ALL = "24 texts; tests/core/experiments/listening/test_writing.py counts those without noise"

CALLS: tuple[Call, ...] = (
    *(call(lesson.hear, DEFAULT_SOUND, 0.0, erase) for erase in (DEFAULT_ERASE, "halfway", "fourth")),
    call(lesson.hear, DEFAULT_SOUND, 1.0, DEFAULT_ERASE),
    call(lesson.hear, "melody", 0.0, DEFAULT_ERASE),
    call(lesson.memory),
    call(lesson.digit_scores),
    *(call(lesson.hear_digit, DEFAULT_DIGIT, DEFAULT_NUMBER, order) for order in ORDERS),
    call(lesson.write, DEFAULT_CLIP, 0.0),
    call(lesson.write, DEFAULT_CLIP, LOUD),
    *(call(lesson.write, clip, 0.0, costly=_TEXTS) for clip in CLIPS if clip != DEFAULT_CLIP),
    call(lesson.word_scores, costly=_ALL, varies="a clock"),
)
