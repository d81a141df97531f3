"""A long text read in lanes side by side, piece after piece: the state goes on, its gradient ends (truncated BPTT)."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy

Run = Callable[[Tensor, Any], tuple[Tensor, Any]]  # a model: ids (lanes, time) and states in, scores and states out


class Lanes:
    """A text cut into `count` lanes, and what a model kept of each up to where it is (Williams and Peng 1990).

    Each round begins elsewhere in the text; in each piece `fresh` of the lanes start anew, so that the model knows what a
    beginning is.
    """

    def __init__(self, ids: Int[Tensor, "text"], count: int, *, window: int, fresh: float, seed: int) -> None:
        self.window, self.fresh = window, fresh
        self.length = len(ids) // count
        self._text = ids[: self.length * count].view(count, self.length)
        self._rng = np.random.default_rng(seed)
        self._states: Any = None

    def loss(self, step: int, run: Run) -> Float[Tensor, ""]:
        """Return the loss of step 1, 2, ... on the next piece of each lane, in nats a character."""
        start = (step - 1) % max(1, (self.length - 1) // self.window) * self.window
        if start == 0:  # a new round through the text: the lanes begin elsewhere
            self._round = self._text.roll(int(self._rng.integers(self.length)), 1)
            self._states = None
        piece = self._round[:, start : start + self.window + 1].long()
        keep = torch.as_tensor(self._rng.random((len(piece), 1)) > self.fresh, device=piece.device)
        scores, states = run(piece[:, :-1], carried(self._states, lambda state: state * keep))
        self._states = carried(states, lambda state: state.detach())
        return cross_entropy(scores.flatten(0, 1), piece[:, 1:].flatten())


def carried(states: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """Return the states of all layers with each tensor changed; None for a model that has none."""
    if states is None:
        return None
    if isinstance(states, list | tuple):
        return type(states)(carried(state, change) for state in states)
    return change(states)


def log_frequencies(ids: Int[Tensor, "text"], symbols: int) -> Float[Tensor, "symbols"]:
    """Return the log of how often each symbol stands in a text, one added to each count: an output bias to start with."""
    counts = torch.bincount(ids, minlength=symbols) + 1
    return (counts / counts.sum()).log()
