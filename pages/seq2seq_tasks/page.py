"""Three jobs of text in, text out: a translator there and back, summaries and answers by a small chat model."""

from pages.kit.lesson import Lesson
from pages.seq2seq_tasks import answer, below, summarise, translate

Lesson(
    name="seq2seq_tasks",
    idea=(
        "A model that makes one text from another is **sequence to sequence**. Marian only translates: its **encoder** reads, "
        "its **decoder** writes. SmolLM2, a small chat model, is a decoder alone; asked, it tries any job. We count how well."
    ),
    views=(translate.VIEW, summarise.VIEW, answer.VIEW),
    words=below.WORDS,
    how=below.how,
    questions=below.questions,
    sources=below.SOURCES,
    notes="“Types of sequence models”, many to many: translation, summaries, questions and answers.",
    seen=below.seen,
    try_next=below.try_next,
).show()
