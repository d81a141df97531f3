"""The four models of the lesson on sentiment, trained here on film snippets: a bag of words, an RNN, an LSTM and a GRU.

All read the same words. The bag adds up a weight for each, in whatever order; the others read them one after another.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from safetensors.numpy import load_file

from core.assets.own import TRAINED, read
from core.pretrained.held import held

if TYPE_CHECKING:
    from core.models.classifier import SequenceClassifier

BAG, KINDS = "bag", ("rnn_tanh", "lstm", "gru")
EVERY = (BAG, *KINDS)
TOGETHER = 128  # sequences that are read at once


def numbered(vocabulary: Sequence[str]) -> dict[str, int]:
    """Return the number of each word, from 1."""
    return {word: number for number, word in enumerate(vocabulary, 1)}


def encode(words: Sequence[str], numbers: Mapping[str, int]) -> list[int]:
    """Return the number of each word, 0 for one that has none."""
    return [numbers.get(word, 0) for word in words]


@dataclass(frozen=True)
class Readers:
    """The four models. `weights` and `bias` are the bag's, a weight for each word of the vocabulary."""

    vocabulary: tuple[str, ...]
    weights: Float[np.ndarray, "words"]
    bias: float
    recurrent: Mapping[str, "SequenceClassifier"]

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Return the number of each word, from 1."""
        return numbered(self.vocabulary)

    def encode(self, words: Sequence[str]) -> list[int]:
        """Return the number of each word, 0 for one that is not known."""
        return encode(words, self.numbers)

    def weight(self, words: Sequence[str]) -> Float[np.ndarray, "words"]:
        """Return the bag's weight of each word, 0 for one that is not known."""
        return np.array([self.weights[number - 1] if number else 0.0 for number in self.encode(words)])

    def beliefs(self, kind: str, words: Sequence[str]) -> Float[np.ndarray, "time"]:
        """Return the probability of "positive" after each word; raises `ValueError` for no words."""
        if not words:
            raise ValueError("there is no word to read")
        if kind == BAG:
            # p_t = 1 / (1 + e^-(b + w_1 + ... + w_t))
            return np.asarray(1 / (1 + np.exp(-(self.bias + np.cumsum(self.weight(words))))))
        import torch

        found: np.ndarray = self.recurrent[kind].trace(torch.tensor(self.encode(words))).probabilities[:, 1]
        return found.astype(np.float64)

    def read(self, kind: str, texts: Sequence[Sequence[str]]) -> Float[np.ndarray, "texts"]:
        """Return the probability of "positive" after the last word of each text, which has at least one."""
        if kind == BAG:
            scores = np.array([self.bias + self.weight(words).sum() for words in texts])
            return np.asarray(1 / (1 + np.exp(-scores)))
        import torch
        from torch.nn.utils.rnn import pad_sequence

        found = np.zeros(len(texts))
        order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
        for begin in range(0, len(order), TOGETHER):
            chosen = order[begin : begin + TOGETHER]
            lengths = torch.tensor([len(texts[number]) for number in chosen])
            ids = pad_sequence([torch.tensor(self.encode(texts[number])) for number in chosen], batch_first=True)
            with torch.no_grad():
                found[chosen] = self.recurrent[kind](ids, lengths).softmax(-1)[:, 1].double().numpy()
        return found


@held
def load_readers() -> Readers:
    """Return the four models; raises as `core.assets.own.read` does for a broken file."""
    return load_folder(TRAINED)


@held
def load_tweet_readers() -> Readers:
    """Return the two models that were trained on tweets, a bag of words and a GRU; raises as `load_readers` does."""
    return load_folder(TRAINED, ("gru",), about="tweets")


def load_folder(folder: Path, kinds: Sequence[str] = KINDS, *, about: str = "sentiment") -> Readers:
    """Return the bag and the recurrent models of these kinds from a folder that `core.training.sentiment` filled.

    about: "sentiment" (film snippets) or "tweets", what they were trained on.

    Raises as `load_readers` does, and `TypeError` for a file that holds another kind of model.
    """
    from core.models.classifier import SequenceClassifier
    from core.models.saved import load

    bag = read(folder / f"{about}_{BAG}.safetensors", load_file)
    facts = read(folder / f"{about}_{BAG}.json", lambda path: json.loads(path.read_text("utf-8")))
    recurrent: dict[str, SequenceClassifier] = {}
    for kind in kinds:
        model = read(folder / f"{about}_{kind}.safetensors", load)
        if not isinstance(model, SequenceClassifier):
            raise TypeError(f"{about}_{kind}.safetensors holds no classifier")
        recurrent[kind] = model
    weights = bag["weights"].astype(np.float64)
    return Readers(tuple(facts["vocabulary"]), weights, float(bag["bias"][0]), recurrent)
