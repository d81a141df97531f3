"""What the converted arrays are worth, written from the documented layout and not from the converter."""

from __future__ import annotations

import numpy as np


def dequantise(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Arrays by NAME, NAME.codes, NAME.scale, NAME.minimum -> float32 weights by NAME."""
    weights = {}
    for key, array in arrays.items():
        name, _, suffix = key.rpartition(".")
        if suffix == "codes":
            scale = np.repeat(arrays[f"{name}.scale"].astype(np.float32), 32, axis=1)
            if f"{name}.minimum" in arrays:
                codes = np.empty((array.shape[0], 2 * array.shape[1]), np.float32)
                codes[:, 0::2], codes[:, 1::2] = array % 16, array // 16
                minimum = np.repeat(arrays[f"{name}.minimum"].astype(np.float32), 32, axis=1)
                weights[name] = codes * scale + minimum
            else:
                weights[name] = array.astype(np.float32) * scale
        elif suffix not in ("scale", "minimum"):
            weights[key] = array
    return weights
