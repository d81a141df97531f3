"""What `pages.kit.tokens` sends to the browser: short lists instead of dictionaries, and small sources."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def lean(source: str) -> str:
    """Return `source` without indentation, blank lines and lines that are only a comment.

    Streamlit sends a component's sources with every update.
    """
    lines = (line.strip() for line in source.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not re.match(r"//|/\*.*\*/$", line))


def of_token(text: str, note: str, band: int, weight: float | None, details: tuple[tuple[str, str], ...]) -> list[Any]:
    """Return [text, note, band, weight, details] without the tail that holds defaults only."""
    shown = None if weight is None else round(float(weight), 3)
    row = [text, note, band, shown, [list(pair) for pair in details]]
    return _short(row, [None, "", -1, None, []])


def of_branch(text: str, depth: int, note: str, pruned: bool, name: str) -> list[Any]:
    """Return [text, depth, note, pruned, name] without the tail that holds defaults only."""
    return _short([text, depth, note, pruned, name], [None, None, "", False, ""])


def _short(row: list[Any], defaults: list[Any]) -> list[Any]:
    while row[-1] == defaults[len(row) - 1]:
        row.pop()
    return row


def of_matrix(weights: ArrayLike, shape: tuple[int, int]) -> list[list[float]]:
    """Return `weights` as rows rounded to three places; ValueError for another shape or for nan and inf."""
    matrix = np.asarray(weights, dtype=float)
    if matrix.shape != shape:
        raise ValueError(f"weights must be (target, source) = {shape}, not {matrix.shape}")
    if not np.isfinite(matrix).all():
        raise ValueError("weights must be finite numbers")
    rows: list[list[float]] = matrix.round(3).tolist()
    return rows


def index(chosen: int | None, count: int) -> int:
    """Return `chosen`, or -1 where it points at nothing."""
    return chosen if chosen is not None and 0 <= chosen < count else -1
