"""Market: will it rise tomorrow? A network reads the last days of a share, and of the weather, against plain rules."""

from pages.kit.lesson import Lesson
from pages.market import below, leak, next_day, sky

Lesson(
    name="market",
    idea=(
        "**Bullish** means: it will rise; **bearish**: it will fall. A **GRU**, a network that reads day by day, has learned "
        "from years before. A **baseline** is a plain rule, such as “always up”. We count who foretells the next day more often."
    ),
    views=(next_day.VIEW, leak.VIEW, sky.VIEW),
    words=below.WORDS,
    how=below.how,
    questions=below.questions,
    sources=below.SOURCES,
    notes="“Applications of RNNs”: time series, such as stock prices and weather forecasts, many to one.",
    seen=below.seen,
    try_next=below.try_next,
).show()
