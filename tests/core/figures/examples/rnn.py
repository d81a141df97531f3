"""The pictures of the lesson on recurrent networks."""

from dataclasses import replace

from core.experiments import rnn
from core.experiments.recording import find
from core.experiments.rnn.results import AFTER, DEFAULT_MODEL, DEFAULT_OTHER, DEFAULT_POSITION, DEFAULT_TEXT, KINDS
from core.figures import rnn as figures
from core.figures.picture import Picture
from tests.core.figures.hostile import HOSTILE


def pictures() -> dict[str, Picture]:
    """Every figure at its default, and with a hostile text."""
    read, at = find(rnn.read, DEFAULT_MODEL, DEFAULT_TEXT), DEFAULT_POSITION
    tracking, averages = find(rnn.tracking, DEFAULT_MODEL), find(rnn.averages, DEFAULT_MODEL)
    erased = [find(rnn.erased, DEFAULT_MODEL, DEFAULT_TEXT, at, since) for since in (1, 12)]
    after = DEFAULT_TEXT[at + 1 : at + 1 + AFTER]
    found = {}
    for kind, other in (("erase", ""), ("swap", DEFAULT_OTHER)):
        damages = tuple(find(rnn.damaged, model, DEFAULT_TEXT, at, kind, other) for model in KINDS)
        found[f"memory, {kind}"] = figures.memory(damages, DEFAULT_MODEL, after, averages, kind)
    odd = replace(read, text=(HOSTILE * 9)[: len(read.text)])
    return {
        **found,
        "memory, hostile": figures.memory(damages, DEFAULT_MODEL, odd.text[at + 1 :], averages, "swap"),
        "unrolled": figures.unrolled(read, tracking, erased[0]),
        "unrolled, long ago": figures.unrolled(read, tracking, erased[1]),
        "unrolled, hostile": figures.unrolled(odd, tracking, erased[1]),
        "mechanism": figures.mechanism(read, at),
        "mechanism, erased": figures.mechanism(read, at, erased[0]),
        "mechanism, hostile": figures.mechanism(odd, at),
        "unit": figures.unit(read, tracking, 0, 1, at),
        "unit, hostile": figures.unit(odd, tracking, 3, 2, at),
    }
