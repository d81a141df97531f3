"""The anatomy of a Transformer: one stream of vectors, one number of it written out, and the machine of 2017 by its parts.

The public names of the lesson: functions of a language model (which a page names instead), and one run of training. What
they return is plain numpy, in `results`; what needs no model is in `results` and `machine`.
"""

from typing import TYPE_CHECKING

from core.experiments.transformer_anatomy.results import EachBlock, Layer, Norms, Stream
from core.progress import Steps, doing

if TYPE_CHECKING:
    from core.pretrained.causal_lm import LanguageModel


@doing("Following the stream", "step")
def stream(model: "LanguageModel", text: str, block: int, twice: bool, wanted: tuple[int, ...]) -> Steps[Stream]:
    """Read a text and take its stream apart. `block` (from 1; 0 is none) is left out, or run twice.

    `wanted` are the next tokens to follow; the likeliest ones where it is empty. Raises `ValueError` for no tokens.
    """
    from core.experiments.transformer_anatomy import reading

    return reading.stream(model, text, block, twice, wanted)


@doing("Looking into the layer", "step")
def layer(model: "LanguageModel", text: str, number: int) -> Steps[Layer]:
    """Read a text and return what all heads of a layer (from 1) did; raises `ValueError` as `stream` does."""
    from core.experiments.transformer_anatomy import reading

    return reading.layer(model, text, number)


@doing("Leaving out each block in turn", "run")
def each_block(model: "LanguageModel", text: str) -> Steps[EachBlock]:
    """Read a text without each block in turn, and with each run twice; raises `ValueError` as `stream` does."""
    from core.experiments.transformer_anatomy import reading

    return reading.each_block(model, text)


@doing("Training both kinds", "step")
def norms(layers: int, seed: int) -> Steps[Norms]:
    """Train a stack with its norms before each part and one with them after, each with a warm-up and without."""
    from core.experiments.transformer_anatomy import norm_place

    return norm_place.measure(layers, seed)
