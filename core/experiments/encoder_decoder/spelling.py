"""What the lesson on the encoder-decoder asks of g2p-en: spell a word, and be measured on the dictionary."""

import random
from functools import cache

import torch

from core.assets.fetch import AssetError
from core.data.pronouncing import dictionary, new_words
from core.experiments.encoder_decoder import TOP
from core.experiments.encoder_decoder.words import GROUPS, KNOWN, NEW, PER_GROUP, Errors, Spelled, by_length
from core.pretrained.translation.g2p import PHONEMES, load_g2p


@cache  # 126,052 words, read in a quarter of a second, and never changed
def _dictionary() -> dict[str, tuple[tuple[str, ...], ...]]:
    return dictionary()


def spell(word: str) -> Spelled:
    """Return a word of at least one letter as the model spells it; without answers where the dictionary is not here.

    Raises `AssetError` where the model can't be had.
    """
    found = load_g2p().spell(word)
    try:
        answers = _dictionary().get(word, ())
    except AssetError:
        answers = ()
    best, numbers = torch.from_numpy(found.logits).softmax(-1).topk(TOP)
    rows = [
        tuple((PHONEMES[number], chance) for number, chance in zip(*row, strict=True))
        for row in zip(numbers.tolist(), best.tolist(), strict=True)
    ]
    return Spelled(word, found.phonemes, found.read, tuple(rows), answers)


def errors(*, seed: int = 0) -> dict[str, tuple[Errors, ...]]:
    """Measure the model by length of the word: on words that it was trained on, drawn evenly, and on all that are new."""
    known, new = _dictionary(), new_words()
    plain = sorted(word for word in known.keys() - set(new) if word.isascii() and word.isalpha())
    rng = random.Random(seed)
    drawn = []
    for first, last in GROUPS:
        fitting = [word for word in plain if first <= len(word) <= last]
        drawn += rng.sample(fitting, min(PER_GROUP, len(fitting)))
    return {
        name: by_length(words, load_g2p().spell_all(words), [known[word] for word in words], seed=seed)
        for name, words in ((KNOWN, drawn), (NEW, list(new)))
    }
