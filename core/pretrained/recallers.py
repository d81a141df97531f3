"""The small models that were trained here on the recall task: three kinds of equal size, three seeds each.

Trained in two ways. `KINDS` and `BIAS_0` saw all distances from 2 to 200 at once. Others saw one distance alone: of most
of them only the results are kept (`alone_facts`), `AT_40` is one of them that can be loaded.
"""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int

from core.assets.own import TRAINED, facts, read
from core.pretrained.held import held

if TYPE_CHECKING:
    from core.models.recaller import Recaller

KINDS = ("rnn_tanh", "lstm", "gru")  # of equal size: see core.training.recipes.recall
BIAS_0 = "lstm_bias_0"  # an LSTM that started with its forget gate's bias at 0; the others' start at 1
AT_40 = "lstm_at_40"  # an LSTM trained at a distance of 40 alone, from a forget bias of 3: its memory is in its cells
SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class RecallFacts:
    """What was written down when one of them was made.

    accuracy[i] is the share of 400 fresh sequences answered rightly at distances[i]; on_the_way[i] the same at a distance
    of 40 after steps[i] steps of training.
    """

    name: str
    seed: int
    hidden: int
    parameters: int
    forget_bias: float
    distances: Int[np.ndarray, "distances"]
    accuracy: Float[np.ndarray, "distances"]
    steps: Int[np.ndarray, "reports"]
    on_the_way: Float[np.ndarray, "reports"]


@dataclass(frozen=True)
class Alone:
    """How a fresh model did that was trained on one distance alone: share of right answers, and the steps it took."""

    distance: int
    accuracy: float
    steps: int


@cache  # as many small tables as there are models
def recall_facts(name: str, seed: int) -> RecallFacts:
    """Return what is known of a model: one of `KINDS`, `BIAS_0` or `AT_40`, with one of `SEEDS`. Needs no torch.

    Raises `KeyError` for a name or a seed that there is not, and as `core.assets.own.read` does for a broken file.
    """
    content = facts(_stem(name, seed))
    measured = sorted((int(distance), share) for distance, share in content["metrics"]["accuracy"].items())
    curve = content["accuracy_at_40_while_training"]
    return RecallFacts(
        name=name,
        seed=seed,
        hidden=content["hidden"],
        parameters=content["parameters"],
        forget_bias=float(content["forget_bias"]),
        distances=np.array([distance for distance, _ in measured]),
        accuracy=np.array([share for _, share in measured], dtype=float),
        steps=np.array([step for step, _ in curve]),
        on_the_way=np.array([share for _, share in curve], dtype=float),
    )


@cache
def alone_facts(seed: int) -> dict[str, tuple[Alone, ...]]:
    """Return how models did that were trained on one distance alone, by variant ("lstm, forget bias 1", ...).

    A variant that failed (under 50 %) at two distances in a row was not tried at longer ones. Raises as `recall_facts`.
    """
    if seed not in SEEDS:
        raise KeyError(seed)
    rows = facts(f"recall_by_distance_{seed}")["metrics"]
    return {
        name: tuple(Alone(int(row["distance"]), float(row["accuracy"]), int(row["steps"])) for row in found)
        for name, found in rows.items()
    }


@held
def load_recaller(name: str, seed: int = 0) -> "Recaller":
    """Return the model; raises as `recall_facts` does, and `TypeError` for a file that holds another kind of model."""
    from core.models.recaller import Recaller
    from core.models.saved import load

    model = read(TRAINED / f"{_stem(name, seed)}.safetensors", load)
    if not isinstance(model, Recaller):
        raise TypeError(f"{_stem(name, seed)}.safetensors holds no model for the recall task")
    return model


def _stem(name: str, seed: int) -> str:
    if name not in (*KINDS, BIAS_0, AT_40) or seed not in SEEDS:
        raise KeyError((name, seed))
    return f"recall_{name}_{seed}"
