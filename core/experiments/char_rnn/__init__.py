"""A character model learns to write from nothing: what comes first, what a minute of training gets, what its units follow.

The public names of the lesson. Functions import what computes when they are called; what they return is in `results`.
"""

from typing import TYPE_CHECKING

from core.experiments.char_rnn.results import Coloured, Counts, Run, Setting
from core.experiments.rnn.features import Tracking
from core.progress import Steps, doing

if TYPE_CHECKING:
    from core.experiments.char_rnn.learning import Learning


def full(name: str) -> Run:
    """Return the long training on a text that ships: `core.training.characters` made it."""
    from core.experiments.char_rnn import learning

    return learning.full(name)


def counts(name: str) -> Counts:
    """Return what n-grams achieve on the held-out part of a text that ships, and what of it occurs in the rest."""
    from core.data.texts_to_learn import parts_of
    from core.experiments.char_rnn import learning, measures

    return learning.counted(parts_of(name), measures.inventory(name), name)


@doing("Counting your text", "step")
def count_own(text: str) -> Steps[Counts]:
    """Do what `counts` does for a reader's own text; raises `ValueError`, with a sentence for the reader, where it can't."""
    from core.experiments.char_rnn import learning

    return learning.count_own(text)


@doing("Training", "character")
def minute(name: str, setting: Setting) -> Steps[Run]:
    """Train a model from nothing for a million characters on a text that ships."""
    from core.experiments.char_rnn import learning

    return learning.minute(name, setting)


@doing("Reading the text", "step")
def begin(text: str, name: str, setting: Setting, number: int) -> "Learning":
    """Begin a training that goes on with `further`, the reader's `number`-th; `name` is empty for a text of their own.

    Raises `ValueError`, with a sentence for the reader, for a text that can't be learned from.
    """
    from core.experiments.char_rnn.learning import Learning

    return Learning(text, name, setting)


@doing("Training", "character")
def further(learning: "Learning", until: int, goal: int, attempt: int) -> Steps[Run]:
    """Train until so many characters are read, on the way to `goal`; `attempt` counts how often the reader stopped it."""
    from core.experiments.char_rnn import learning as module

    return module.further(learning, until, goal)


def weights(learning: "Learning") -> bytes:
    """Return the weights as a safetensors file, as `core.models.saved` writes them."""
    from core.models.saved import packed

    return packed(learning.learner.model)


@doing("Reading held-out text", "character")
def tracking(name: str) -> Steps[Tracking]:
    """Return how well every unit of the trained model follows what can be named."""
    from core.experiments.char_rnn import reading

    return reading.tracking(name)


@doing("Reading your text", "character")
def coloured(name: str, text: str) -> Steps[Coloured]:
    """Return what the units that follow something do along a passage."""
    from core.experiments import recording
    from core.experiments.char_rnn import reading

    known = recording.find(tracking, name)
    return reading.coloured(name, text, None if known is recording.MISSING else known)
