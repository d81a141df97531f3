"""What the lesson on the encoder-decoder asks of g2p-en: spell a word."""

import torch

from core.assets.fetch import AssetError
from core.data.pronouncing import pronunciations
from core.experiments.encoder_decoder.results import TOP
from core.experiments.encoder_decoder.words import Spelled
from core.pretrained.translation.g2p import PHONEMES, load_g2p


def spell(word: str) -> Spelled:
    """Return a word of at least one letter as the model spells it; without answers where the dictionary is not here.

    Raises `AssetError` where the model can't be had.
    """
    found = load_g2p().spell(word)
    try:
        answers = pronunciations(word)
    except AssetError:
        answers = ()
    best, numbers = torch.from_numpy(found.logits).softmax(-1).topk(TOP)
    named = [[PHONEMES[number] for number in row] for row in numbers.tolist()]
    rows = [tuple(zip(*each, strict=True)) for each in zip(named, best.tolist(), strict=True)]
    return Spelled(word, found.phonemes, found.read, tuple(rows), answers)
