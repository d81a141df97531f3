"""The calls of the lesson on the encoder-decoder whose results ship with the app: what its views show first."""

from core.experiments import encoder_decoder as lesson
from core.experiments.encoder_decoder.results import DEFAULT_OTHER, DEFAULT_TEXT, DEFAULT_WORD, KINDS, SHORT_WORD
from core.experiments.recording import Call, call

CALLS: tuple[Call, ...] = (
    call(lesson.read, DEFAULT_TEXT),
    call(lesson.rivals, DEFAULT_TEXT),
    *(call(lesson.examples, kind) for kind in ("controlled", "natural", "verse")),
    *(call(lesson.damage, DEFAULT_TEXT, DEFAULT_OTHER, kind) for kind in KINDS),
    *(call(lesson.spell, word) for word in (DEFAULT_WORD, SHORT_WORD)),
    call(
        lesson.spelling_errors,
        costly="it spells 4,700 words; tests/core/training/test_evaluate_spelling.py checks the measure by hand",
    ),
)
