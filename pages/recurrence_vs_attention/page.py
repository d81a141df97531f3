"""Recurrence and attention: what each learns in the same time, how long each waits, and a dense network beside them."""

from pages.kit.lesson import Lesson
from pages.recurrence_vs_attention import below, dense, racing, waiting

Lesson(
    name="recurrence_vs_attention",
    idea=(
        "A **recurrent network** (RNN, LSTM, GRU) reads step by step. **Attention** (Transformer) goes straight to any step. A "
        "**dense network** takes all at once. Six of them, of 20,000 **parameters** (set by training), learn equally long."
    ),
    views=(racing.VIEW, waiting.VIEW, dense.VIEW),
    words=below.TEXT,
    how=below.how,
    questions=below.questions,
    sources=below.SOURCES,
    notes="“Problems with RNN and LSTM”, “Desired capabilities”, “Idea 1: feed everything into a dense network”.",
    seen=below.seen,
    try_next=below.try_next,
).show()
