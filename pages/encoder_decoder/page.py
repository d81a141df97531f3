"""Encoder and decoder: what fits into one vector, and from which length on it is too little."""

from pages.encoder_decoder import below, length, spelling, vector
from pages.kit.lesson import Lesson

Lesson(
    name="encoder_decoder",
    idea=(
        "An **encoder** reads a sentence and leaves 600 numbers, the **vector**. A **decoder** writes Portuguese "
        "from these alone. We let sentences grow and see what is lost (struck out)."
    ),
    views=(length.VIEW, vector.VIEW, spelling.VIEW),
    words=below.WORDS,
    how=below.how,
    questions=below.questions,
    sources=below.SOURCES,
    notes="“How Seq2Seq Works” (encoder, context vector, decoder), “Encoding bottleneck” and “Information loss”.",
    seen=below.seen,
    try_next=below.try_next,
).show()
