"""A query, three keys and their values, small enough to see every number; a reader may put other ones in their place."""

import re
from dataclasses import dataclass

import numpy as np

from core.experiments.attention_search.results import Attention, Settings, attend

LIMIT = 9.0  # the largest number that a vector may hold
NAMES = ("Q", "K1", "K2", "K3", "V1", "V2", "V3")
DEFAULT_LINES = """Q   1.0   0.5
K1  1.0   1.0
K2  1.0  -0.5
K3 -1.0   0.5
V1  3.0   1.0
V2  1.0   3.0
V3 -2.0  -1.0"""
Pair = tuple[float, float]


@dataclass(frozen=True)
class Vectors:
    """A query, three keys and their values, two numbers each.

    `trouble` says in a sentence what of a reader's lines could not be, empty if all could.
    """

    query: Pair
    keys: tuple[Pair, ...]
    values: tuple[Pair, ...]
    trouble: str = ""

    def attend(self, temperature: float) -> Attention:
        """Return the three steps for these vectors, with the dot product divided by the root of 2."""
        return attend(
            np.array(self.query), np.array(self.keys), np.array(self.values), Settings("dot", True, temperature)
        )


def read_vectors(lines: str) -> Vectors:
    """Return the vectors in a reader's lines such as "K1 1.0 -0.5"; where they can't be, the defaults and why."""
    try:
        return _parse(lines)
    except ValueError as error:
        usual = _parse(DEFAULT_LINES)
        return Vectors(usual.query, usual.keys, usual.values, f"{error} The usual vectors stand here instead.")


def _parse(lines: str) -> Vectors:
    rows: dict[str, Pair] = {}
    for line in lines.splitlines():
        if not line.strip():
            continue
        named = re.fullmatch(r"\s*(Q|[KV][1-3])(?![0-9])\s*[:=]?\s*(.*)", line, re.IGNORECASE | re.ASCII)
        if not named:
            raise ValueError("A line begins with Q, K1 to K3 or V1 to V3, then come its two numbers.")
        name = named[1].upper()
        if name in rows:
            raise ValueError(f"{name} is there twice.")
        numbers = [_number(part, name) for part in re.split(r"[\s,;()\[\]]+", named[2]) if part]
        if len(numbers) != 2:
            raise ValueError(f"{name} needs two numbers.")
        rows[name] = (numbers[0], numbers[1])
    if missing := [name for name in NAMES if name not in rows]:
        raise ValueError(f"{missing[0]} is missing.")
    return Vectors(rows["Q"], tuple(rows[name] for name in NAMES[1:4]), tuple(rows[name] for name in NAMES[4:]))


def _number(raw: str, name: str) -> float:
    plain = raw.replace("\u2212", "-")
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", plain, re.ASCII):
        raise ValueError(f"{name} holds something that is not a number.")
    if abs(float(plain)) > LIMIT:
        raise ValueError(f"{name} holds a number beyond {LIMIT:g}.")
    return float(plain) + 0.0  # "-0" is 0
