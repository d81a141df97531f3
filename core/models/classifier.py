"""Classifiers of sequences: a recurrent one, which has a belief after each step, and a dense one, which sees all at once."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from core.models.attention import drawn_linear
from core.models.char_lm import FORGET_BIAS, LAYERS_APART, Kind, recurrent_layer
from core.models.fused import fused
from core.models.gru import GRUTrace
from core.models.lstm import LSTM, LSTMTrace
from core.models.rnn import RNNTrace
from core.models.stack import Stack


@dataclass(frozen=True)
class Belief:
    """What a classifier believed while it read one sequence.

    probabilities[t]: of each class after step t. `layers`: what each layer did, from the bottom, arrays (1, time, hidden).
    """

    probabilities: Float[np.ndarray, "time classes"]
    layers: tuple[RNNTrace | LSTMTrace | GRUTrace, ...]


class SequenceClassifier(nn.Module):
    """Recurrent layers over a sequence, and a score for each class from the state after the last step.

    A step is `features` numbers, or one of `vocabulary` ids, each with a vector of `embedding` numbers: exactly one of the
    two is above zero. While training, `dropout` of those vectors' numbers and of the last state's are zero (Srivastava et
    al. 2014). An LSTM starts with forget biases of 1 (Jozefowicz et al. 2015). Raises `ValueError` for both or neither.
    """

    def __init__(
        self,
        kind: Kind,
        classes: int,
        *,
        features: int = 0,
        vocabulary: int = 0,
        embedding: int = 64,
        hidden: tuple[int, ...] | list[int] = (64,),
        dropout: float = 0.0,
        seed: int = 0,
    ) -> None:
        super().__init__()
        if (features > 0) == (vocabulary > 0):
            raise ValueError("a step is either some numbers or one of some ids")
        self.built: dict[str, Any] = {
            "kind": kind, "classes": classes, "features": features, "vocabulary": vocabulary,
            "embedding": embedding, "hidden": list(hidden),
        }  # fmt: skip
        self.kind: Kind = kind
        self.dropout = dropout
        generator = torch.Generator().manual_seed(seed)
        self.embedding = None
        if vocabulary:
            drawn = torch.randn(vocabulary, embedding, generator=generator)
            self.embedding = nn.Embedding(vocabulary, embedding, _weight=drawn)
        sizes = [features or embedding, *hidden]
        layers = [
            recurrent_layer(kind, below, width, seed=seed + LAYERS_APART * number)
            for number, (below, width) in enumerate(zip(sizes, hidden, strict=False))
        ]
        for layer in layers:
            if isinstance(layer, LSTM):
                layer.set_forget_bias(FORGET_BIAS)
        self.body = Stack(layers)
        self.output = nn.Linear(hidden[-1], classes)
        with torch.no_grad():
            self.output.weight.uniform_(-(hidden[-1] ** -0.5), hidden[-1] ** -0.5, generator=generator)
            self.output.bias.zero_()

    def forward(self, x: Tensor, lengths: Int[Tensor, "batch"] | None = None) -> Float[Tensor, "batch classes"]:
        """Return the scores after the last step; with `lengths`, after each sequence's own last one.

        x: (batch, time, features) numbers, or (batch, time) ids. What stands after a sequence's end doesn't matter.
        """
        # z = W h_T + b
        hidden, _ = self.body(self._dropped(self._steps(x)))
        last = hidden[:, -1] if lengths is None else hidden[torch.arange(len(hidden)), lengths - 1]
        scores: Tensor = self.output(self._dropped(last))
        return scores

    def _steps(self, x: Tensor) -> Float[Tensor, "batch time width"]:
        return x if self.embedding is None else self.embedding(x)

    def _dropped(self, values: Tensor) -> Tensor:
        return F.dropout(values, self.dropout, self.training)

    @torch.no_grad()
    def scores(self, x: Tensor) -> Float[Tensor, "batch time classes"]:
        """Return the scores after every step, without dropout and without gradients."""
        hidden, _ = fused(self.body, self._steps(x))
        scores: Tensor = self.output(hidden)
        return scores

    @torch.no_grad()
    def trace(self, x: Tensor) -> Belief:
        """Return what the classifier believes after each step of one sequence, (time, features) or (time,).

        Raises `ValueError` for a sequence without steps.
        """
        if not len(x):
            raise ValueError("there is no step to read")
        traces, _ = self.body.trace_on(self._steps(x[None]))
        hidden = torch.as_tensor(traces[-1].hidden, device=self.output.weight.device)
        return Belief(self.output(hidden)[0].softmax(-1).cpu().numpy(), tuple(traces))


class DenseClassifier(nn.Module):
    """All words of a text side by side are one long input; one hidden layer, and a score for each class.

    It reads `length` ids, each with a vector of `embedding` numbers: a weight belongs to a word's position in the text.
    """

    def __init__(
        self,
        classes: int,
        length: int,
        vocabulary: int,
        *,
        embedding: int = 16,
        hidden: int = 32,
        dropout: float = 0.0,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.built: dict[str, Any] = {
            "classes": classes, "length": length, "vocabulary": vocabulary, "embedding": embedding, "hidden": hidden,
        }  # fmt: skip
        self.length, self.dropout = length, dropout
        generator = torch.Generator().manual_seed(seed)
        drawn = torch.randn(vocabulary, embedding, generator=generator)
        self.embedding = nn.Embedding(vocabulary, embedding, _weight=drawn)
        self.widen = drawn_linear(length * embedding, hidden, generator=generator)
        self.output = drawn_linear(hidden, classes, generator=generator)

    def forward(self, ids: Int[Tensor, "batch length"]) -> Float[Tensor, "batch classes"]:
        """Return the scores; ids: (batch, length), shorter texts filled up."""
        # z = W_2 max(0, W_1 [e_1; e_2; ...] + b_1) + b_2
        words = F.dropout(self.embedding(ids), self.dropout, self.training)
        scores: Tensor = self.output(torch.relu(self.widen(words.flatten(1))))
        return scores
