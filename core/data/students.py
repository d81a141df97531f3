"""Students of one course in economics, what is known of them before, and whether they passed (Wooldridge's `econmath`)."""

import bz2
import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float

from core.assets.fetch import ensure

NAME = "econmath"
PASSED = 70.0  # per cent of the course's points, from which on we call it passed: the data hold the points alone
FEATURES = {"colgpa": "grade average", "mathscr": "maths quiz", "study": "hours of study"}


@dataclass(frozen=True)
class Students:
    """One row a student: `values` are those of `FEATURES`, in points of 4, points of 10 and hours a week."""

    values: Float[np.ndarray, "students features"]
    passed: Bool[np.ndarray, "students"]

    @property
    def mean(self) -> Float[np.ndarray, "features"]:
        """Return each value's mean."""
        return np.asarray(self.values.mean(0))

    @property
    def spread(self) -> Float[np.ndarray, "features"]:
        """Return each value's standard deviation."""
        return np.asarray(self.values.std(0))


def load_students(file: Path | None = None) -> Students:
    """Return the 856 students.

    `file` is the asset "econmath", fetched when None. Raises `core.assets.fetch.AssetError` where it can't be had.
    """
    with bz2.open(file or ensure(NAME), "rt", encoding="ascii") as lines:
        rows = list(csv.DictReader(lines))
    values = np.array([[float(row[name]) for name in FEATURES] for row in rows])
    return Students(values, np.array([float(row["score"]) >= PASSED for row in rows]))
