"""Small recurrent translators with random weights, for tests of what every such translator does."""

import torch

from core.models.seq2seq import Look, Seq2Seq
from core.pretrained.translation.recurrent import RecurrentTranslator
from core.pretrained.translation.subwords import Subwords

TEXTS = ["The cats sat on the mats.", "Os gatos sentaram-se nos tapetes.", "one two three four five six seven"] * 10


def small_translator(look: Look, seed: int = 0) -> RecurrentTranslator:
    """Return one of 90 subwords, whose scores differ enough for its texts to differ."""
    pieces = Subwords.learn(TEXTS, 90)
    model = Seq2Seq(pieces.size, look=look, embedding=12, hidden=10, units=6, seed=seed)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3)
        model.bias.normal_(generator=generator)
    return RecurrentTranslator(f"small_{look}", "en-pt", model.requires_grad_(False).eval(), pieces)
