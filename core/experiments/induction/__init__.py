"""Induction: how a Transformer goes on with a list that it has never seen, and which heads do it.

The public names of the lesson: functions of a language model (which a page names instead), and the training of a small
one. What they return is plain numpy, in `results`.
"""

from typing import TYPE_CHECKING

from core.experiments.induction.results import Lists, Repeated, Switched, Trained
from core.progress import Steps, doing

if TYPE_CHECKING:
    from core.pretrained.causal_lm import LanguageModel


@doing("Reading the list twice")
def repeated(model: "LanguageModel", text: str, words: int, seed: int) -> Steps[Repeated]:
    """Read a list twice: the reader's `text`, or as many random `words` as there are where it is empty.

    A text of a single token has no reading: all of its arrays are empty.
    """
    from core.experiments.induction import reading

    return reading.repeated(model, text, words, seed)


@doing("Switching heads off", "run")
def switched(model: "LanguageModel", text: str, words: int, seed: int) -> Steps[Switched]:
    """Read the same list without heads: those with the highest scores, and others. It has at least two tokens."""
    from core.experiments.induction import reading

    return reading.switched(model, text, words, seed)


@doing("Reading more lists", "list")
def lists(model: "LanguageModel", words: int) -> Steps[Lists]:
    """Read `LISTS` lists of random words twice each."""
    from core.experiments.induction import reading

    return reading.lists(model, words)


@doing("Training", "step")
def trained(layers: int, seed: int) -> Steps[Trained]:
    """Train a model of attention alone, two heads in one layer or one head in each of two; yields the steps done."""
    from core.experiments.induction import training

    return training.train(layers, seed)
