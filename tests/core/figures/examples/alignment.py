"""The pictures of the lesson on alignment."""

from dataclasses import replace

import numpy as np

from core.experiments import alignment
from core.experiments.alignment.results import (
    DEFAULT_HIDE,
    DEFAULT_MODEL,
    DEFAULT_STEP,
    DEFAULT_TEXT,
    MODELS,
    STUDIED,
    Alignment,
    Inside,
    default_text,
    softmax,
)
from core.experiments.recording import find
from core.figures import alignment as figures
from core.figures.picture import Picture
from tests.core.figures.hostile import HOSTILE


def odd(size: int) -> tuple[Alignment, Inside]:
    """An alignment of markup with itself, every word the same, and its inside."""
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(size, size)).astype(np.float32)
    weights = np.stack([softmax(row) for row in scores]).astype(np.float32)
    values, costs = (rng.normal(size=(size, size)).astype(np.float32) for _ in range(2))
    pieces = ("▁" + HOSTILE.strip(),) * size
    logprobs = np.full(size, -1, np.float32)
    found = Alignment(DEFAULT_MODEL, "s", (), pieces, pieces, "t", weights, logprobs, costs)
    return found, Inside(scores, weights, values, weights @ values, 1.0)


def pictures() -> dict[str, Picture]:
    """Every figure at its default, and with a hostile text."""
    seen = {model: find(alignment.aligned, model, default_text(model)) for model in (*STUDIED, "additive_en_fr")}
    shown, inside = seen[DEFAULT_MODEL], find(alignment.inside, DEFAULT_MODEL, DEFAULT_TEXT)
    studies = {model: find(alignment.study, model) for model in STUDIED}
    (hostile, within), (long, _) = odd(5), odd(60)
    one = replace(hostile, source=("▁a", "</s>"), target=("▁b",), weights=np.array([[0.5, 0.5]], np.float32),
                  logprobs=np.zeros(1, np.float32), costs=np.zeros((1, 2), np.float32))  # fmt: skip
    return {
        **{f"matrix, {MODELS[model].label}": figures.matrix(each, 1) for model, each in seen.items()},
        "matrix": figures.matrix(shown, DEFAULT_HIDE),
        "matrix, one word": figures.matrix(one, 0),
        "matrix, hostile": figures.matrix(hostile, 2),
        "matrix, long, hostile": figures.matrix(long, 59),
        "mechanism": figures.mechanism(shown, 4, DEFAULT_HIDE, None),
        "mechanism, a step": figures.mechanism(shown, DEFAULT_STEP, -1, inside),
        "mechanism, one word": figures.mechanism(one, 0, 0, None),
        "mechanism, hostile": figures.mechanism(hostile, 1, 2, None),
        "step": figures.step(shown, inside, DEFAULT_STEP),
        "step, hostile": figures.step(hostile, within, 1),
        **{f"dose, {MODELS[model].label}": figures.dose(study) for model, study in studies.items()},
    }
