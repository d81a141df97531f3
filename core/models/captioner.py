"""A picture in, words out: convolutions look at the picture once, a GRU writes its name word by word (Vinyals et al. 2015)."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from core.models.attention import drawn_linear
from core.models.gru import GRU

PAD, END = 0, 1  # ids; those after them up to `first_word` begin a name, one a language
CHANNELS = (48, 96, 160, 160)  # after each convolution; each halves the side of the picture


@dataclass(frozen=True)
class Written:
    """A name as it came about: the id that was written at each step, the probability of each word there, and the states.

    states[0] is what the picture left, states[t + 1] the state after step t.
    """

    ids: tuple[int, ...]
    probabilities: Float[np.ndarray, "time vocabulary"]
    states: Float[np.ndarray, "steps hidden"]


class Captioner(nn.Module):
    """The picture gives the GRU its first state and is never seen again; each word that is written is the next input.

    vocabulary: words, `PAD`, `END` and one beginning for each language. side: of a picture, pixels. While training,
    `dropout` of the numbers that the convolutions leave, of the words' vectors and of the states are zero.
    """

    def __init__(
        self,
        vocabulary: int,
        *,
        side: int = 32,
        embedding: int = 80,
        hidden: int = 256,
        dropout: float = 0.0,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.built: dict[str, Any] = {"vocabulary": vocabulary, "side": side, "embedding": embedding, "hidden": hidden}
        self.dropout = dropout
        generator = torch.Generator().manual_seed(seed)
        sizes = (3, *CHANNELS)
        layers = [
            nn.Conv2d(below, above, 3, stride=2, padding=1, bias=False)
            for below, above in zip(sizes, CHANNELS, strict=False)
        ]
        with torch.no_grad():
            for layer in layers:
                layer.weight.normal_(0, (2 / (9 * layer.in_channels)) ** 0.5, generator=generator)  # He et al. 2015
        self.convolutions = nn.ModuleList(layers)
        self.norms = nn.ModuleList(nn.BatchNorm2d(channels) for channels in CHANNELS)
        left = CHANNELS[-1] * math.ceil(side / 2 ** len(CHANNELS)) ** 2
        self.first = drawn_linear(left, hidden, generator=generator)
        drawn = torch.randn(vocabulary, embedding, generator=generator) * embedding**-0.5
        self.embedding = nn.Embedding(vocabulary, embedding, _weight=drawn)
        self.body = GRU(embedding, hidden, seed=seed + 1)
        self.readout = drawn_linear(hidden, embedding, generator=generator)
        self.bias = nn.Parameter(torch.zeros(vocabulary))

    def see(self, pictures: Float[Tensor, "batch 3 side side"]) -> Float[Tensor, "batch hidden"]:
        """Return the state that each picture leaves: all that the writer learns of it. Pixels are from 0 (black) to 1."""
        x = 1 - pictures
        for layer, norm in zip(self.convolutions, self.norms, strict=True):
            # x <- max(0, norm(W * x)) at every second pixel; norm: less each channel's mean in training, over its spread
            # there, then scaled and shifted (Ioffe and Szegedy 2015)
            x = torch.relu(norm(layer(x)))
        # h_0 = tanh(W x + b)
        return torch.tanh(self.first(self._dropped(x.flatten(1))))

    def forward(
        self, pictures: Float[Tensor, "batch 3 side side"], ids: Int[Tensor, "batch time"]
    ) -> Float[Tensor, "batch time vocabulary"]:
        """Return the scores of the word after each one of `ids`, which begin with a language's beginning."""
        return self.write(self.see(pictures), ids)

    def write(
        self,
        states: Float[Tensor, "batch hidden"],
        ids: Int[Tensor, "batch time"],
        asked: Bool[Tensor, "batch time"] | None = None,
    ) -> Float[Tensor, "*places vocabulary"]:
        """Return the same, from what `see` returned; with `asked`, only where it is True, one place after another."""
        hidden, _ = self.body(self._dropped(self.embedding(ids)), states)
        return self._scores(self._dropped(hidden if asked is None else hidden[asked]))

    def _scores(self, hidden: Float[Tensor, "*batch hidden"]) -> Float[Tensor, "*batch vocabulary"]:
        # z = E (W h + b) + c: the words' own vectors judge the state (Press and Wolf 2017)
        return F.linear(self.readout(hidden), self.embedding.weight, self.bias)

    def _dropped(self, values: Tensor) -> Tensor:
        return F.dropout(values, self.dropout, self.training)

    @torch.no_grad()
    def greedy(self, pictures: Float[Tensor, "batch 3 side side"], begin: int, most: int) -> Int[Tensor, "batch time"]:
        """Return the likeliest word at each step, at most `most`; after `END` stands `PAD`."""
        state = self.see(pictures)
        word = torch.full((len(pictures),), begin)
        over = torch.zeros(len(pictures), dtype=torch.bool)
        found = []
        for _ in range(most):
            hidden, state = self.body(self.embedding(word)[:, None], state)
            word = self._scores(hidden[:, 0]).argmax(-1).masked_fill(over, PAD)
            over = over | (word == END)
            found.append(word)
            if bool(over.all()):
                break
        return torch.stack(found, 1)

    @torch.no_grad()
    def trace(self, picture: Float[Tensor, "3 side side"], begin: int, most: int) -> Written:
        """Return how one picture's name comes about, the likeliest word at each step until `END` or `most` words."""
        state = self.see(picture[None])
        word, probabilities, states = begin, [], [state]
        ids: list[int] = []
        while len(ids) < most and (not ids or ids[-1] != END):
            hidden, state = self.body(self.embedding(torch.tensor([[word]])), state)
            p = self._scores(hidden[0, 0]).softmax(-1)
            word = int(p.argmax())
            ids.append(word)
            probabilities.append(p)
            states.append(state)
        return Written(tuple(ids), torch.stack(probabilities).numpy(), torch.cat(states).numpy())
