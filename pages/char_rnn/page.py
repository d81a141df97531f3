"""A character model learns to write, from nothing, while you watch."""

from pages.char_rnn import below, train, unit, watch
from pages.kit.lesson import Lesson

Lesson(
    name="char_rnn",
    idea=(
        "A **character model** reads a text letter by letter and learns one thing: which character comes next. Drawing from "
        "its guesses again and again, it writes. An **LSTM** starts from random numbers here; we check what it has learned at "
        "each moment."
    ),
    views=(watch.VIEW, train.VIEW, unit.VIEW),
    words=below.WORDS,
    how=below.how,
    questions=below.questions,
    sources=below.SOURCES,
    notes="“Recurrent neural networks (RNNs)” and “Applications of RNNs”: generating text.",
    seen=below.seen,
    try_next=below.try_next,
).show()
