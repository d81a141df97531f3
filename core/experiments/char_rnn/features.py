"""What a unit of a model that learned to write may follow, computed from the text alone. No torch."""

import numpy as np
from jaxtyping import Float

from core.experiments.rnn.features import FEATURES as OF_LETTERS
from core.experiments.rnn.features import Feature


def _quoted(text: str) -> Float[np.ndarray, "time"]:
    """Return 1 from an opening quotation mark up to the closing one, over line ends; an empty line closes what was open."""
    found, inside = [], False
    for before, character in zip(f" {text}", text, strict=False):
        inside = not inside if character == '"' else inside and (before, character) != ("\n", "\n")
        found.append(float(inside))
    return np.array(found)


_TAKEN = {feature.name: feature for feature in OF_LETTERS}
FEATURES = (
    _TAKEN["line"],
    _TAKEN["word"],
    _TAKEN["vowel"],
    Feature("quote", "inside quotation marks", _quoted),
)


def measure(text: str) -> Float[np.ndarray, "feature time"]:
    """Return every feature of `FEATURES` after each character of the text."""
    return np.stack([feature.values(text) for feature in FEATURES])
