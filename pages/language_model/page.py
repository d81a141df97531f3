"""Language models: the next word from the words before it, by counting, by a recurrent network, by a Transformer."""

from pages.kit.lesson import Lesson
from pages.language_model import below, blank, far_back, write_on

Lesson(
    name="language_model",
    idea=(
        "A **language model** gives every word a probability of coming next. A 5-gram, an **n-gram**, counts what followed "
        "the last "
        "four words; a **recurrent network** (RNN, **LSTM**) reads on word by word; SmolLM2, a **Transformer**, sees all "
        "words at once. "
        "We take words away."
    ),
    views=(blank.VIEW, far_back.VIEW, write_on.VIEW),
    words=below.WORDS,
    how=below.how,
    questions=below.questions,
    sources=below.SOURCES,
    notes="“Applications of RNNs”: language modelling, “I love to drink ___”.",
    seen=below.seen,
    try_next=below.try_next,
).show()
