"""GPT sampling: a probability for every next token, the texts that are drawn from them, and four ways to draw."""

from pages.gpt_sampling import below, four, next_token, text
from pages.kit.lesson import Lesson

Lesson(
    name="gpt_sampling",
    idea=(
        "A **language model** reads a text as **tokens**, pieces of words, and gives every token a **probability** of coming "
        "next. One is drawn. **Temperature** makes the draw safer or bolder: move it and see what may come."
    ),
    views=(next_token.VIEW, text.VIEW, four.VIEW),
    words=below.WORDS,
    how=below.how,
    questions=below.questions,
    sources=below.SOURCES,
    notes="“ML Transformer and GPT-2” (the GPT-2 demo) and the distribution after “To date, the cleverest thinker of all "
    "time was”.",
    seen=below.seen,
    try_next=below.try_next,
).show()
