"""The character models that lessons look into, by name: four that were trained here on the same prose, and a public one."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from core.assets.own import TRAINED, read
from core.models.char_lm import CharLM, Reading
from core.models.clamp import Clamps
from core.models.saved import load
from core.pretrained.held import held

OURS = ("lstm", "gru", "rnn_tanh", "rnn_relu")  # of equal size: see core.training.recipes.char
PUBLIC = "textgenrnn"


@runtime_checkable
class CharacterModel(Protocol):
    """What every character model can do; `CharLM` explains each."""

    vocabulary: tuple[str, ...]

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text's characters; 0 for one that the model does not know."""

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of these ids."""

    def read(self, ids: Sequence[int], state: Any = None, clamp: Mapping[int, Clamps] | None = None) -> Reading:
        """Read a text and keep what every layer did at every step."""


@held
def load_character_model(name: str) -> CharacterModel:
    """Return the model of that name: one of `OURS`, at once, or the `PUBLIC` one, whose files are fetched at first use.

    Raises `KeyError` for another name, `AssetError` where the public one can't be had, and as `core.assets.own.read` does
    for a broken file of ours.
    """
    if name == PUBLIC:
        from core.pretrained.characters.textgenrnn import load_textgenrnn

        return load_textgenrnn()
    if name not in OURS:
        raise KeyError(name)
    model = read(TRAINED / f"char_{name}.safetensors", load)
    if not isinstance(model, CharLM):
        raise TypeError(f"char_{name}.safetensors holds no character model")
    return model
