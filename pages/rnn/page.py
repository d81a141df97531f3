"""Recurrent networks: the state is all that goes from one step to the next."""

from pages.kit.lesson import Lesson
from pages.rnn import below, memory, steps, unit

Lesson(
    name="rnn",
    idea=(
        "A **recurrent network** reads a text one character at a time. All it keeps of what it has read is a list of numbers, "
        "its **hidden state**, handed on from step to step. We erase the state and see what the network still knows."
    ),
    views=(steps.VIEW, unit.VIEW, memory.VIEW),
    words=below.WORDS,
    how=below.how,
    questions=below.questions,
    sources=below.SOURCES,
    notes="“Recurrent neural networks (RNNs)”, “A bit more about RNN” and “Limitations of RNNs”.",
    seen=below.seen,
    try_next=below.try_next,
).show()
