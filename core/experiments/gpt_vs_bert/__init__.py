"""GPT and BERT: what a model sees that reads to the left only, and one that reads both sides, and what each is good for.

The public names of the lesson. Functions import what computes (torch) when they are called; those whose first argument is
a language model get it from the page. What they return is in `results`, plain numpy.
"""

from typing import TYPE_CHECKING

from core.experiments.gpt_vs_bert.results import (
    CausalBlank,
    Found,
    HeadFacts,
    HeldOut,
    Judged,
    Moved,
    PairFacts,
    Ranked,
    Written,
)
from core.progress import Steps, doing

if TYPE_CHECKING:
    from core.pretrained.causal_lm import LanguageModel


@doing("Reading your sentence twice", "reading")
def change_causal(model: "LanguageModel", text: str, position: int, other: str) -> Steps[Moved]:
    """Change word `position` (from 0) of a sentence and measure how far each of the causal model's vectors moves."""
    from core.experiments.gpt_vs_bert import seeing

    return seeing.causal(model, text, position, other)


@doing("Reading your sentence twice", "megabyte")
def change_both(text: str, position: int, other: str) -> Steps[Moved]:
    """Do the same with the encoder, which reads both sides. Yields (megabytes here, megabytes) while it is fetched.

    Raises `core.assets.fetch.AssetError` where it can't be had.
    """
    from core.experiments.encoder import encoder
    from core.experiments.gpt_vs_bert import seeing

    return seeing.both((yield from encoder()), text, position, other)


@doing("Filling the blank from both sides", "megabyte")
def fill_masked(before: str, after: str, candidates: tuple[str, ...]) -> Steps[Ranked]:
    """Return the candidates for a blank by how likely the masked model finds them; yields and raises as `change_both` does."""
    from core.experiments.encoder import encoder
    from core.experiments.gpt_vs_bert import blanks
    from core.pretrained.encoder.masked import load_masked_model

    yield from encoder()
    return blanks.masked(load_masked_model(), before, after, candidates)


@doing("Reading the sentence with each candidate", "sentence")
def fill_causal(model: "LanguageModel", before: str, after: str, candidates: tuple[str, ...]) -> Steps[CausalBlank]:
    """Return what a causal model puts between two texts, and the candidates by the left side and by the whole sentence."""
    from core.experiments.gpt_vs_bert import blanks

    return blanks.causal(model, before, after, candidates)


@doing("Filling the blanks of held-out sentences", "sentence")
def fill_held_out(model: "LanguageModel") -> Steps[HeldOut]:
    """Choose among six words for the blank of each held-out sentence, in four ways."""
    from core.experiments.gpt_vs_bert import blanks

    return blanks.held_out(model)


def pair_facts() -> PairFacts:
    """Return what was measured when the pair of equal models was trained."""
    from core.experiments.gpt_vs_bert import facts

    return facts.pair()


def head_facts() -> HeadFacts:
    """Return what the masked-word head reaches on held-out text."""
    from core.experiments.gpt_vs_bert import facts

    return facts.head()


@doing("Writing with both models", "text")
def write(prompt: str) -> Steps[Written]:
    """Let both models of the pair write on after a text."""
    from core.experiments.gpt_vs_bert import writing

    return writing.write(prompt)


@doing("Judging what was written", "text")
def judge(model: "LanguageModel", prompt: str, texts: tuple[str, ...]) -> Steps[Judged]:
    """Return how unlikely a larger causal model finds texts after a prompt."""
    from core.experiments.gpt_vs_bert import writing

    return writing.judged(model, prompt, texts)


@doing("Reading the course with the encoder", "megabyte")
def search(question: str, texts: tuple[str, ...]) -> Steps[Found]:
    """Return the cosine of a question with each text; yields and raises as `change_both` does."""
    from core.experiments.encoder import encoder
    from core.experiments.gpt_vs_bert import writing

    return writing.search((yield from encoder()), question, texts)
