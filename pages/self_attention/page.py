"""Self-attention: one word changes, and "it" attends elsewhere; what each head does; and whether that matters."""

from pages.kit.lesson import Lesson
from pages.self_attention import below, matter, one_head, tired

Lesson(
    name="self_attention",
    idea=(
        "In **self-attention** each token of a sentence takes something from all others, from each in proportion to an "
        "**attention weight**. A layer does so in twelve **heads**, each with weights of its own. Here one word changes."
    ),
    views=(tired.VIEW, one_head.VIEW, matter.VIEW),
    words=below.WORDS,
    how=below.how,
    questions=below.questions,
    sources=below.SOURCES,
    notes="“Self-attention”: the animal and the street, the two servers.",
    seen=below.seen,
    try_next=below.try_next,
).show()
