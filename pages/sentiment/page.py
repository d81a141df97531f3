"""Sentiment: is a review good or bad? Four models read it, three of them word by word."""

from pages.kit.lesson import Lesson
from pages.sentiment import below, file, tested, words

Lesson(
    name="sentiment",
    idea=(
        "**Sentiment**: is a review positive or negative? A **bag of words** adds up a number for each word, in any order. A "
        "**recurrent network** (RNN, LSTM or GRU) reads word by word. We move one word and see which verdicts change."
    ),
    views=(words.VIEW, tested.VIEW, file.VIEW),
    words=below.WORDS,
    how=below.how,
    questions=below.questions,
    sources=below.SOURCES,
    notes="“Applications of RNNs”: sentiment analysis, many to one.",
    seen=below.seen,
    try_next=below.try_next,
).show()
