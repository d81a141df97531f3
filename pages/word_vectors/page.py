"""Word vectors: skip-gram trained while you watch, GloVe asked and judged, and words that need more than one vector."""

from pages.kit.lesson import Lesson
from pages.word_vectors import below, glove, learn, senses

Lesson(
    name="word_vectors",
    idea=(
        "A **word vector** is a list of numbers for a word. **Skip-gram** learns it from the word’s company: the words beside "
        "it. The test: write a word in two ways, at random. Both keep the same company. Do their vectors meet?"
    ),
    views=(learn.VIEW, glove.VIEW, senses.VIEW),
    words=below.WORDS,
    how=below.how,
    questions=below.questions,
    sources=below.SOURCES,
    notes="“Words as vectors” and the two servers; there, words are not yet sequences: that is Encoder and decoder.",
    seen=below.seen,
    try_next=below.try_next,
).show()
