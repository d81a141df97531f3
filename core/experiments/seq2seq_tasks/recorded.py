"""The calls of the lesson on three jobs whose results ship with the app: both sets, and what the views show first."""

from core.experiments import seq2seq_tasks as lesson
from core.experiments.recording import Call, call
from core.experiments.seq2seq_tasks.results import DEFAULT_SENTENCE, MODEL, STYLES

_LONG = "minutes of writing; tests/core/experiments/seq2seq_tasks writes two of its texts again"

CALLS: tuple[Call, ...] = (
    call(lesson.rounds, DEFAULT_SENTENCE),
    call(
        lesson.drift,
        costly="fifty sentences six times; tests/core/experiments/seq2seq_tasks translates some of them again",
    ),
    *(call(lesson.summaries, MODEL, style, costly=_LONG) for style in STYLES),
    *(call(lesson.answers, MODEL, with_text, costly=_LONG) for with_text in (True, False)),
    call(lesson.chat_drift, MODEL, costly=_LONG),
)
