"""What lies below the experiments of this lesson: how it works, questions, what was seen, sources."""

from core.experiments import induction as lesson
from core.experiments.induction.results import LISTS, MODEL, SEED, WORDS, named, typical
from core.figures.induction import fine
from pages.kit import language_models
from pages.kit.ask import ask
from pages.kit.lesson import Line, Question, Source, Try
from pages.kit.words import percent

TEXT = (
    "A lower head gives each token a note of the one right before it: it attends one position back. A head in a higher "
    "layer then asks: at which token does the note say what I am reading now? It attends there, and what it finds is the "
    "token that followed last time, which it makes more likely. Neither head can do this alone: the upper one searches "
    "for what the lower one has written. This is **induction**. Because it works by matching, it needs no list that it "
    "has met in training."
)


def how() -> list[Line]:
    """Return each equation with the code that computes it."""
    from core.experiments.induction import reading, training
    from core.models.what_ifs import WhatIfs

    return [
        Line(
            "The induction score of a head: how much of its attention goes, in the second pass, from a token to what "
            "followed the same token in the first.",
            r"s = \frac{1}{n-1} \sum_{i=1}^{n-1} a_{\,n+i,\; i+1}",
            reading.scores,
            "n: tokens of the list. a: a head's weights, a row for each of 2n tokens that look, a column for each looked at.",
        ),
        Line(
            "A head is switched off by putting zeros in the place of what it found; all else goes on.",
            r"y = \sum_{h \neq h_{\mathrm{off}}} W_o^{(h)} A^{(h)} V^{(h)}",
            WhatIfs.on,
            "A V: what a head found, 64 numbers a token. W_o: its columns of the output matrix.",
        ),
        Line(
            "The small model is trained to foresee every next token of lists that repeat.",
            r"L = -\frac{1}{T} \sum_t \ln p(x_{t+1} \mid x_1, \ldots, x_t)",
            training.train,
            "T: 47 of 48 tokens; 32 lists a step.",
        ),
    ]


def questions() -> list[Question]:
    """Return questions whose right answers come from these numbers."""
    found = language_models.ask(MODEL, lesson.repeated, "", WORDS, SEED)
    one = ask(lesson.trained, 1, SEED)
    lower, upper = found.before(), found.ranked()[0]
    order = 0 if lower[0] < upper[0] else 1
    fails = 0 if one.second[-1] < 0.1 else 1
    return [
        Question(
            f"Heads are named by layer and head: {named(lower)} and {named(upper)}. Which of the two works first?",
            (named(lower), named(upper)),
            order,
            "The one in the lower layer: the other reads what it has written.",
        ),
        Question(
            "Why can two heads in the same layer not do it?",
            ("Neither can read what the other has written", "They have too few numbers"),
            fails if fails == 0 else 1,
            f"Side by side they end at {percent(float(one.second[-1]))}: both read the same input, before either has written.",
        ),
    ]


def seen() -> str:
    """Return two sentences with the measured numbers."""
    found = language_models.ask(MODEL, lesson.repeated, "", WORDS, SEED)
    many = language_models.ask(MODEL, lesson.lists, WORDS)
    two, one = (ask(lesson.trained, layers, SEED) for layers in (2, 1))
    return (
        f"Of a list of {WORDS} random words, {found.correct()} of {len(found.second)} were foreseen the second time and "
        f"{found.correct('best')} without head {named(found.ranked()[0])}; over {LISTS} lists a typical word went from "
        f"{fine(typical(many.first))} to {fine(typical(many.second))}. In a small model two heads in a row learned it "
        f"({percent(float(two.second[-1]))}), two side by side did not ({percent(float(one.second[-1]))})."
    )


def try_next() -> list[Try]:
    """Return prepared states: a list of one's own, before the moment, many heads."""
    return [
        Try("Names that rhyme with nothing", "A list of invented names, read twice.",
            {"view": "Twice", "text": "Zorblat Quimby Fendrel Aszok Wimbledorf Tarquin Oblong Hexley"}),
        Try("Sixteen heads off", "The second time becomes as hard as the first.", {"view": "Heads", "count": "16"}),
        Try("Right before it appears", "Neither head is there yet.", {"view": "Training", "step": 100}),
    ]  # fmt: skip


SOURCES = (
    Source("Elhage et al.", 2021, "A mathematical framework for transformer circuits",
           "https://transformer-circuits.pub/2021/framework/index.html"),
    Source("Olsson et al.", 2022, "In-context learning and induction heads", "https://arxiv.org/abs/2209.11895"),
    Source("Vaswani et al.", 2017, "Attention is all you need", "https://arxiv.org/abs/1706.03762"),
)  # fmt: skip
