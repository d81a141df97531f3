"""The recall task: can a network still say which symbol came first, free and with a gate held?"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.data.recall import QUERY, Recall, recall_batch
from core.experiments.lstm_gates.results import (
    DEFAULT_HOLD,
    GATES,
    MEMORY,
    RECALLS,
    SEED,
    STEPS,
    Along,
    Hold,
    Latch,
    Network,
    Sum,
)
from core.generation.seeds import checked
from core.models.clamp import Clamp, as_list, free, holding
from core.models.clamp import Hold as HoldGate
from core.pretrained.recallers import load_recaller
from core.progress import Steps

LATCH_STEPS, LATCH_SEQUENCES = 3200, 64


def sequences(distance: int, seed: int, count: int = RECALLS) -> Recall:
    """Return the sequences that are asked: the same for the same seed, which is a whole number from 0 on."""
    if seed < 0:
        raise ValueError(f"a seed is a whole number from 0 on, not {seed}")
    return recall_batch(distance, count, np.random.default_rng((checked(seed), distance)))


@dataclass(frozen=True)
class _Moment:
    """What is left after a step: the state, what the step computed, and how many answered right before each step so far."""

    state: Any
    values: Mapping[str, Tensor]
    right: tuple[int, ...]


class _Asked:
    """The sequences, read by one network, with the question put before every step but the first."""

    def __init__(self, network: Network) -> None:
        made = sequences(STEPS, SEED)
        self.model = load_recaller(*network)
        self.body: Any = self.model.body
        self.answers = torch.as_tensor(made.answers)
        self.from_input = self.body.weigh_input(self.model.one_hot(torch.as_tensor(made.ids)))
        self.question = self.body.weigh_input(self.model.one_hot(torch.full((RECALLS, 1), QUERY)))[:, 0]

    def start(self) -> _Moment:
        """Return what there is before the first step."""
        memory = torch.zeros(RECALLS, self.body.hidden_size)
        return _Moment(self.body.start(self.from_input), {MEMORY[self.model.kind]: memory}, ())

    def step(self, t: int, last: _Moment, hold: HoldGate = free) -> _Moment:
        """Put the question, and read step `t`."""
        right = last.right
        if t:
            _, asked = self.body.step(self.question, last.state, hold)
            right = (*right, int((self.model.output(asked["hidden"]).argmax(-1) == self.answers).sum()))
        state, values = self.body.step(self.from_input[:, t], last.state, hold)
        return _Moment(state, values, right)


@lru_cache(maxsize=8)  # what a reader changes comes later in most cases, and this part is the same for every value
@torch.no_grad()
def _before(network: Network, stop: int) -> _Moment:
    """Return what is left of the steps before `stop` while nothing is held."""
    asked = _Asked(network)
    moment = asked.start()
    for t in range(stop):
        moment = asked.step(t, moment)
    return moment


@torch.no_grad()
def along(network: Network, hold: Hold | None) -> Steps[Along]:
    """Put the question at every step of the same sequences; yields (steps done, steps). See `Along`."""
    asked = _Asked(network)
    clamp = None if hold is None else Clamp(hold.gate, hold.value, None, hold.start, hold.stop)
    clamps = as_list(clamp, asked.body.gates, asked.body.hidden_size)
    at = min((hold or DEFAULT_HOLD).start, STEPS - 1)
    moment = _before(network, at)
    before, here = moment.values, moment.values
    for t in range(at, STEPS + 1):
        moment = asked.step(t, moment, holding(clamps, t))
        if t == at:
            here = moment.values
        yield t + 1, STEPS + 1
    model, right = asked.model, moment.right
    held = before if at else here
    unit = int(held[MEMORY[model.kind]].abs().mean(0).argmax())
    step = Sum(
        kind="gru" if model.kind == "gru" else "lstm",
        before=float(before[MEMORY[model.kind]][0, unit]),
        gates={gate: float(here[gate][0, unit]) for gate in GATES[model.kind]},
        candidate=float(here["candidate"][0, unit]),
        memory=float(here[MEMORY[model.kind]][0, unit]),
        hidden=float(here["hidden"][0, unit]),
    )
    return Along(hold, RECALLS, np.array(right), at, unit, step)


@torch.no_grad()
def latch(network: Network, steps: int = LATCH_STEPS, count: int = LATCH_SEQUENCES) -> Latch:
    """Compare the states after `steps` steps of sequences that began with the same symbol, and with different ones."""
    made, model = sequences(steps, SEED, count), load_recaller(*network)
    hidden, _ = model.body(model.one_hot(torch.as_tensor(made.ids[:, :-1])))
    last = hidden[:, -1].double().numpy()
    apart = np.linalg.norm(last[:, None] - last[None], axis=-1)
    same = made.answers[:, None] == made.answers[None]
    pairs = ~np.eye(count, dtype=bool)
    return Latch(steps, count, float(apart[same & pairs].mean()), float(apart[~same].mean()))
