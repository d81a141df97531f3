"""The pictures of the lesson on listening."""

from dataclasses import replace

import numpy as np

from core.experiments import listening as lesson
from core.experiments.listening.results import (
    DEFAULT_CLIP,
    DEFAULT_DIGIT,
    DEFAULT_NUMBER,
    DEFAULT_SOUND,
    LOUD,
    ORDERS,
    Heard,
)
from core.experiments.recording import find
from core.figures import listening as figures
from core.figures.picture import Picture


def pictures() -> dict[str, Picture]:
    """Every figure at its default and at its ends: half a minute, one frame, silence."""
    usual, halfway, fourth = (find(lesson.hear, DEFAULT_SOUND, 0.0, each) for each in ("never", "halfway", "fourth"))
    long = Heard(
        *(np.tile(each, 10) for each in (usual.low, usual.high, usual.probabilities, usual.whole, usual.alone)),
        np.tile(usual.cell, 10), (), 0, np.zeros(64, np.float16),
    )  # fmt: skip
    short = Heard(
        *(each[:4] for each in (usual.low, usual.high)), *(usual.alone[:1],) * 3, usual.cell[:, :1], (), 0, usual.sample
    )
    scores = find(lesson.digit_scores)
    found = {
        "voice": figures.voice(usual, "a sentence"),
        "voice, once": figures.voice(halfway, "a sentence"),
        "voice, often": figures.voice(fourth, "a sentence"),
        "voice, long": figures.voice(long, "your sound"),
        "voice, one frame": figures.voice(short, "your sound"),
        "mechanism": figures.mechanism(usual),
        "mechanism, erased": figures.mechanism(replace(halfway, telling=47)),
        "mechanism, silent": figures.mechanism(long),
        "remembered": figures.remembered(find(lesson.memory)),
        "shares": figures.after_each_share(scores),
    }
    for order in ORDERS:
        heard = find(lesson.hear_digit, DEFAULT_DIGIT, DEFAULT_NUMBER, order)
        found[f"digit, {order}"] = figures.digit(heard, scores, order)
        found[f"mechanism, digit {order}"] = figures.digit_mechanism(heard, order)
    written = find(lesson.write, DEFAULT_CLIP, 0.0)
    odd = replace(
        written,
        words=("<b>%{x}</b>&", *(f"word-that-is-long-{n}" for n in range(59))),
        attention=np.tile(written.attention[:, :1], (1, 60, 5)),
        low=np.tile(written.low, 5),
        high=np.tile(written.high, 5),
        starts=np.tile(np.linspace(0, 14.8, 61), (5, 1)),
    )
    return found | {
        "words": figures.words(written, "all", DEFAULT_CLIP, 2),
        "words, layer 1": figures.words(written, "1", DEFAULT_CLIP, 0),
        "words, own and long": figures.words(odd, "4", "", 0),
        "words, in noise": figures.words(find(lesson.write, DEFAULT_CLIP, LOUD), "all", DEFAULT_CLIP, 8),
        "mechanism, words": figures.word_mechanism(written, "all", 2),
        "mechanism, odd words": figures.word_mechanism(odd, "3", 0),
        "placed": figures.placed(find(lesson.word_scores)),
    }
