"""The recall task: can a network still say which symbol came first, free and with a gate held?"""

from typing import Any

import numpy as np
import torch

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
from core.models.clamp import Clamp, as_list, holding
from core.pretrained.recallers import load_recaller
from core.progress import Steps

LATCH_STEPS, LATCH_SEQUENCES = 3200, 64


def sequences(distance: int, seed: int, count: int = RECALLS) -> Recall:
    """Return the sequences that are asked: the same for the same seed, which is a whole number from 0 on."""
    if seed < 0:
        raise ValueError(f"a seed is a whole number from 0 on, not {seed}")
    return recall_batch(distance, count, np.random.default_rng((checked(seed), distance)))


@torch.no_grad()
def along(network: Network, hold: Hold | None) -> Steps[Along]:
    """Put the question at every step of the same sequences; yields (steps done, steps). See `Along`."""
    made, model = sequences(STEPS, SEED), load_recaller(*network)
    body: Any = model.body
    clamp = None if hold is None else Clamp(hold.gate, hold.value, None, hold.start, hold.stop)
    clamps = as_list(clamp, body.gates, body.hidden_size)
    answers = torch.as_tensor(made.answers)
    from_input = body.weigh_input(model.one_hot(torch.as_tensor(made.ids)))
    question = body.weigh_input(model.one_hot(torch.full((RECALLS, 1), QUERY)))[:, 0]
    at = min((hold or DEFAULT_HOLD).start, STEPS - 1)
    state, right = body.start(from_input), []
    before = values = {MEMORY[model.kind]: torch.zeros(RECALLS, body.hidden_size)}
    for t in range(STEPS + 1):
        now = holding(clamps, t)
        if t:
            _, asked = body.step(question, state, now)
            right.append(int((model.output(asked["hidden"]).argmax(-1) == answers).sum()))
        last = values
        state, values = body.step(from_input[:, t], state, now)
        if t == at:
            before, here = last, values
        yield t + 1, STEPS + 1
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
