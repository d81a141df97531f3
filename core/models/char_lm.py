"""A language model on characters: an embedding, recurrent layers, and one score for each character that may come next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.models.clamp import Clamps
from core.models.gru import GRU, GRUTrace
from core.models.lstm import LSTM, LSTMTrace
from core.models.recurrent import Recurrent
from core.models.rnn import RNN, RNNTrace
from core.models.stack import Stack

Kind = Literal["rnn_tanh", "rnn_relu", "lstm", "gru"]
BLOCKS: dict[str, int] = {"rnn_tanh": 1, "rnn_relu": 1, "lstm": 4, "gru": 3}
FORGET_BIAS = 1.0  # of an LSTM when its training starts (Jozefowicz et al. 2015)
UNKNOWN = 0  # the id of every character that is not in the vocabulary
LAYERS_APART = 10_007  # from one layer's seed to the next, so that a model shares no layer with that of the next seed


@dataclass(frozen=True)
class Reading:
    """What a character model computed while it read a text of `time` characters.

    logits[t] scores the character after the t-th; `layers` holds what each layer did at every step, from the bottom,
    each array (1, time, hidden); `state` is what is left at the end, to go on from.
    """

    logits: Float[np.ndarray, "time vocabulary"]
    layers: tuple[RNNTrace | LSTMTrace | GRUTrace, ...]
    state: Any


def recurrent_layer(kind: Kind, input_size: int, hidden_size: int, **options: Any) -> Recurrent:
    """Return one layer of that kind, with the weights that its seed draws."""
    if kind == "lstm":
        return LSTM(input_size, hidden_size, **options)
    if kind == "gru":
        return GRU(input_size, hidden_size, **options)
    return RNN(input_size, hidden_size, nonlinearity="tanh" if kind == "rnn_tanh" else "relu", **options)


def width_for(kind: Kind, parameters: int, input_size: int, output_size: int) -> int:
    """Return the hidden size with which a layer and the output matrix on it have closest to so many parameters."""

    def count(hidden: int) -> int:
        layer = BLOCKS[kind] * hidden * (input_size + hidden + 2)
        return layer + output_size * (hidden + 1)

    return min(range(1, 4096), key=lambda hidden: abs(count(hidden) - parameters))


class CharLM(nn.Module):
    """Reads characters one by one and scores the next one at every step (Graves 2013, section 3).

    `vocabulary` lists the characters; id 0 stands for every character that is not among them.
    """

    def __init__(
        self,
        kind: Kind,
        vocabulary: Sequence[str],
        *,
        embedding: int = 64,
        hidden: Sequence[int] = (220,),
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.kind: Kind = kind
        self.vocabulary = tuple(vocabulary)
        self.built: dict[str, Any] = {
            "kind": kind, "vocabulary": self.vocabulary, "embedding": embedding, "hidden": list(hidden),
        }  # fmt: skip
        self._ids = {character: i + 1 for i, character in enumerate(self.vocabulary)}
        size = len(self.vocabulary) + 1
        generator = torch.Generator().manual_seed(seed)
        self.embedding = nn.Embedding(size, embedding, _weight=torch.randn(size, embedding, generator=generator))
        sizes = [embedding, *hidden]
        self.body = Stack(
            [
                recurrent_layer(kind, below, width, seed=seed + LAYERS_APART * number)
                for number, (below, width) in enumerate(zip(sizes, hidden, strict=False))
            ]
        )
        reach = hidden[-1] ** -0.5
        self.output = nn.Linear(hidden[-1], size)
        with torch.no_grad():
            self.output.weight.uniform_(-reach, reach, generator=generator)
            self.output.bias.zero_()

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text's characters; 0 for one that the model does not know."""
        return [self._ids.get(character, UNKNOWN) for character in text]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of these ids, with U+FFFD for the unknown character."""
        return "".join("\ufffd" if i == UNKNOWN else self.vocabulary[i - 1] for i in ids)

    def forward(
        self, ids: Int[Tensor, "batch time"], states: Sequence[Any] | None = None
    ) -> tuple[Float[Tensor, "batch time vocabulary"], list[Any]]:
        """Return scores for the character after each, and the states after the last."""
        # e_t = E[x_t];  h_t = layers(e_t, h_(t-1));  z_t = W h_t + b
        hidden, last = self.body(self.embedding(ids), states)
        return self.output(hidden), last

    @torch.no_grad()
    def read(self, ids: Sequence[int], state: Any = None, clamp: Mapping[int, Clamps] | None = None) -> Reading:
        """Read a text from `state` on (the beginning when None); `clamp` holds gates, by layer from the bottom.

        Raises `ValueError` for a text without characters, and for gates, units and layers that are not there.
        """
        if not ids:
            raise ValueError("there is no character to read")
        x = self.embedding(torch.tensor([list(ids)], device=self.output.weight.device))
        traces, states = self.body.trace_on(x, state, clamp)
        logits = self.output(torch.as_tensor(traces[-1].hidden, device=x.device))[0]
        return Reading(logits.float().cpu().numpy(), tuple(traces), states)
