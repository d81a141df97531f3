"""A language model on words: the embedding that reads a word is also what scores the next one."""

from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from core.models.char_lm import FORGET_BIAS, Kind, recurrent_layer
from core.models.lstm import LSTM


class WordLM(nn.Module):
    """One recurrent layer between an embedding and the same embedding, turned round (Press and Wolf 2017).

    It reads ids of `vocabulary` words. With `dropout` that share of the numbers of a vector is left out while it trains.
    """

    def __init__(
        self,
        kind: Kind,
        vocabulary: int,
        *,
        embedding: int = 96,
        hidden: int = 180,
        dropout: float = 0.0,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.built: dict[str, Any] = {
            "kind": kind, "vocabulary": vocabulary, "embedding": embedding, "hidden": hidden,
        }  # fmt: skip
        self.dropout = dropout
        generator = torch.Generator().manual_seed(seed)
        drawn = torch.randn(vocabulary, embedding, generator=generator) * embedding**-0.5
        self.embedding = nn.Embedding(vocabulary, embedding, _weight=drawn)
        self.layer = recurrent_layer(kind, embedding, hidden, seed=seed)
        if isinstance(self.layer, LSTM):
            self.layer.set_forget_bias(FORGET_BIAS)
        self.narrow = nn.Linear(hidden, embedding)
        with torch.no_grad():
            self.narrow.weight.uniform_(-(hidden**-0.5), hidden**-0.5, generator=generator)
            self.narrow.bias.zero_()
        self.bias = nn.Parameter(torch.zeros(vocabulary))

    def read(
        self, ids: Int[Tensor, "batch time"], state: Any = None
    ) -> tuple[Float[Tensor, "batch time embedding"], Any]:
        """Return after each word the vector that the embedding is compared with, and the state after the last."""
        # e_t = E x_t;  h_t = layer(e_t, h_(t-1));  v_t = P h_t + b_P
        hidden, state = self.layer(self._dropped(self.embedding(ids)), state)
        return self._dropped(self.narrow(hidden)), state

    def score(self, vectors: Float[Tensor, "*batch embedding"]) -> Float[Tensor, "*batch vocabulary"]:
        """Return the logits of the next word: z = E v + b."""
        return F.linear(vectors, self.embedding.weight, self.bias)

    def forward(self, ids: Int[Tensor, "batch time"], state: Any = None) -> Float[Tensor, "batch time vocabulary"]:
        """Return the logits of the word after each."""
        return self.score(self.read(ids, state)[0])

    @torch.no_grad()
    def after(self, rows: Sequence[Sequence[int]]) -> Float[Tensor, "rows vocabulary"]:
        """Return the logits of the word after each row of ids, all equally long; the state before the first is zero.

        Raises `ValueError` for rows without words.
        """
        if not rows or not len(rows[0]):
            raise ValueError("there is no word to read")
        vectors, _ = self.read(torch.tensor(rows, device=self.bias.device))
        return self.score(vectors[:, -1])

    def _dropped(self, values: Tensor) -> Tensor:
        return F.dropout(values, self.dropout, self.training)
