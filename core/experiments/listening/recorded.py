"""The calls of the lesson on listening whose results ship with the app: what its views show first, and its bets."""

from core.experiments import listening as lesson
from core.experiments.listening import results as r
from core.experiments.recording import Call, call

_TEXTS = "a second each; tests/core/pretrained/speech/test_whisper.py checks every text and how a start is found"
_ALL = "24 texts; tests/core/experiments/listening/test_writing.py counts those without noise"

CALLS: tuple[Call, ...] = (
    *(call(lesson.hear, r.DEFAULT_SOUND, 0.0, erase) for erase in (r.DEFAULT_ERASE, "halfway", "fourth")),
    call(lesson.hear, r.DEFAULT_SOUND, 1.0, r.DEFAULT_ERASE),
    call(lesson.hear, "melody", 0.0, r.DEFAULT_ERASE),
    call(lesson.memory),
    call(lesson.digit_scores),
    *(call(lesson.hear_digit, r.DEFAULT_DIGIT, r.DEFAULT_NUMBER, order) for order in r.ORDERS),
    call(lesson.write, r.DEFAULT_CLIP, 0.0),
    call(lesson.write, r.DEFAULT_CLIP, r.LOUD),
    *(call(lesson.write, clip, 0.0, costly=_TEXTS) for clip in r.CLIPS if clip != r.DEFAULT_CLIP),
    call(lesson.word_scores, costly=_ALL, varies="a clock"),
)
