"""The pictures of the lesson on GPT and BERT."""

from dataclasses import replace

import numpy as np

from core.experiments import gpt_vs_bert as lesson
from core.experiments.gpt_vs_bert.recorded import DEFAULT_MODEL
from core.experiments.gpt_vs_bert.results import (
    DEFAULT_BLANK,
    DEFAULT_CANDIDATES,
    DEFAULT_TEXT,
    DEFAULT_WORD,
    CausalBlank,
    Found,
    Judged,
    Ranked,
    candidates_of,
    gap_of,
)
from core.experiments.recording import find
from core.figures import gpt_vs_bert as figures
from core.figures.picture import Picture
from tests.core.figures.hostile import HOSTILE


def pictures() -> dict[str, Picture]:
    """Every figure at its default and at its ends, and with a hostile text."""
    at = [(DEFAULT_TEXT, place, DEFAULT_WORD) for place in (0, 7)]
    first, usual = ((find(lesson.change_causal, DEFAULT_MODEL, *each), find(lesson.change_both, *each)) for each in at)
    odd = tuple(replace(one, labels=(HOSTILE,) * len(one.labels), other=HOSTILE) for one in usual)
    gap = gap_of(DEFAULT_BLANK)
    assert gap is not None
    sides = (gap.before, gap.after(len(gap.right)), candidates_of(DEFAULT_CANDIDATES))
    masked = find(lesson.fill_masked, *sides)
    causal = find(lesson.fill_causal, DEFAULT_MODEL, *sides)
    strange = Ranked((HOSTILE,), np.ones(1, np.float32))
    facts = find(lesson.pair_facts)
    return {
        "moved": figures.moved(*usual),
        "moved, first word": figures.moved(*first),
        "moved, hostile": figures.moved(*odd),
        "maps": figures.maps(*usual),
        "maps, hostile": figures.maps(*odd),
        "mechanism, fans": figures.fans(*usual),
        "mechanism, fans, hostile": figures.fans(*odd),
        "fill": figures.fill(causal, masked, 10),
        "fill, hostile": figures.fill(CausalBlank(strange, strange, strange), strange, 0),
        "held out": figures.held_out(find(lesson.fill_held_out, DEFAULT_MODEL)),
        "mechanism, blank": figures.blank(1, 10, 3, ("first", "dog")),
        "mechanism, blank, hostile": figures.blank(0, 1, 0, (HOSTILE, HOSTILE)),
        "perplexities": figures.perplexities(facts),
        "curves": figures.curves(facts),
        "judged": figures.judged(Judged(31.2, 40), Judged(412.0, 38)),
        "search": figures.search(Found("why?", np.array([0.1, 0.5, -0.2], np.float32)), ("One", "Two", "Three")),
        "time line": figures.time_line(),
    }
