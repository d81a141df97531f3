"""The pictures of the lesson on language models."""

from dataclasses import replace

import numpy as np

from core.experiments import language_model as lesson
from core.experiments.language_model.results import (
    DEFAULT_TEXT,
    DEFAULT_WORDS,
    KEPT,
    MODEL,
    RUN,
    SEED,
    TEMPERATURE,
    Guess,
    Written,
    joined,
    units_in,
)
from core.experiments.recording import find
from core.figures import language_model as figures
from core.figures.picture import Picture
from tests.core.figures.hostile import HOSTILE


def pictures() -> dict[str, Picture]:
    """Every figure at its default and at its ends, and with a hostile text."""
    units = units_in(DEFAULT_TEXT)
    small = find(lesson.guess, DEFAULT_TEXT, len(units), DEFAULT_WORDS)
    large = find(lesson.guess_large, MODEL, DEFAULT_TEXT, len(units), DEFAULT_WORDS)
    odd = Guess((HOSTILE, "a"), np.full((6, 2), np.nan, np.float32))
    depth = joined(find(lesson.depth), find(lesson.depth_large, MODEL))
    written = (
        *find(lesson.write, DEFAULT_TEXT, TEMPERATURE, SEED),
        find(lesson.write_large, MODEL, DEFAULT_TEXT, TEMPERATURE, SEED),
    )
    strange = tuple(replace(one, words=(HOSTILE,) * len(one.words)) for one in written)
    firsts = (("5-gram", "the", 0.05), ("LSTM", HOSTILE, 0.0), ("SmolLM2", "beer", 0.132))
    return {
        "blank": figures.blank(small, large),
        "blank, hostile": figures.blank(odd, Guess((HOSTILE, "a"), np.array([[0.5, 0.0]], np.float32))),
        "mechanism, all": figures.mechanism(units, len(units), firsts),
        "mechanism, one, hostile": figures.mechanism((HOSTILE,) * 64, 1, firsts),
        **{f"depth, {kept}, {what}": figures.depth(depth, kept, what) for kept in (1, 64) for what in figures.WHATS},
        **{f"mechanism, {kept} kept": figures.depth_mechanism(depth, kept) for kept in KEPT},
        "written": figures.written(written, RUN),
        "written, hostile": figures.written(strange, RUN),
        "written, nothing": figures.written((Written("SmolLM2", (), ()), *written[:4]), RUN),
        "mechanism, writing": figures.writing_mechanism(DEFAULT_TEXT, written, TEMPERATURE),
        "mechanism, writing, hostile": figures.writing_mechanism(HOSTILE, strange, TEMPERATURE),
    }
