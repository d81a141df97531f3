"""The pictures of the lesson on self-attention."""

from dataclasses import replace

import numpy as np

from core.data.pronouns import PAIRS
from core.experiments import self_attention as lesson
from core.experiments.recording import find
from core.experiments.self_attention.results import DEFAULT_TEXT, HEAD, LAYER
from core.figures import self_attention as figures
from core.figures.picture import Picture
from tests.core.figures.hostile import HOSTILE


def pictures() -> dict[str, Picture]:
    """Every figure at its default and at its ends, and with a hostile text."""
    twins, read = find(lesson.compare, PAIRS[0].text), find(lesson.read_heads, DEFAULT_TEXT)
    odd = replace(twins, text=HOSTILE, words=(HOSTILE, HOSTILE), labels=(HOSTILE,) * len(twins.labels))
    measured, study, probe, cut_study = (find(f) for f in (lesson.roles, lesson.study, lesson.probe, lesson.cut_study))
    cuts = find(lesson.cut_edges, DEFAULT_TEXT, 0, 0)
    strange = replace(cuts, tokens=(HOSTILE,) * len(cuts.tokens))
    flat = np.full((6, 12, 128, 128), 1 / 128, np.float32)
    long = replace(read, tokens=(HOSTILE,) * 128, weights=flat, is_cut=True)
    return {
        "twins": figures.twins(twins, LAYER, HEAD),
        "twins, hostile": figures.twins(odd, 1, 12),
        "every pair": figures.every_pair(study, LAYER, HEAD),
        "senses": figures.senses(find(lesson.senses)),
        **{f"heads, {role}": figures.heads(read, measured, role, 1, 10) for role in ("noun",)},
        "heads, long and hostile": figures.heads(long, measured, "ends", 72, 127),
        "cuts": figures.cuts(cuts, probe, 2, "all 72 heads"),
        "cuts, hostile": figures.cuts(strange, probe, 0, "head 1.1 alone"),
        "every pair cut": figures.every_pair_cut(cut_study, 0, "head 4.2 alone"),
        "mechanism": figures.mechanism(
            "it", ("animal", "street", "others"), (("… tired", (0.7, 0.1, 0.2)), ("… wide", (0.3, 0.1, 0.6)))
        ),
        "mechanism, cut": figures.mechanism("it", ("animal", "street", "others"), (("head 4.2", (0.7, 0.1, 0.2)),), 0),
        "mechanism, hostile": figures.mechanism(HOSTILE, (HOSTILE,) * 3, ((HOSTILE, (1.0, 0.0, 0.0)),)),
    }
