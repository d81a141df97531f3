"""The calls of the lesson on learning to write whose results ship with the app: what its views show first."""

from core.data.texts_to_learn import TEXTS, parts_of
from core.experiments import char_rnn as lesson
from core.experiments.char_rnn.results import KINDS, PASSAGE, PASSAGES, Setting
from core.experiments.recording import Call, call

_TRAINED = "it trains for half a minute; tests/core/experiments/char_rnn checks its parts on a short training"
_READ = "it reads 30,000 characters; tests/core/experiments/char_rnn correlates a unit in another way"

CALLS: tuple[Call, ...] = (
    *(call(lesson.full, name) for name in TEXTS),
    *(call(lesson.counts, name) for name in TEXTS),
    *(call(lesson.minute, name, Setting(kind), varies="a clock", costly=_TRAINED) for name in TEXTS for kind in KINDS),
    *(call(lesson.tracking, name, costly=_READ) for name in TEXTS),
    *(call(lesson.coloured, name, parts_of(name).held_out[at : at + PASSAGE]) for name, at in PASSAGES.items()),
)
