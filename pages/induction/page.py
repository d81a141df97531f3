"""Induction: two heads in a row go on with a list that the model has never seen."""

from pages.induction import below, many, moment, twice
from pages.kit.lesson import Lesson

Lesson(
    name="induction",
    idea=(
        "We show a **language model** a list of random words, twice. Nobody ever wrote that list. Yet the second time the model "
        "foresees most words. Two **attention heads**, one above the other, do it. We switch them off and look."
    ),
    views=(twice.VIEW, many.VIEW, moment.VIEW),
    words=below.TEXT,
    how=below.how,
    questions=below.questions,
    sources=below.SOURCES,
    notes="“Transformers”, self-attention and multi-head attention; and GPT, which writes from what it has just read.",
    seen=below.seen,
    try_next=below.try_next,
).show()
