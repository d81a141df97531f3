"""Recurrent translators of a toy's size with random weights, in files as the trained ones are: for tests."""

from pathlib import Path

import torch

from core.models.seq2seq import Look, Seq2Seq
from core.pretrained.translation.recurrent import save
from core.pretrained.translation.subwords import Subwords

NAMES: dict[str, Look] = {"additive_en_pt": "additive", "dot_en_pt": "dot", "additive_en_fr": "additive"}
TEXTS = (
    "The agreement on the European Economic Area was signed in August 1992.",
    "O acordo sobre o Espaço Económico Europeu foi assinado em Agosto de 1992.",
    "L'accord sur la zone économique européenne a été signé en août 1992.",
)


def write_small_recurrent(folder: Path, *, seed: int = 0) -> None:
    """Write one file for each of `NAMES`; every weight is drawn, so that nothing is near 0."""
    pieces = Subwords.learn(TEXTS * 3, 130)
    for number, (name, look) in enumerate(NAMES.items()):
        model = Seq2Seq(pieces.size, look=look, embedding=16, hidden=12, seed=seed + number)
        generator = torch.Generator().manual_seed(seed + number)
        with torch.no_grad():
            for weight in model.parameters():
                weight.copy_(0.5 * torch.randn(weight.shape, generator=generator))
        save(model, pieces, name[-5:].replace("_", "-"), folder / f"{name}.safetensors")
