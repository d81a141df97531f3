"""LSTM gates: what is kept, added and shown; hold a gate and see what becomes of the memory."""

from pages.kit.lesson import Lesson
from pages.lstm_gates import below, gates, hold, recall, speed

Lesson(
    name="lstm_gates",
    idea=(
        "An **LSTM** is a recurrent network with a memory, its **cell**. Three taps, the **gates**, decide what is kept, added "
        "and shown: 0 is shut, 1 is open. It reads one of 8 symbols, then noise. With one gate held, can it still name it?"
    ),
    views=(hold.VIEW, gates.VIEW, recall.VIEW, speed.VIEW),
    words=below.WORDS,
    how=below.how,
    questions=below.questions,
    sources=below.SOURCES,
    notes="“Long short term memory (LSTM)”, both parts, and “Problems with RNN & LSTM” (too slow to train).",
    seen=below.seen,
    try_next=below.try_next,
).show()
