"""Language models: the next word from n-grams, an RNN, an LSTM and SmolLM2, with more or fewer words before it.

The public names of the lesson. Functions import what computes (torch) when they are called; those of a large model get it
first, a page names it instead. What they return is in `results`, plain numpy.
"""

from typing import TYPE_CHECKING

from core.experiments.language_model.results import Depth, Guess, Written
from core.progress import Steps, doing

if TYPE_CHECKING:
    from core.pretrained.causal_lm import LanguageModel


@doing("Counting words in the text that the models learned from")
def likely(text: str) -> tuple[str, ...]:
    """Return the words that the 5-gram and the LSTM find likeliest after a text; raises `ValueError` for none."""
    from core.experiments.language_model import small

    return small.likely(text)


@doing("Looking for the likeliest words")
def likely_large(model: "LanguageModel", text: str) -> Steps[tuple[tuple[str, ...], ...]]:
    """Return the words that a large model finds likeliest after a text, and after its last four words."""
    from core.experiments.language_model import large

    return large.likely(model, text)


@doing("Counting words in the text that the models learned from")
def guess(text: str, kept: int, words: tuple[str, ...]) -> Guess:
    """Return what each small model gives words after the last `kept` units of a text."""
    from core.experiments.language_model import small

    return small.guess(text, kept, words)


@doing("Reading the sentence with each word", "token")
def guess_large(model: "LanguageModel", text: str, kept: int, words: tuple[str, ...]) -> Steps[Guess]:
    """Return what a large model gives words after the last `kept` units of a text; yields (tokens done, tokens)."""
    from core.experiments.language_model import large

    return large.guess(model, text, kept, words)


@doing("Reading the passages kept apart")
def depth() -> Steps[Depth]:
    """Measure the small models on words of passages kept apart, by the number of words before them that are kept."""
    from core.experiments.language_model import small

    return small.depth()


@doing("Reading the passages kept apart", "passage")
def depth_large(model: "LanguageModel") -> Steps[Depth]:
    """Measure a large model on the same; yields (passages done, passages)."""
    from core.experiments.language_model import large

    return large.depth(model)


@doing("Writing")
def write(text: str, temperature: float, seed: int) -> tuple[Written, ...]:
    """Return what the small models draw after a text, a word at a time."""
    from core.experiments.language_model import small

    return small.write(text, temperature, seed)


@doing("Writing", "word")
def write_large(model: "LanguageModel", text: str, temperature: float, seed: int) -> Steps[Written]:
    """Return what a large model draws after a text; yields (words written, words)."""
    from core.experiments.language_model import large

    return large.write(model, text, temperature, seed)
