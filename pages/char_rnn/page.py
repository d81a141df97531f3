"""A character model learns to write, from nothing, while you watch."""

from pages.char_rnn import below, train, unit, watch
from pages.kit.lesson import Lesson

Lesson(
    name="char_rnn",
    idea=(
        "A **character model** learns, letter by letter, which character comes next in a text; then it writes. Of what an "
        "**LSTM** writes, trained from nothing, we count which letter triples (three in a row), words and pairs of words the "
        "text has."
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
