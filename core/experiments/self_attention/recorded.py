"""The calls of the lesson on self-attention whose results ship with the app: what its views show first."""

from core.data.pronouns import PAIRS
from core.experiments import self_attention as lesson
from core.experiments.recording import Call, call
from core.experiments.self_attention.results import DEFAULT_TEXT, HEAD, LAYER

_LONG = "it reads hundreds of sentences; tests/core/experiments/self_attention computes parts of it in another way"

CALLS: tuple[Call, ...] = (
    *(call(lesson.compare, pair.text) for pair in PAIRS if pair.first in ("animal", "wolf", "chair")),
    call(lesson.read_heads, DEFAULT_TEXT),
    *(call(lesson.cut_edges, DEFAULT_TEXT, *scope) for scope in ((LAYER, HEAD), (LAYER, 0), (0, 0))),
    call(lesson.senses),
    call(lesson.study, costly=_LONG),
    call(lesson.roles, costly=_LONG),
    call(lesson.probe, costly=_LONG),
    call(lesson.cut_study, costly=_LONG),
)
