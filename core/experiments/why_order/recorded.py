"""The calls of the lesson on order whose results ship with the app: what its views and bets show first."""

from core.experiments import why_order as lesson
from core.experiments.recording import Call, call
from core.experiments.why_order.results import DEFAULT_DIGIT, DEFAULT_MODEL, DEFAULT_SHUFFLE, ORDERS, PAIRS

CALLS: tuple[Call, ...] = (
    *(call(lesson.guess, DEFAULT_MODEL, *pair) for pair in PAIRS.values()),
    *(call(lesson.read_digit, *order, DEFAULT_SHUFFLE if order == ("rows", "shuffle") else 0, DEFAULT_DIGIT)
      for order in ORDERS.values()),
    call(lesson.accuracies, DEFAULT_SHUFFLE),
    call(lesson.look_back, costly="400 counts of 400,000 letters; tests/core/experiments/why_order counts some again"),
)  # fmt: skip
