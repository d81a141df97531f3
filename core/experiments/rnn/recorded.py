"""The calls of the lesson on recurrent networks whose results ship with the app: what its views show first."""

from core.experiments import rnn
from core.experiments.recording import Call, call
from core.experiments.rnn.results import DEFAULT_MODEL, DEFAULT_OTHER, DEFAULT_POSITION, DEFAULT_TEXT, KINDS

_CLOCK = "a clock"
_LONG = "it reads 100,000 characters of held-out text; tests/core/experiments/rnn holds its parts against other means"
_AT = (DEFAULT_TEXT, DEFAULT_POSITION)

CALLS: tuple[Call, ...] = (
    call(rnn.read, DEFAULT_MODEL, DEFAULT_TEXT),
    *(call(rnn.erased, DEFAULT_MODEL, *_AT, since) for since in range(1, 13)),
    *(call(rnn.damaged, model, *_AT, "erase", "") for model in KINDS),
    *(call(rnn.damaged, model, *_AT, "swap", DEFAULT_OTHER) for model in KINDS),
    *(call(rnn.tracking, model, costly=_LONG) for model in KINDS),
    *(call(rnn.averages, model, costly=_LONG) for model in KINDS),
    *(call(rnn.speed, model, varies=_CLOCK) for model in KINDS),
)
