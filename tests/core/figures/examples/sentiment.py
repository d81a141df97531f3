"""The pictures of the lesson on sentiment."""

from dataclasses import replace

import numpy as np

from core.experiments import sentiment as lesson
from core.experiments.recording import find
from core.experiments.sentiment.results import (
    DEFAULT_TEXT,
    DEFAULT_TO,
    DEFAULT_WORD,
    SETS,
    Read,
    Worth,
    change,
    fit,
    weights,
)
from core.figures import sentiment as figures
from core.figures.picture import Picture
from tests.core.figures.hostile import HOSTILE


def pictures() -> dict[str, Picture]:
    """Every figure at its default and at its ends, and with a hostile text."""
    usual = fit(DEFAULT_TEXT)[0]
    before, after = find(lesson.read, usual), find(lesson.read, change(usual, "moved", DEFAULT_WORD, DEFAULT_TO)[0])
    odd = replace(before, words=tuple(HOSTILE for _ in before.words))
    one = Read(("a",), (True,), before.beliefs[:, :1])
    long = Read(("word",) * 40, (True,) * 40, np.tile(before.beliefs[:, :1], 40))
    held, sample = find(lesson.held_out), find(lesson.sample)
    plain = replace(sample, labels=(None,) * len(sample.labels), texts=(HOSTILE,) * len(sample.texts))
    return {
        "beliefs": figures.beliefs(before, after, "“not” moved", DEFAULT_TO),
        "beliefs, hostile": figures.beliefs(odd, odd, HOSTILE, None),
        "beliefs, one word": figures.beliefs(one, one, "moved", 0),
        "beliefs, long": figures.beliefs(long, long, "moved", 39),
        "mechanism": figures.mechanism(after, weights(after), DEFAULT_TO),
        "mechanism, one word": figures.mechanism(one, weights(one), 0),
        "mechanism, hostile": figures.mechanism(odd, weights(odd), 6),
        "worth": figures.worth(find(lesson.worth, usual)),
        "worth, hostile": figures.worth(Worth(odd.words, 0 * odd.beliefs)),
        **{f"accuracy, {name}": figures.accuracy(held.pick(name), held.mixed(name), name) for name in SETS},
        **{f"lengths, {name}": figures.lengths(held.pick(name), name) for name in SETS},
        **{f"mechanism, {name}": figures.parts(held, name, 100) for name in SETS},
        "lines": figures.lines(sample, 2),
        "lines, hostile": figures.lines(plain, 0),
        "mechanism, file": figures.through("your file", 1000, 2),
    }
