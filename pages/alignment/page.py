"""Alignment: where the decoder looks when it writes a word, how one step is computed, and whether it needed that word."""

from pages.alignment import below, many, map, step
from pages.kit.lesson import Lesson

Lesson(
    name="alignment",
    idea=(
        "A translator reads a sentence, then its **decoder** writes the translation. Before each word it looks back: **attention "
        "weights** say how much it takes of every source word. We hide a source word from it and see which words it can no "
        "longer write."
    ),
    views=(map.VIEW, step.VIEW, many.VIEW),
    words=below.WORDS,
    how=below.how,
    questions=below.questions,
    sources=below.SOURCES,
    notes="“AI meetup, GPT-2 demo and discussion. Attention!”: the context vector as a weighted sum, and Bahdanau, 2014.",
    seen=below.seen,
    try_next=below.try_next,
).show()
