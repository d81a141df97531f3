"""A recurrent layer with a question at its end: reads symbols, answers with one of several classes."""

from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.models.char_lm import Kind, recurrent_layer
from core.models.clamp import Clamps


class Recaller(nn.Module):
    """One recurrent layer over one-hot symbols, and a score for each class from its last hidden state."""

    def __init__(self, kind: Kind, symbols: int, classes: int, hidden: int, *, seed: int = 0) -> None:
        super().__init__()
        self.kind: Kind = kind
        self.symbols, self.classes, self.hidden = symbols, classes, hidden
        self.built: dict[str, Any] = {"kind": kind, "symbols": symbols, "classes": classes, "hidden": hidden}
        self.body = recurrent_layer(kind, symbols, hidden, seed=seed)
        self.output = nn.Linear(hidden, classes)
        generator = torch.Generator().manual_seed(seed + 1)
        with torch.no_grad():
            self.output.weight.uniform_(-(hidden**-0.5), hidden**-0.5, generator=generator)
            self.output.bias.zero_()

    def one_hot(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time symbols"]:
        """Return each symbol as a vector with a single 1."""
        return nn.functional.one_hot(ids, self.symbols).to(self.output.weight.dtype)

    def forward(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch classes"]:
        """Return the scores of the classes after the last symbol."""
        hidden, _ = self.body(self.one_hot(ids))
        return self.output(hidden[:, -1])

    @torch.no_grad()
    def answer(self, ids: Int[Tensor, "batch time"], clamp: Clamps = None) -> Int[Tensor, "batch"]:
        """Return the class with the highest score, with gates held where `clamp` says so."""
        trace: Any = self.body.trace(self.one_hot(ids), clamp=clamp)
        last = torch.as_tensor(trace.hidden[:, -1], device=self.output.weight.device)
        return self.output(last).argmax(-1)
