"""The pictures of the lesson on four shapes."""

from dataclasses import replace

from core.experiments import four_shapes as lesson
from core.experiments.four_shapes.results import (
    DEFAULT_GPA,
    DEFAULT_HOURS,
    DEFAULT_KIND,
    DEFAULT_QUIZ,
    NOTES,
    SENTENCES,
    SHAPES,
    fit,
)
from core.experiments.recording import find
from core.figures import four_shapes as figures
from core.figures.picture import Picture
from tests.core.figures.hostile import HOSTILE


def pictures() -> dict[str, Picture]:
    """Every figure at its default, and a hostile text."""
    student, classed = find(lesson.student, DEFAULT_GPA, DEFAULT_QUIZ), find(lesson.class_of_856)
    tweet, seen = find(lesson.tweet, fit(NOTES)[0]), find(lesson.caption, DEFAULT_KIND, 0, "en")
    long = find(lesson.translate, SENTENCES["Long"])
    named = [each for each in find(lesson.captions_of_all) if each.language == "en"]
    odd = replace(tweet, words=(HOSTILE, *tweet.words[1:]))
    strange = replace(long, source=(HOSTILE, *long.source[1:]), target=(HOSTILE, *long.target[1:]), text=HOSTILE)
    return {
        **{f"mechanism, {shape}": figures.mechanism(shape, "20 words", "94.0 % positive") for shape in SHAPES},
        "student": figures.student(student, classed, DEFAULT_GPA, DEFAULT_QUIZ, DEFAULT_HOURS),
        "tweet": figures.tweet(tweet),
        "tweet, hostile": figures.tweet(odd),
        "caption": figures.caption(seen, "English", "A new pair: never trained on together"),
        "translation": figures.translation(find(lesson.translate, SENTENCES["Short"])),
        "translation, hostile": figures.translation(strange),
        "compared": figures.compared({"one to one": ("students", classed.scores)}),
        "captioned": figures.captioned(named),
    }
