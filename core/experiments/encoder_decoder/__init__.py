"""Encoder and decoder: what fits into one vector, how it is damaged, and from which length on it is too little.

The public names of the lesson. Functions import what computes (torch) when they are called; what they return is in
`results` and `words`, what was measured by length in `lengths`, all without torch.
"""

from core.assets.evaluation import Sentences
from core.experiments.encoder_decoder.results import Damage, Example, Kind, Reading, Rival
from core.experiments.encoder_decoder.words import Spelled
from core.progress import Steps, doing
from core.training.evaluate_spelling import Errors


@doing("Reading your sentence")
def read(text: str) -> Reading:
    """Read a sentence with at least one character that can be seen, and translate it through the one vector."""
    from core.experiments.encoder_decoder import reading

    return reading.read(text)


@doing("Translating")
def rivals(text: str) -> tuple[Rival, ...]:
    """Translate greedily, by a beam and with attention, and with Marian where it is here."""
    from core.experiments.encoder_decoder import reading

    return reading.rivals(text)


@doing("Reading held-out sentences")
def examples(kind: Sentences) -> tuple[Example, ...]:
    """Return one held-out sentence for each group of lengths, shortest first; none where none ship, or without Marian."""
    from core.experiments.encoder_decoder import reading

    return reading.examples(kind)


@doing("Writing from the damaged vector", "draw")
def damage(text: str, other: str, kind: Kind) -> Steps[Damage]:
    """Decode from a damaged vector at each of `results.AMOUNTS`; yields how many draws are done of all."""
    from core.experiments.encoder_decoder import reading

    return reading.damage(text, other, kind)


@doing("Spelling your word")
def spell(word: str) -> Spelled:
    """Spell a word of letters a to z as phonemes; raises `AssetError` where the model can't be had."""
    from core.experiments.encoder_decoder import spelling

    return spelling.spell(word)


@doing("Measuring on the dictionary")
def spelling_errors() -> dict[str, tuple[Errors, ...]]:
    """Measure g2p-en by length of the word, on words of its dictionary and on those that were added later."""
    from core.training import evaluate_spelling

    return evaluate_spelling.measure()
