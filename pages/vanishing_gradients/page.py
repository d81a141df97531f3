"""Vanishing gradients: how much of the last step's gradient reaches each step before it."""

from pages.kit.lesson import Lesson
from pages.vanishing_gradients import below, exploding, gradient, text

Lesson(
    name="vanishing_gradients",
    idea=(
        "A recurrent network (RNN) reads step by step; **LSTM** and **GRU** are kinds of it with gates. A step’s "
        "**gradient** is how much the answer changes when that step is nudged: at 0, nothing is learned from it. What is "
        "left after 40?"
    ),
    views=(gradient.VIEW, exploding.VIEW, text.VIEW),
    words=below.WORDS,
    how=below.how,
    questions=below.questions,
    sources=below.SOURCES,
    notes="“A bit more about RNN” (backpropagation through time) and “Vanishing / exploding gradient problem”.",
    seen=below.seen,
    try_next=below.try_next,
).show()
