"""The writer of captions, trained here on 2,000 emoji and their names: a picture in, words out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import UInt8

from core.assets.own import TRAINED, read
from core.data.emoji import LANGUAGES, Language
from core.pretrained.held import held

if TYPE_CHECKING:
    from torch import Tensor

    from core.models.captioner import Captioner, Written

MARKS = ("<pad>", "<end>", "<en>", "<fr>")  # the first ids; the last two begin a name, in the order of `LANGUAGES`
MOST = 16  # words of a name
TOGETHER = 256  # pictures at once


def as_input(pictures: UInt8[np.ndarray, "pictures side side 3"]) -> "Tensor":
    """Return pictures as the model takes them: (pictures, 3, side, side), from 0 to 1."""
    import torch

    return torch.from_numpy(np.ascontiguousarray(pictures.transpose(0, 3, 1, 2))).float() / 255


@dataclass(frozen=True)
class Captions:
    """The model and the words that it can write."""

    model: "Captioner"
    vocabulary: tuple[str, ...]

    def names(self, pictures: UInt8[np.ndarray, "pictures side side 3"], language: Language) -> list[tuple[str, ...]]:
        """Return the name of each picture, the likeliest word at each step."""
        found: list[tuple[str, ...]] = []
        for begin in range(0, len(pictures), TOGETHER):
            ids = self.model.greedy(as_input(pictures[begin : begin + TOGETHER]), self.begin(language), MOST)
            found += [self.words(row) for row in ids.tolist()]
        return found

    def trace(self, picture: UInt8[np.ndarray, "side side 3"], language: Language) -> "Written":
        """Return how one picture's name comes about."""
        return self.model.trace(as_input(picture[None])[0], self.begin(language), MOST)

    def begin(self, language: Language) -> int:
        """Return the id that begins a name in a language."""
        return 2 + LANGUAGES.index(language)

    def words(self, ids: Sequence[int]) -> tuple[str, ...]:
        """Return the words of ids, up to the end."""
        words = [self.vocabulary[number] for number in ids]
        return tuple(words[: words.index(MARKS[1])] if MARKS[1] in words else words)


@held
def load_captions() -> Captions:
    """Return the trained model; raises as `core.assets.own.read` does for a broken file."""
    return load_folder(TRAINED)


def load_folder(folder: Path) -> Captions:
    """Return the model of a folder that `core.training.captions` filled.

    Raises as `load_captions` does, and `TypeError` for a file that holds another kind of model.
    """
    from core.models.captioner import Captioner
    from core.models.saved import load

    model = read(folder / "captions.safetensors", load)
    if not isinstance(model, Captioner):
        raise TypeError("captions.safetensors holds no writer of captions")
    facts = read(folder / "captions.json", lambda path: json.loads(path.read_text("utf-8")))
    return Captions(model, tuple(facts["vocabulary"]))
