"""GPT and BERT: who sees what, what that does to a blank in a sentence, and what each is good for."""

from pages.gpt_vs_bert import below, blank, pair, seeing
from pages.kit.lesson import Lesson

Lesson(
    name="gpt_vs_bert",
    idea=(
        "A **Transformer** turns each word into a vector: numbers that take in other words. In a **causal** one, such as GPT, "
        "only the words before it; in a **bidirectional** one, such as BERT, both sides. We change one word and see "
        "whose vectors "
        "move."
    ),
    views=(seeing.VIEW, blank.VIEW, pair.VIEW),
    words=below.WORDS,
    how=below.how,
    questions=below.questions,
    sources=below.SOURCES,
    notes="“GPT and BERT”: one reads from left to right and writes, the other reads both sides and understands.",
    seen=below.seen,
    try_next=below.try_next,
).show()
