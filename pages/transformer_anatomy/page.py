"""Anatomy of a Transformer: the stream and what each block adds to it, one number written out, the figure of 2017."""

from pages.kit.lesson import Lesson
from pages.transformer_anatomy import below, machine, number, stream

Lesson(
    name="transformer_anatomy",
    idea=(
        "Each **token** enters a **Transformer** as a vector. 30 **blocks**, one after the other, read it and add to it: first "
        "**attention**, then a **feed-forward network**. The last vector scores every next token. We take that score apart."
    ),
    views=(stream.VIEW, number.VIEW, machine.VIEW),
    words=below.WORDS,
    how=below.how,
    questions=below.questions,
    sources=below.SOURCES,
    notes="“ML Transformer and GPT-2”: the Transformer’s figure, encoder and decoder.",
    seen=below.seen,
    try_next=below.try_next,
).show()
