"""Why order matters: sentences and digits in order, shuffled and as bags; how far back letters, days and sounds matter.

The public names of the lesson. Functions import what computes when they are called; what they return is in `results`.
"""

from typing import TYPE_CHECKING

from core.experiments.why_order.results import Accuracies, Guess, LookBack, Read
from core.progress import Steps, doing

if TYPE_CHECKING:
    from core.pretrained.causal_lm import LanguageModel


@doing("Reading both sentences", "reading")
def guess(model: "LanguageModel", one: str, other: str, ending: str) -> Steps[Guess]:
    """Yield (readings, of how many) and return how a language model goes on after two sentences, each with `ending`.

    Once in order, and once from a bag: the mean over random orders of the sentence's words. Raises `ValueError` for a
    sentence without a word.
    """
    from core.experiments.why_order import words

    return words.guess(model, one, other, ending)


@doing("Reading a digit")
def read_digit(how: str, shown: str, number: int, digit: int) -> Read:
    """Return what the classifier trained in the order `how` believes at each step of a held-out digit (from 0).

    shown: the order in which it is given the pixels; number: which shuffle, where it is one. Raises
    `core.assets.fetch.AssetError` where the digits can't be had, and `ValueError` for unknown orders.
    """
    from core.experiments.why_order import pixels

    return pixels.read(how, shown, number, digit)


@doing("Reading your drawing")
def read_drawing(how: str, shown: str, number: int, drawn: str) -> Read:
    """Return what the classifier trained in the order `how` believes at each step of a drawing, packed as `unpack` reads it.

    As MNIST's digits were, it is made as large as a box of 20 x 20 pixels and put with its centre of mass into the middle.
    Other arguments as in `read_digit`; raises `ValueError` for what is no drawing, and for one without ink.
    """
    from core.experiments.why_order import pixels

    return pixels.read_drawing(how, shown, number, drawn)


@doing("Reading 1,000 digits", "digit")
def accuracies(number: int) -> Steps[Accuracies]:
    """Return how many held-out digits each model reads correctly, in its own order and in the shuffle of this number.

    Yields (digits read, of how many); raises as `read_digit` does.
    """
    from core.experiments.why_order import pixels

    return pixels.accuracies(number)


@doing("Looking back", "step")
def look_back() -> Steps[LookBack]:
    """Return how much an item 1 to 400 steps back says about the next one: in a text, a weather record and a voice.

    Yields (steps done, steps). Raises `core.assets.fetch.AssetError` where text or weather can't be had.
    """
    from core.experiments.why_order import kinds

    return kinds.look_back()
