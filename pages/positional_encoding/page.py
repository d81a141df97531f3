"""Positions: a sentence with its words in another order, the codes that mark a position, and texts longer than trained on."""

from pages.kit.lesson import Lesson
from pages.positional_encoding import below, code, longer, shuffle

Lesson(
    name="positional_encoding",
    idea=(
        "**Attention** takes in all words of a sentence at once, whatever their order. So a model adds a **positional encoding** "
        "to each word: a list of numbers that says where it stands. We take these away, exchange two words, and see what changes."
    ),
    views=(shuffle.VIEW, code.VIEW, longer.VIEW),
    words=below.WORDS,
    how=below.how,
    questions=below.questions,
    sources=below.SOURCES,
    notes="“Transformers: key elements, 1. Positional encodings”, “3 magical words”, and the remark under “Attention” that it is "
    "akin to a Fourier transform.",
    seen=below.seen,
    try_next=below.try_next,
).show()
