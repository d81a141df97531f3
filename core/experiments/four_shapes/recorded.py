"""The calls of the lesson on four shapes whose results ship with the app."""

from core.experiments import four_shapes as lesson
from core.experiments.four_shapes.results import (
    DEFAULT_GPA,
    DEFAULT_KIND,
    DEFAULT_QUIZ,
    OTHER_ARTIST,
    OTHER_KIND,
    SENTENCES,
    TWEETS,
    fit,
)
from core.experiments.recording import Call, call

_ALL = "it names 13,000 pictures; tests/core/experiments/four_shapes names those of one part"
_ONE_BY_ONE = (
    "it translates every word of 100 sentences; tests/core/experiments/four_shapes counts a part of them again"
)

CALLS: tuple[Call, ...] = (
    *(call(lesson.student, gpa, DEFAULT_QUIZ) for gpa in (DEFAULT_GPA, 3.8)),
    call(lesson.class_of_856),
    *(call(lesson.tweet, fit(text)[0]) for text in TWEETS.values()),
    call(lesson.tweets_kept_apart),
    *(call(lesson.caption, kind, 0, "en") for kind in (DEFAULT_KIND, OTHER_KIND, OTHER_ARTIST)),
    call(lesson.caption, DEFAULT_KIND, 0, "fr"),
    call(lesson.captions_of_all, costly=_ALL),
    *(call(lesson.translate, text) for text in SENTENCES.values()),
    call(lesson.translations_kept_apart, costly=_ONE_BY_ONE),
)
