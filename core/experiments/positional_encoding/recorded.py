"""The calls of the lesson on positions whose results ship with the app: what its views show first."""

from core.experiments import positional_encoding as lesson
from core.experiments.positional_encoding.results import (
    DEFAULT_HEAD,
    DEFAULT_LAYER,
    DEFAULT_TEXT,
    DEFAULT_WORDS,
    OTHER_TEXT,
    OTHER_WORDS,
)
from core.experiments.recording import Call, call

_LONG = "four models read the held-out text; tests/core/experiments/positional_encoding measures parts of it anew"

CALLS: tuple[Call, ...] = (
    call(lesson.compare_orders, DEFAULT_TEXT, *DEFAULT_WORDS),
    call(lesson.compare_orders, OTHER_TEXT, *OTHER_WORDS),
    call(lesson.sentence_pairs),
    call(lesson.position_codes),
    *(call(lesson.undo_head, text, DEFAULT_LAYER, DEFAULT_HEAD) for text in (DEFAULT_TEXT, OTHER_TEXT)),
    call(lesson.longer_losses, costly=_LONG),
)
