"""Listening: sound as a sequence of frames, heard by recurrent networks."""

from pages.kit.lesson import Lesson
from pages.listening import below, digits, voice, writing

Lesson(
    name="listening",
    idea=(
        "Cut a sound into **frames** of 32 ms. An **LSTM** reads one after another and hands on its **state**. "
        "Silero’s LSTM says of each frame how likely somebody speaks. We erase the state, and see what one frame is worth alone."
    ),
    views=(voice.VIEW, digits.VIEW, writing.VIEW),
    words=below.WORDS,
    how=below.how,
    questions=below.questions,
    sources=below.SOURCES,
    notes="“Sequences”: sound is their second example, after text; “LSTM and GRU”.",
    seen=below.seen,
    try_next=below.try_next,
).show()
