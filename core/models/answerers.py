"""Six kinds of network that read a sequence of vectors and answer at its last steps: dense, recurrent, with attention.

All are called alike, so that they can be trained on the same questions and compared at equal size.
"""

from typing import Literal, get_args

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.models.attention import drawn_linear, scaled_dot_product
from core.models.transformer import TransformerStack

Architecture = Literal["dense", "rnn", "lstm", "gru", "lstm_attention", "transformer"]
ARCHITECTURES: tuple[Architecture, ...] = get_args(Architecture)
WIDTH, HEADS, BLOCKS = 32, 2, 2  # of the Transformer; the width of its feed-forward networks is its size


class Dense(nn.Module):
    """All steps side by side are one long input of a network with one hidden layer of `size` units."""

    def __init__(self, length: int, features: int, answers: int, outputs: int, size: int, *, seed: int = 0) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.answers = answers
        self.widen = drawn_linear(length * features, size, generator=generator)
        self.output = drawn_linear(size, answers * outputs, generator=generator)

    def forward(self, x: Float[Tensor, "batch time features"]) -> Float[Tensor, "batch answers outputs"]:
        """Return the scores of each answer. Only sequences of the one length fit."""
        # z = W_2 max(0, W_1 [x_1; x_2; ...] + b_1) + b_2
        scores: Tensor = self.output(torch.relu(self.widen(x.flatten(1))))
        return scores.unflatten(1, (self.answers, -1))


class RecurrentAnswerer(nn.Module):
    """One recurrent layer of torch's own, the fastest there is here; each answer is read from the state at its step.

    attends: with each answer goes what attention finds in all earlier states (Luong et al. 2015, eq. 5 and 7-8): without
    it the answer has nothing but the state.
    """

    def __init__(
        self,
        kind: Literal["rnn", "lstm", "gru"],
        features: int,
        answers: int,
        outputs: int,
        size: int,
        *,
        attends: bool = False,
        seed: int = 0,
    ) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.answers = answers
        self.body = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[kind](features, size, batch_first=True)
        with torch.no_grad():
            for name, value in self.body.named_parameters():
                drawn = torch.empty(value.shape, dtype=torch.float64)
                value.copy_(drawn.uniform_(-(size**-0.5), size**-0.5, generator=generator))
                if kind == "lstm" and name == "bias_ih_l0":
                    value[size : 2 * size] = 1.0  # the forget gate starts open (Jozefowicz et al. 2015)
        self.match = drawn_linear(size, size, generator=generator, bias=False) if attends else None
        self.output = drawn_linear(2 * size if attends else size, outputs, generator=generator)

    def forward(self, x: Float[Tensor, "batch time features"]) -> Float[Tensor, "batch answers outputs"]:
        """Return the scores of each answer."""
        hidden, _ = self.body(x)
        asked = hidden[:, -self.answers :]
        if self.match is not None:
            steps = torch.arange(x.shape[1], device=x.device)
            earlier = steps < steps[-self.answers :, None]
            # c = sum_(j < t) softmax_j(s_t^T W h_j) h_j;  z = V [s_t; c] + b
            context, _ = scaled_dot_product(asked, self.match(hidden), hidden, earlier)
            asked = torch.cat([asked, context], -1)
        scores: Tensor = self.output(asked)
        return scores


class TransformerAnswerer(nn.Module):
    """Two causal blocks with rotary positions; each answer is read from the stream at its step. `size`: inner units."""

    def __init__(self, features: int, answers: int, outputs: int, size: int, *, seed: int = 0) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.answers = answers
        self.enter = drawn_linear(features, WIDTH, generator=generator)
        self.stack = TransformerStack(WIDTH, HEADS, BLOCKS, causal=True, rotary=True, inner=size, seed=seed + 1)
        self.output = drawn_linear(WIDTH, outputs, generator=generator)

    def forward(self, x: Float[Tensor, "batch time features"]) -> Float[Tensor, "batch answers outputs"]:
        """Return the scores of each answer."""
        hidden = self.stack(self.enter(x))
        scores: Tensor = self.output(hidden[:, -self.answers :])
        return scores


def build(
    name: Architecture, length: int, features: int, answers: int, outputs: int, size: int, *, seed: int = 0
) -> nn.Module:
    """Return an untrained network: `size` is its hidden units (a Transformer's: inner units of its blocks)."""
    if name == "dense":
        return Dense(length, features, answers, outputs, size, seed=seed)
    if name == "transformer":
        return TransformerAnswerer(features, answers, outputs, size, seed=seed)
    if name == "lstm_attention":
        return RecurrentAnswerer("lstm", features, answers, outputs, size, attends=True, seed=seed)
    return RecurrentAnswerer(name, features, answers, outputs, size, seed=seed)


def size_for(name: Architecture, length: int, features: int, answers: int, outputs: int, parameters: int) -> int:
    """Return the size with which a network has closest to so many parameters, at least 1."""

    def count(size: int) -> int:
        return sum(value.numel() for value in build(name, length, features, answers, outputs, size).parameters())

    low, high = 1, 2
    while count(high) < parameters:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if count(middle) < parameters else (low, middle)
    return min((low, high), key=lambda size: abs(count(size) - parameters))
