"""The pictures of the lesson on order."""

from dataclasses import replace

from core.experiments import why_order as lesson
from core.experiments.recording import find
from core.experiments.why_order.results import (
    DEFAULT_DIGIT,
    DEFAULT_MODEL,
    DEFAULT_SHUFFLE,
    LEARNED,
    NEW,
    ORDERS,
    PAIRS,
)
from core.figures import why_order as figures
from core.figures.picture import Picture
from tests.core.figures.hostile import HOSTILE


def pictures() -> dict[str, Picture]:
    """Every figure at its default, a digit that is read wrongly, and a hostile text."""
    guess = find(lesson.guess, DEFAULT_MODEL, *PAIRS["A journey"])
    rows, new = (
        find(lesson.read_digit, *ORDERS[name], number, DEFAULT_DIGIT)
        for name, number in (("row by row", 0), (NEW, DEFAULT_SHUFFLE))
    )
    found, back = find(lesson.accuracies, DEFAULT_SHUFFLE), find(lesson.look_back)
    odd = replace(guess, sentences=(HOSTILE, HOSTILE * 3), words=(HOSTILE, *guess.words[1:]), distance=2.449)
    return {
        "next words": figures.next_words(guess),
        "next words, hostile": figures.next_words(odd),
        "mechanism": figures.mechanism(guess),
        "mechanism, hostile": figures.mechanism(odd),
        "belief": figures.belief(rows, found, "row by row"),
        "belief, new shuffle": figures.belief(new, found, NEW, (LEARNED,)),
        "belief, own drawing": figures.belief(replace(rows, label=None), found, "row by row"),
        "mechanism, filling": figures.filling(rows, 392),
        "mechanism, filling, full": figures.filling(new, 784),
        "kinds": figures.kinds(found),
        "reach": figures.reach(back, 1, False),
        "reach, shuffled": figures.reach(back, 400, True),
        "mechanism, pairs": figures.pairs(back, 1),
        "mechanism, pairs far apart": figures.pairs(back, 400),
    }
