"""Attention as search: three keys with all their arithmetic, a library, a head of a real model, and why it divides."""

from pages.attention_search import below, divide, head, library, three_keys
from pages.kit.lesson import Lesson

Lesson(
    name="attention_search",
    idea=(
        "**Attention** compares a **query**, what is looked for, with the **key** of each item. The better they match, the "
        "larger the item’s **attention weight**. The result: the items’ **values**, mixed by weight. A low **temperature** gives "
        "more to the best."
    ),
    views=(three_keys.VIEW, library.VIEW, head.VIEW, divide.VIEW),
    words=below.WORDS,
    how=below.how,
    questions=below.questions,
    sources=below.SOURCES,
    notes="“Intuition behind self-attention”, “Understanding attention with search” (the notes call the weights a mask) and "
    "“3 magical words”.",
    seen=below.seen,
    try_next=below.try_next,
).show()
