"""A dense network and an LSTM of equal size, trained on the first words of film reviews: good or bad?

`core.training.moved` made them. Both read `LENGTH` words at most; a text that is shorter is filled up at its end.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.assets.own import TRAINED, facts, read
from core.models.classifier import DenseClassifier, SequenceClassifier
from core.models.saved import load
from core.pretrained.held import held

Reader = Literal["dense", "lstm"]
LENGTH = 20
NOTHING, UNKNOWN = 0, 1  # the ids of what fills a text up, and of every word that is not known


@held
def load_reader(kind: Reader) -> DenseClassifier | SequenceClassifier:
    """Return one of the two; raises `core.assets.manifest.AssetError` for a damaged file."""
    return read(TRAINED / f"moved_{kind}.safetensors", load_path)


def load_path(path: Path) -> DenseClassifier | SequenceClassifier:
    """Return the model in a file; raises `TypeError` for one that holds another kind of model."""
    model = load(path)
    if not isinstance(model, DenseClassifier | SequenceClassifier):
        raise TypeError(f"{path.name} holds no classifier")
    return model


def vocabulary() -> dict[str, int]:
    """Return the words that both know, each with its id."""
    return numbered(facts("moved_dense")["vocabulary"])


def numbered(words: Sequence[str]) -> dict[str, int]:
    """Return each word with its id, the first one with 2."""
    return {word: number for number, word in enumerate(words, 2)}


def encode(words: Sequence[str], ids: Mapping[str, int], before: int = 0) -> Int[Tensor, "length"]:
    """Return the ids of a text that begins after `before` steps without a word; what is beyond `LENGTH` is left out."""
    row = [NOTHING] * before + [ids.get(word, UNKNOWN) for word in words]
    return torch.tensor((row + [NOTHING] * LENGTH)[:LENGTH])


@torch.inference_mode()
def positive(model: nn.Module, rows: Int[Tensor, "texts length"]) -> Float[np.ndarray, "texts"]:
    """Return the probability of "good" for each text."""
    found: np.ndarray = model(rows).softmax(-1)[:, 1].numpy()
    return found
