"""The lesson on vanishing gradients at its defaults, as it ships with the app: made by `python -m core.experiments.record`.

The dataclasses are the live ones, taken apart into JSON; their arrays lie in an npz file beside it.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from core.experiments.vanishing_gradients import Cliff, Comparison, Curve, Landscape, Settings, Spectrum, Training

FOLDER = Path(__file__).parents[1] / "recorded"
NAME = "vanishing_gradients"


def write(comparison: Comparison, spectrum: Spectrum, cliff: Cliff, landscape: Landscape, made: dict[str, Any]) -> Path:
    """Write what the lesson's four pictures show at the defaults; `made` says with which command and where."""
    FOLDER.mkdir(exist_ok=True)
    arrays: dict[str, np.ndarray] = {}
    parts = {"comparison": comparison, "spectrum": spectrum, "cliff": cliff, "landscape": landscape}
    content = {"made": made, **{name: _apart(value, name, arrays) for name, value in parts.items()}}
    path = FOLDER / f"{NAME}.json"
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    np.savez_compressed(FOLDER / f"{NAME}.npz", **arrays)  # type: ignore[arg-type]
    return path


@cache
def comparison() -> Comparison:
    """Return the recorded curves of all models."""
    raw = _content()["comparison"]
    raw["settings"] = Settings(**raw["settings"])
    for name in ("curves", "before"):
        raw[name] = tuple(Curve(**curve) for curve in raw[name])
    raw["unknown"] = tuple(raw["unknown"])
    return Comparison(**raw)


@cache
def spectrum() -> Spectrum:
    """Return the recorded spectrum of the tanh RNN."""
    raw = _content()["spectrum"]
    raw["recurrent"] = tuple(raw["recurrent"])
    return Spectrum(**raw)


@cache
def cliff() -> Cliff:
    """Return the recorded trainings with and without clipping, and the walk."""
    raw = _content()["cliff"]
    for name in ("free", "clipped"):
        raw[name] = Training(**raw[name])
    return Cliff(**raw)


@cache
def landscape() -> Landscape:
    """Return the recorded map of scales and lengths."""
    return Landscape(**_content()["landscape"])


def made() -> dict[str, Any]:
    """Return how the recording was made."""
    found: dict[str, Any] = json.loads((FOLDER / f"{NAME}.json").read_text("utf-8"))["made"]
    return found


def _content() -> dict[str, Any]:
    """Return all that was written, with the arrays back in their places."""
    raw = json.loads((FOLDER / f"{NAME}.json").read_text("utf-8"))
    with np.load(FOLDER / f"{NAME}.npz", allow_pickle=False) as arrays:
        found: dict[str, Any] = _together(raw, dict(arrays))
    return found


def _apart(value: Any, name: str, arrays: dict[str, np.ndarray]) -> Any:
    """Return `value` as JSON values, its arrays put into `arrays` under their path."""
    if isinstance(value, np.ndarray):
        arrays[name] = value
        return {"array": name}
    if isinstance(value, tuple):
        return [_apart(part, f"{name}.{place}", arrays) for place, part in enumerate(value)]
    if hasattr(value, "__dataclass_fields__"):
        return {key: _apart(part, f"{name}.{key}", arrays) for key, part in vars(value).items()}
    return value


def _together(raw: Any, arrays: dict[str, np.ndarray]) -> Any:
    """Undo `_apart`, but for the classes."""
    if isinstance(raw, list):
        return [_together(part, arrays) for part in raw]
    if isinstance(raw, dict):
        return arrays[raw["array"]] if set(raw) == {"array"} else {k: _together(v, arrays) for k, v in raw.items()}
    return raw
