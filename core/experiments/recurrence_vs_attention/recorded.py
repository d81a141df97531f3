"""The calls of the lesson on recurrence and attention whose results ship with the app."""

from core.experiments import recurrence_vs_attention as lesson
from core.experiments.recording import Call, call
from core.experiments.recurrence_vs_attention.results import LENGTHS, SECONDS, SEEDS, TEXT, WIDTHS

_CLOCK = "seconds of training; tests/core/experiments/recurrence_vs_attention trains the first steps of each again"

CALLS: tuple[Call, ...] = (
    *(call(lesson.race, task, length, SECONDS, SEEDS, True, varies=_CLOCK) for task, length in LENGTHS.items()),
    *(call(lesson.timed, width, varies="a clock") for width in WIDTHS),
    call(lesson.moved),
    call(lesson.sentence, TEXT),
)
