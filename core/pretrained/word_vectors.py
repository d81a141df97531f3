"""GloVe: one vector a word, the same wherever the word stands (Pennington, Socher and Manning 2014, equation 8)."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Float
from safetensors.numpy import load_file

from core.assets.fetch import Progress, ensure
from core.pretrained.held import held

NAME = "glove-6b-50d"
Found = tuple[tuple[str, float], ...]  # words with their cosine, the nearest first


@dataclass(frozen=True)
class WordVectors:
    """Words, the most frequent first, and the vector of each. Capitals are read as small letters."""

    words: tuple[str, ...]
    vectors: Float[np.ndarray, "words width"]

    def __contains__(self, word: str) -> bool:
        return word.lower() in self.at

    def vector(self, word: str) -> Float[np.ndarray, "width"]:
        """Return a word's vector; raises `KeyError` for a word that has none."""
        found: np.ndarray = self.vectors[self.at[word.lower()]]
        return found

    def neighbours(self, word: str, top: int = 10) -> Found:
        """Return the words with the largest cosine with this one; raises `KeyError` for a word that has no vector."""
        return self._nearest(self.vector(word), (word,), top)

    def analogy(self, a: str, b: str, c: str, top: int = 10) -> Found:
        """Return what is to `c` as `b` is to `a`: man, king, woman gives queen. Raises `KeyError` for an unknown word.

        The words with the largest cosine with b - a + c, each of length 1; the three are left out (Mikolov et al. 2013).
        """
        one, two, three = (self.directions[self.at[word.lower()]] for word in (a, b, c))
        return self._nearest(two - one + three, (a, b, c), top)

    @cached_property
    def at(self) -> dict[str, int]:
        """Return the row of each word."""
        return {word: row for row, word in enumerate(self.words)}

    @cached_property
    def directions(self) -> Float[np.ndarray, "words width"]:
        """Return every vector brought to length 1."""
        lengths = np.linalg.norm(self.vectors, axis=1, keepdims=True)
        return self.vectors / np.maximum(lengths, 1e-9)

    def _nearest(self, vector: Float[np.ndarray, "width"], without: tuple[str, ...], top: int) -> Found:
        cosines = self.directions @ (vector / max(float(np.linalg.norm(vector)), 1e-9))
        left_out = {self.at[word.lower()] for word in without}
        nearest = [
            int(row) for row in np.argsort(-cosines, kind="stable")[: top + len(left_out)] if row not in left_out
        ]
        return tuple((self.words[row], float(cosines[row])) for row in nearest[:top])


def load_word_vectors(progress: Progress | None = None) -> WordVectors:
    """Return the vectors, fetched first if they are not on this machine; raises `core.assets.fetch.AssetError`."""
    return held(load_folder)(ensure(NAME, progress=progress))


def load_folder(folder: Path) -> WordVectors:
    """Return the vectors in a folder that `core.assets.convert.glove` made; raises `OSError` where a file is missing."""
    words = tuple(json.loads((folder / "words.json").read_text("utf-8")))
    return WordVectors(words, load_file(folder / "vectors.safetensors")["vectors"].astype(np.float32))
