"""The pictures of the lesson on learning to write."""

import math
from dataclasses import replace

from core.experiments import char_rnn as lesson
from core.experiments.char_rnn.recorded import CALLS
from core.experiments.char_rnn.results import Setting, Shares
from core.experiments.recording import find
from core.figures import char_rnn as figures
from core.figures.picture import Picture
from tests.core.figures.hostile import HOSTILE


def pictures() -> dict[str, Picture]:
    """Every figure at its default, at other moments, before a training, and with a hostile text."""
    run, counts = find(lesson.full, "novel"), find(lesson.counts, "novel")
    short = find(lesson.minute, "novel", Setting("transformer"))
    passage = next(one.arguments[1] for one in CALLS if one.function is lesson.coloured)
    read = find(lesson.coloured, "novel", passage)
    strange = replace(read, text=(HOSTILE * 20)[: len(read.text)])
    odd = replace(run.last, following=tuple((c, 0.25) for c in "<&%\n"), shares=Shares(0.0, 0.0, 0.0, math.nan, 0))
    early = replace(run, prompt=HOSTILE, moments=(run.moments[0], odd))
    return {
        "stages": figures.stages(run, counts, 12, "the novel"),
        "stages, at the start": figures.stages(run, counts, 0, "the novel"),
        "stages, hardly begun": figures.stages(early, counts, 1, "your text"),
        "bits": figures.bits(run, counts, "the novel", 12),
        "bits, a short training": figures.bits(short, counts, "the novel"),
        "bits, not begun": figures.bits(None, counts, "your text"),
        "bits, at its first moment": figures.bits(replace(run, moments=run.moments[:1]), counts, "your text"),
        "mechanism": figures.reading(run, 12),
        "mechanism, hostile": figures.reading(early, 1),
        "mechanism, untrained": figures.untrained("gru", 64),
        "mechanism, unit": figures.unit(read, 0, "line"),
        "coloured": figures.coloured(read, 0),
        "coloured, hostile": figures.coloured(strange, 3),
        "followed": figures.followed(read, 2),
    }
