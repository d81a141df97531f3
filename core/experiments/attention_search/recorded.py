"""The calls of the lesson on attention as search whose results ship with the app: what its views show first."""

from core.experiments import attention_search as lesson
from core.experiments.attention_search.results import (
    DEFAULT_LAYER,
    DEFAULT_QUERY,
    DEFAULT_TEXT,
    OTHER_QUERY,
    OTHER_TEXT,
)
from core.experiments.recording import Call, call

_LONG = "it reads sixty texts; tests/core/experiments/attention_search computes its parts in another way"

CALLS: tuple[Call, ...] = (
    call(lesson.library),
    call(lesson.trained, costly=_LONG),
    call(lesson.word_order),
    call(lesson.random_products),
    *(call(lesson.read_query, text) for text in (DEFAULT_QUERY, OTHER_QUERY)),
    *(call(lesson.read_layer, text, DEFAULT_LAYER) for text in (DEFAULT_TEXT, OTHER_TEXT)),
)
