"""The calls of the lesson on the Transformer's anatomy whose results ship with the app."""

from core.experiments import transformer_anatomy as lesson
from core.experiments.recording import Call, call
from core.experiments.transformer_anatomy.results import (
    BET_BLOCK,
    DEFAULT_LAYER,
    DEFAULT_TEXT,
    DEPTHS,
    LAYERS,
    MODEL,
    OFFERED_IDS,
    SEED,
)

_AT = (MODEL, DEFAULT_TEXT)
_LONG = "it runs the model 61 times; tests/core/experiments/transformer_anatomy runs it for three blocks"
_AGAIN = "it runs the model 29 times; each_block's test and the bet's block, which is computed again, do the same"
_TRAINS = "it trains four models; tests/core/experiments/transformer_anatomy measures the gradients at the start again"

CALLS: tuple[Call, ...] = (
    call(lesson.stream, *_AT, 0, False, ()),
    # Each block left out: a reader who moves the slider at the start needs no model for it.
    call(lesson.stream, *_AT, BET_BLOCK, False, OFFERED_IDS),  # what the bet goes to
    *(
        call(lesson.stream, *_AT, block, False, OFFERED_IDS, costly=_AGAIN)
        for block in range(1, LAYERS + 1)
        if block != BET_BLOCK
    ),
    call(lesson.layer, *_AT, DEFAULT_LAYER),
    call(lesson.each_block, *_AT, costly=_LONG),
    *(call(lesson.norms, layers, SEED, costly=_TRAINS) for layers in DEPTHS),
)
