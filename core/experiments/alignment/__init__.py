"""Alignment: where the decoder looked when it wrote each word, and what it loses when it may not look there.

The public names of the lesson. Functions import what computes (torch) when they are called; what they return is in
`results` and `many`, plain numpy.
"""

from core.experiments.alignment.many import Study
from core.experiments.alignment.results import Alignment, Hidden, Inside
from core.progress import Steps, doing


@doing("Translating and hiding", "word")
def aligned(model: str, text: str) -> Steps[Alignment]:
    """Translate `text` with one of `results.MODELS`, then hide each source word in turn.

    Yields (words hidden, words). What is too long for the model loses its end. Raises `KeyError` for another model and
    `RuntimeError`, in words for a reader, where the model can't be had.
    """
    from core.experiments.alignment import hiding

    return hiding.aligned(model, text)


@doing("Translating again", "word")
def hidden(model: str, text: str, position: int) -> Hidden:
    """Translate again while source word `position` (0 is the first) is hidden, with glosses in English.

    Raises as `aligned` does, and `ValueError` for no such word.
    """
    from core.experiments.alignment import hiding

    return hiding.hide(model, text, position)


@doing("Following the steps", "step")
def inside(model: str, text: str) -> Inside | None:
    """Return the arithmetic of every step of a translation; None for a model of the hub, which is not open here."""
    from core.experiments.alignment import hiding

    return hiding.inside(model, text)


@doing("Reading held-out sentences", "sentence")
def study(model: str) -> Steps[Study]:
    """Hide each word of 100 held-out sentences in turn and gather what that cost. Yields (sentences done, sentences)."""
    from core.experiments.alignment import hiding

    return hiding.study(model)
