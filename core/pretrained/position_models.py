"""The four small Transformers that `core.training.lengths` made, one for each way to mark positions."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.assets.own import TRAINED, facts, read
from core.models.saved import load
from core.models.transformer import TransformerLM
from core.pretrained.held import held

UNKNOWN = 0  # the number of every character that is not in the vocabulary
ROWS = 64  # pieces of text that are read at once


@held
def load_position_model(kind: str) -> TransformerLM:
    """Return the model that marks positions in the way `kind`: "learned", "sinusoidal", "rotary" or "none".

    Raises `core.assets.manifest.AssetError` for a damaged file and `FileNotFoundError` for another kind.
    """
    return read(TRAINED / f"positions_{kind}.safetensors", load_path)


def load_path(path: Path) -> TransformerLM:
    """Return the model in a file; raises `TypeError` for one that holds another kind of model."""
    model = load(path)
    if not isinstance(model, TransformerLM):
        raise TypeError(f"{path.name} holds no Transformer")
    return model


def vocabulary(kind: str) -> tuple[str, ...]:
    """Return the characters that the model knows, the first of them with number 1; raises as `core.assets.own.read` does."""
    return tuple(facts(f"positions_{kind}")["vocabulary"])


def encode(text: str, known: Sequence[str]) -> Int[Tensor, "characters"]:
    """Return the number of each character of a text, `UNKNOWN` for those that are not known."""
    numbers = {character: number for number, character in enumerate(known, 1)}
    return torch.tensor([numbers.get(character, UNKNOWN) for character in text])


@torch.inference_mode()
def bits_by_position(
    model: TransformerLM, ids: Int[Tensor, "characters"], length: int
) -> Float[np.ndarray, "positions"]:
    """Return the bits that the model needs for the character after 1, 2, ... `length` others: the mean over all pieces of a text.

    The text is cut into pieces of `length` + 1 characters that overlap by half.
    """
    # -log2 p(x_(t+1) | x_1 ... x_t)
    total, count = torch.zeros(length, dtype=torch.float64), 0
    for rows in ids.unfold(0, length + 1, (length + 1) // 2).split(ROWS):
        losses = cross_entropy(model(rows[:, :-1]).transpose(1, 2), rows[:, 1:], reduction="none")
        total, count = total + losses.double().sum(0), count + len(rows)
    return (total / count / np.log(2)).numpy()
