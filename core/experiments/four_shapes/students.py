"""One to one: a student in, an answer out."""

from functools import partial

import numpy as np
import torch
from jaxtyping import Float
from safetensors.torch import load_file
from torch import Tensor

from core.assets import own
from core.data.students import FEATURES, load_students
from core.experiments.four_shapes.results import BINS, MOST_HOURS, Classed, Passing, Scores
from core.experiments.intervals import Counted, middle
from core.models.classifier import SequenceClassifier
from core.models.logistic import fit
from core.pretrained.held import held

PENALTY = 0.0


@held
def load_networks() -> tuple[SequenceClassifier, ...]:
    """Return the hundred networks; raises as `core.assets.own.read` does for a broken file."""
    stacked = own.read(own.TRAINED / "students.safetensors", partial(load_file))
    hidden = stacked["output.weight"].shape[-1]
    networks = []
    for number in range(len(stacked["output.bias"])):
        network = SequenceClassifier("gru", 2, features=len(FEATURES), hidden=(hidden,))
        network.load_state_dict({name: rows[number].float() for name, rows in stacked.items()})
        networks.append(network.requires_grad_(False).eval())
    return tuple(networks)


def answers(x: Float[Tensor, "students 1 features"]) -> Float[np.ndarray, "networks students"]:
    """Return each network's probability of passing; x is standardised, one step a student."""
    return np.stack([network(x).softmax(-1)[:, 1].numpy() for network in load_networks()])


def student(gpa: float, quiz: int) -> Passing:
    """Return the probabilities for each number of hours."""
    everyone = load_students()
    rows = np.array([[gpa, quiz, hours] for hours in range(MOST_HOURS + 1)])
    x = torch.as_tensor((rows - everyone.mean) / everyone.spread, dtype=torch.float32)
    found = answers(x[:, None]).astype(np.float64)
    low, high = middle(found)
    plain = fit(everyone.values, everyone.passed, PENALTY).read(rows)
    return Passing(found.mean(0), low, high, plain)


def classed() -> Classed:
    """Return the students by hours of study, and what was right in training."""
    everyone, counts = load_students(), own.facts("students")["metrics"]
    hours = everyone.values[:, list(FEATURES).index("study")]
    passed = [everyone.passed[(hours >= low) & (hours < high + 1)] for low, high in BINS]
    of = partial(Counted, counts["students"])
    return Classed(
        tuple(Counted(len(each), int(each.sum())) for each in passed),
        Scores(
            of(counts["gru"]), (("logistic regression", of(counts["logistic"])), ("always “yes”", of(counts["always"])))
        ),
        of(counts["study_alone"]),
    )
