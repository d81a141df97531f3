"""Four shapes: one or many steps take something in, one or many give something out."""

from pages.four_shapes import below, picture, sentence, student, tweet
from pages.kit.lesson import Lesson

Lesson(
    name="four_shapes",
    idea=(
        "A **recurrent network** repeats one step. Its **hidden state** is the memory that each step hands to the next. "
        "Something goes in at one step or at many, and comes out at one or at many: four shapes."
    ),
    views=(student.VIEW, tweet.VIEW, picture.VIEW, sentence.VIEW),
    words=below.WORDS,
    how=below.how,
    questions=below.questions,
    sources=below.SOURCES,
    notes="“Sequence Modeling Applications”: one to one, many to one, one to many, many to many.",
    seen=below.seen,
    try_next=below.try_next,
).show()
