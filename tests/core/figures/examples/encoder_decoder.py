"""The pictures of the lesson on the encoder-decoder."""

from dataclasses import replace

from core.assets import evaluation
from core.experiments import encoder_decoder as lesson
from core.experiments.encoder_decoder.results import DEFAULT_OTHER, DEFAULT_TEXT, DEFAULT_WORD, KINDS, Anchors
from core.experiments.recording import find
from core.figures import encoder_decoder as figures
from core.figures.picture import Picture
from tests.core.figures.hostile import HOSTILE


def pictures() -> dict[str, Picture]:
    """Every figure at its default, and with a hostile text."""
    measured, reading = evaluation.read(), find(lesson.read, DEFAULT_TEXT)
    damages = {kind: find(lesson.damage, DEFAULT_TEXT, DEFAULT_OTHER, kind) for kind in KINDS}
    spelled = find(lesson.spell, DEFAULT_WORD)
    odd = replace(reading, text=HOSTILE, anchors=Anchors((HOSTILE, "b"), (("a",), ())))
    hostile = replace(damages["swap"], texts=(HOSTILE * 9,) * 21, glosses={})
    return {
        **{f"length, {kind}": figures.by_length(measured, kind, 36) for kind in evaluation.KINDS},
        **{f"curve, {kind}": figures.curve(damage, 0.3) for kind, damage in damages.items()},
        "curve, hostile": figures.curve(hostile, 1.0),
        "errors": figures.errors(find(lesson.spelling_errors), 14),
        "mechanism, short": figures.through(find(lesson.examples, "controlled")[0]),
        "mechanism, long": figures.through(find(lesson.examples, "natural")[-1]),
        "mechanism, damaged": figures.through_damage(reading, damages["swap"], 1.0),
        "mechanism, letters": figures.spelled(spelled),
        "mechanism, hostile": figures.through_damage(odd, hostile, 0.0),
        "mechanism, without Marian": figures.through_damage(replace(reading, anchors=None), damages["noise"], 0.5),
    }
