"""The calls of the lesson on listening whose results ship with the app: what its views show first, and its bets."""

from core.experiments import listening as lesson
from core.experiments.listening.results import DEFAULT_DIGIT, DEFAULT_ERASE, DEFAULT_NUMBER, DEFAULT_SOUND, ORDERS
from core.experiments.recording import Call, call

CALLS: tuple[Call, ...] = (
    *(call(lesson.hear, DEFAULT_SOUND, 0.0, erase) for erase in (DEFAULT_ERASE, "halfway", "fourth")),
    call(lesson.hear, DEFAULT_SOUND, 1.0, DEFAULT_ERASE),
    call(lesson.hear, "melody", 0.0, DEFAULT_ERASE),
    call(lesson.memory),
    call(lesson.digit_scores),
    *(call(lesson.hear_digit, DEFAULT_DIGIT, DEFAULT_NUMBER, order) for order in ORDERS),
)
