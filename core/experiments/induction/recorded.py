"""The calls of the lesson on induction whose results ship with the app."""

from core.experiments import induction as lesson
from core.experiments.induction.results import MODEL, SEED, WORDS
from core.experiments.recording import Call, call

SHORT = 16  # words of the list that the first bet goes to
_LONG = "it runs the model 37 times; tests/core/experiments/induction runs it without one head, and without four"
_LISTS = "it reads more lists as `repeated` reads one; tests/core/experiments/induction compares that one"

CALLS: tuple[Call, ...] = (
    *(call(lesson.repeated, MODEL, "", words, SEED) for words in (WORDS, SHORT)),
    call(lesson.switched, MODEL, "", WORDS, SEED, costly=_LONG),
    call(lesson.lists, MODEL, WORDS, costly=_LISTS),
    *(
        call(lesson.trained, layers, SEED, costly="400 steps; tests/core/experiments/induction trains the two layers")
        for layers in (1, 2)
    ),
)
