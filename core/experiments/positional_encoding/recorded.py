"""The calls of the lesson on positions whose results ship with the app: what its views show first."""

from core.experiments import positional_encoding as lesson
from core.experiments.positional_encoding import results
from core.experiments.recording import Call, call

_LONG = "four models read the held-out text; tests/core/experiments/positional_encoding measures parts of it anew"
_ROUNDED = "the head's map enlarges what is rounded, and another processor rounds another number otherwise"

CALLS: tuple[Call, ...] = (
    call(lesson.compare_orders, results.DEFAULT_TEXT, *results.DEFAULT_WORDS),
    call(lesson.compare_orders, results.OTHER_TEXT, *results.OTHER_WORDS),
    call(lesson.sentence_pairs),
    call(lesson.position_codes),
    *(
        call(lesson.undo_head, text, results.DEFAULT_LAYER, results.DEFAULT_HEAD, varies=_ROUNDED)
        for text in (results.DEFAULT_TEXT, results.OTHER_TEXT)
    ),
    call(lesson.longer_losses, costly=_LONG),
)
