"""Three keys and their values, small enough to see every number; a reader may put other ones in their place."""

import re
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from core.experiments.attention_search import Additive

KEYS = 3
REACH = 9.0  # the largest number that a vector may hold
SIZES = (2, 3)
DEFAULT_QUERY = (1.0, 0.5, 0.0)  # the third number counts where vectors have three
DEFAULT_VECTORS = """K1  1.0   1.0
K2  1.0  -0.5
K3 -1.0   0.5
V1  3.0   1.0
V2  1.0   3.0
V3 -2.0  -1.0"""
NAMES = ("K1", "K2", "K3", "V1", "V2", "V3")


@dataclass(frozen=True)
class Vectors:
    """Three keys with their values; `trouble` says in a sentence what of a reader's lines could not be, empty if all could."""

    keys: Float[np.ndarray, "three width"]
    values: Float[np.ndarray, "three size"]
    trouble: str = ""

    @property
    def width(self) -> int:
        """Return how many numbers a key has, and so the query."""
        return int(self.keys.shape[1])


def read_vectors(text: str) -> Vectors:
    """Return the vectors in a reader's lines such as "K1 1.0 -0.5"; where they can't be, the defaults and why."""
    try:
        found = _parse(text)
    except ValueError as error:
        default = _parse(DEFAULT_VECTORS)
        return Vectors(default.keys, default.values, f"{error} The usual vectors stand here instead.")
    return found


def _parse(text: str) -> Vectors:
    rows: dict[str, list[float]] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        named = re.fullmatch(r"\s*([KV][1-3])\s*[:=]?\s*(.*)", line, re.IGNORECASE | re.ASCII)
        if not named:
            raise ValueError("A line begins with K1 to K3 or V1 to V3, then come its numbers.")
        name = named[1].upper()
        if name in rows:
            raise ValueError(f"{name} is there twice.")
        rows[name] = [_number(part, name) for part in re.split(r"[\s,;()\[\]]+", named[2]) if part]
    if missing := [name for name in NAMES if name not in rows]:
        raise ValueError(f"{missing[0]} is missing.")
    parts = []
    for letter, words in (("K", "keys"), ("V", "values")):
        sizes = {len(rows[f"{letter}{n + 1}"]) for n in range(KEYS)}
        if len(sizes) != 1 or not sizes <= set(SIZES):
            raise ValueError(f"All three {words} have two numbers, or all have three.")
        parts.append(np.array([rows[f"{letter}{n + 1}"] for n in range(KEYS)]))
    keys, values = parts
    return Vectors(keys, values)


def _number(raw: str, name: str) -> float:
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", raw.replace("\u2212", "-"), re.ASCII):
        raise ValueError(f"{name} holds something that is not a number.")
    value = float(raw.replace("\u2212", "-"))
    if abs(value) > REACH:
        raise ValueError(f"{name} holds a number beyond {REACH:g}.")
    return value


def plain_additive(width: int) -> Additive:
    """Return weights of an additive match that nobody fitted: W and U the identity, b zeros, v ones."""
    return Additive(np.eye(width), np.eye(width), np.zeros(width), np.ones(width))


def write_vectors(vectors: Vectors, order: tuple[int, ...] = (0, 1, 2)) -> str:
    """Return the lines that `read_vectors` reads, with the items in another order if wanted."""
    lines = []
    for letter, rows in (("K", vectors.keys), ("V", vectors.values)):
        for n, row in enumerate(order):
            lines.append(f"{letter}{n + 1} " + " ".join(f"{float(value):4.10g}" for value in rows[row]))
    return "\n".join(lines)
