"""Why order matters: two sentences of the same words, a digit read pixel after pixel, and three kinds of sequence."""

from pages.kit.lesson import Lesson
from pages.why_order import below, digits, three, words

Lesson(
    name="why_order",
    idea=(
        "A **sequence** is a list whose order matters, such as the words of a sentence. A **bag of words** only counts "
        "which words occur. A **language model** reads them in order and guesses the next one. We give both the same "
        "words in two orders."
    ),
    views=(words.VIEW, digits.VIEW, three.VIEW),
    words=below.WORDS,
    how=below.how,
    questions=below.questions,
    sources=below.SOURCES,
    notes="“Why do we need sequence models?”, and the picture of 28 x 28 = 784 pixels.",
    seen=below.seen,
    try_next=below.try_next,
).show()
