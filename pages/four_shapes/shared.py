"""What the views of this lesson share: the four tasks side by side, and what fills the reader's script."""

from typing import Any

from core.experiments import four_shapes as lesson
from core.experiments.four_shapes.results import (
    DEFAULT_GPA,
    DEFAULT_HOURS,
    DEFAULT_KIND,
    DEFAULT_QUIZ,
    NOTES,
    SENTENCES,
    Captioned,
    Scores,
    Shape,
    fit,
)
from core.experiments.intervals import Counted
from core.figures import four_shapes as figures
from core.figures.picture import Picture
from pages.kit import export
from pages.kit.ask import ask, draw


def tasks() -> dict[Shape, tuple[str, Scores]]:
    """Return what was correct in each shape, on data that were kept apart."""
    return {
        "one to one": ("students", ask(lesson.class_of_856).scores),
        "many to one": ("tweets", ask(lesson.tweets_kept_apart)),
        "one to many": ("new pairs of emoji", named(DEFAULT_KIND, "en").scores),
        "many to many": ("short sentences", ask(lesson.translations_kept_apart)),
    }


def named(kind: str, language: str) -> Captioned:
    """Return what was measured of a kind of picture in a language."""
    return next(each for each in ask(lesson.captions_of_all) if (each.kind, each.language) == (kind, language))


def compared() -> Picture:
    """Draw the four tasks side by side."""
    return draw(figures.compared, tasks())


def between(found: Counted) -> str:
    """Return an interval as people read it."""
    low, high = found.interval
    return f"{100 * low:.1f} to {100 * high:.1f} %"


def script(*files: str, **own: Any) -> dict[str, Any]:
    """Return the script's values, of which the other views' are the usual ones, and the weights that this view needs."""
    usual = {
        "GPA": DEFAULT_GPA,
        "QUIZ": DEFAULT_QUIZ,
        "HOURS": DEFAULT_HOURS,
        "WORDS": fit(NOTES)[0],
        "LANGUAGE": "en",
        "SENTENCE": next(iter(SENTENCES.values())),
    }
    return {"values": usual | own, "downloads": [export.own_weights(file) for file in files]}
