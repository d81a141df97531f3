"""The calls of the lesson on the Transformer's anatomy whose results ship with the app."""

from core.experiments import transformer_anatomy as lesson
from core.experiments.recording import Call, call
from core.experiments.transformer_anatomy.results import (
    BET_BLOCK,
    DEFAULT_LAYER,
    DEFAULT_TEXT,
    DEPTHS,
    MODEL,
    OFFERED_IDS,
    SEED,
)

_AT = (MODEL, DEFAULT_TEXT)
_LONG = "it runs the model 61 times; tests/core/experiments/transformer_anatomy runs it for three blocks"
_TRAINS = "it trains four models; tests/core/experiments/transformer_anatomy measures the gradients at the start again"

CALLS: tuple[Call, ...] = (
    call(lesson.stream, *_AT, 0, False, ()),
    call(lesson.stream, *_AT, BET_BLOCK, False, OFFERED_IDS),  # what the bet goes to
    call(lesson.layer, *_AT, DEFAULT_LAYER),
    call(lesson.each_block, *_AT, costly=_LONG),
    *(call(lesson.norms, layers, SEED, costly=_TRAINS) for layers in DEPTHS),
)
