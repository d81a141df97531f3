"""The calls of the lesson on word vectors whose results ship with the app: what its views show first."""

from core.experiments import word_vectors as lesson
from core.experiments.recording import Call, call
from core.experiments.word_vectors.results import (
    DEFAULT_NEGATIVES,
    DEFAULT_WIDTH,
    DEFAULT_WINDOW,
    DEFAULT_WORDS,
    read_words,
)

_TRAINED = (
    "it trains for half a minute; tests/core/experiments/word_vectors checks gradient, ranks and a short training"
)
_FILES = (
    "it needs files that do not ship; tests/core/experiments/word_vectors asks questions of its own in the same way"
)
OTHER_WORDS = ("bank", "possible impossible known")  # what the page offers to try

CALLS: tuple[Call, ...] = (
    *(
        call(lesson.learn, "", DEFAULT_WINDOW, DEFAULT_NEGATIVES, DEFAULT_WIDTH, shuffled, costly=_TRAINED)
        for shuffled in (False, True)
    ),
    *(call(lesson.near, read_words(words), varies="a clock") for words in (DEFAULT_WORDS, *OTHER_WORDS)),
    call(lesson.judged, costly=_FILES),
    call(lesson.leaning),
    call(lesson.study, costly="it reads 168 texts; tests/core/experiments/word_vectors computes it in another way"),
)
