"""The calls of the lesson on vanishing gradients whose results ship with the app: what its views show first."""

from core.experiments import vanishing_gradients as lesson
from core.experiments.recording import Call, call
from core.experiments.vanishing_gradients.results import DEFAULT_TEXT, DRAWN, HALF, KINDS, LENGTH, LIMIT, OPEN, STEEP

BIASES = tuple(-1.0 + 0.25 * n for n in range(21))  # all that the slider can be at
LEARNERS = (("rnn_tanh", HALF), ("gru", HALF), ("lstm", HALF), ("lstm", OPEN))
_LONG = "trainings of two seconds each; tests/core/experiments/vanishing_gradients computes their claims anew"

CALLS: tuple[Call, ...] = (
    *(call(lesson.curve, kind, LENGTH, HALF, 0, 0) for kind in KINDS if kind != "lstm"),
    *(call(lesson.curve, "lstm", LENGTH, bias, 0, 0) for bias in BIASES),
    *(call(lesson.training, kind, None, bias, LIMIT, 0, costly=_LONG) for kind, bias in LEARNERS),
    *(call(lesson.cliff, "rnn_tanh", scale, HALF, LIMIT, 0, costly=_LONG) for scale in (DRAWN, STEEP)),
    call(lesson.reading, DEFAULT_TEXT),
)
