"""What says whether a student will pass, in the lesson on four shapes: `python -m core.training.students [--seed N]`.

A hundred GRUs of one step, each trained on as many students drawn anew from all of them (the bootstrap, Efron 1979): how far
they are apart is how unsure the answer is. Written as students.safetensors, in which every parameter has a hundred rows.
What a GRU and a logistic regression get right of students that they were not trained on stands in students.json.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.assets.own import TRAINED, seal
from core.data.students import FEATURES, Students, load_students
from core.models.classifier import SequenceClassifier
from core.models.logistic import held_out
from core.models.saved import half
from core.training import facts
from core.training.loop import train

DRAWS, FOLDS, STEPS, RATE, HIDDEN = 100, 10, 150, 0.01, 8


def learn(
    values: Float[np.ndarray, "students features"], passed: Bool[np.ndarray, "students"], seed: int
) -> SequenceClassifier:
    """Train a GRU that reads one step, a student's standardised values, on all of these students at once."""
    model = SequenceClassifier("gru", 2, features=values.shape[1], hidden=(HIDDEN,), seed=seed)
    x, labels = one_step(values), torch.as_tensor(passed.astype(np.int64))

    def loss(step: int) -> Tensor:
        return cross_entropy(model(x), labels)

    for _ in train(model, loss, steps=STEPS, rate=RATE, warm_up=10, every=STEPS):
        pass
    return model.eval()


def one_step(values: Float[np.ndarray, "students features"]) -> Float[Tensor, "students 1 features"]:
    """Return each student as a sequence of one step."""
    return torch.as_tensor(values, dtype=torch.float32)[:, None]


def folds_of(students: Students, seed: int) -> Int[np.ndarray, "students"]:
    """Return which of ten parts each student is in."""
    return np.random.default_rng(seed).permutation(len(students.passed)) % FOLDS


def right(students: Students, seed: int) -> dict[str, int]:
    """Return how many students each model gets right when it was trained on the nine other parts."""
    x, parts = (students.values - students.mean) / students.spread, folds_of(students, seed)
    gru = 0
    for part in range(FOLDS):
        out = parts == part
        model = learn(x[~out], students.passed[~out], seed)
        says = model(one_step(x[out])).argmax(-1).numpy() == 1
        gru += int((says == students.passed[out]).sum())
    plain = int(held_out(students.values, students.passed, parts, FOLDS, 0.0).sum())
    most = int(max(students.passed.sum(), (~students.passed).sum()))
    hours = students.values[:, [list(FEATURES).index("study")]]
    study = int(held_out(hours, students.passed, parts, FOLDS, 0.0).sum())
    return {"students": len(students.passed), "gru": gru, "logistic": plain, "always": most, "study_alone": study}


def make(seed: int = 0, *, draws: int = DRAWS, folder: Path = TRAINED) -> Path:
    """Train, write, and return the JSON file beside the weights."""
    began = time.perf_counter()
    students = load_students()
    x, rng = (students.values - students.mean) / students.spread, np.random.default_rng(seed)
    models = []
    for number in range(draws):
        chosen = rng.integers(0, len(x), len(x))
        models.append(learn(x[chosen], students.passed[chosen], seed + number))
    path = folder / "students.safetensors"
    names = models[0].state_dict()
    save_file({name: half(torch.stack([m.state_dict()[name] for m in models])) for name in names}, path)
    return facts.write(
        path,
        f"students --seed {seed}",
        "asset econmath: 856 students",
        time.perf_counter() - began,
        steps=STEPS,
        draws=draws,
        parameters=sum(p.numel() for p in models[0].parameters()),
        metrics=right(students, seed),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=TRAINED)
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    print(make(wanted.seed, folder=wanted.folder).read_text("utf-8"))
    seal(wanted.folder)
