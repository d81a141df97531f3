"""The converter for handwritten digits: from a table of text to bytes."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

Report = Callable[[int, int], None]
SIDE = 28


def digits(table: Path, folder: Path, report: Report) -> None:
    """Write `digits.safetensors`: "pictures", uint8 (digits, 28, 28), 0 is paper and 255 ink, and "labels", uint8 (digits,).

    table: gzipped lines of 784 numbers and the digit, parted by commas. Raises `ValueError` for anything else.
    """
    import numpy as np
    from safetensors.numpy import save_file

    report(0, 2)
    with gzip.open(table, "rt", encoding="ascii") as lines:
        rows = np.array([line.split(",") for line in lines], dtype=np.float64)
    report(1, 2)
    if rows.shape[1] != SIDE**2 + 1 or not np.array_equal(rows, rows.astype(np.uint8)):
        raise ValueError(f"these are no digits of {SIDE} x {SIDE} bytes")
    values = rows.astype(np.uint8)
    pictures = np.ascontiguousarray(values[:, :-1]).reshape(-1, SIDE, SIDE)
    save_file({"pictures": pictures, "labels": values[:, -1].copy()}, folder / "digits.safetensors")
    report(2, 2)
