"""What the lesson on LSTM gates shows at its defaults, as it ships with the app. Needs no torch.

The dataclasses are the live ones, taken apart: arrays in an npz file, the rest in JSON beside it.
"""

import json
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from jaxtyping import Float

from core.experiments.characters import Written
from core.experiments.lstm_gates import Cell, Gates, Read, Recalled
from core.experiments.lstm_gates.tables import Speed

FILE = Path(__file__).parents[1] / "recorded" / "lstm_gates.json"
T = TypeVar("T")


def write(parts: dict[str, Any], recalled: dict[str, list[Recalled]], made: dict[str, Any]) -> Path:
    """Write dataclasses and arrays by name, and what was asked of the recall models; return the JSON file."""
    arrays: dict[str, np.ndarray] = {}
    content: dict[str, Any] = {"made": made}
    for name, part in parts.items():
        if isinstance(part, np.ndarray):
            arrays[name] = part
            continue
        plain = {}
        for field, value in vars(part).items():
            if isinstance(value, np.ndarray):
                arrays[f"{name}.{field}"] = value
            else:
                plain[field] = value
        content[name] = plain
    content["recalled"] = {name: [vars(one) for one in each] for name, each in recalled.items()}
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    np.savez_compressed(FILE.with_suffix(".npz"), **arrays)  # type: ignore[arg-type]
    return FILE


@cache
def read() -> Read:
    """Return the default text as the default model reads it."""
    return _part("read", Read)


@cache
def gates() -> Gates:
    """Return its gates."""
    return _part("gates", Gates)


@cache
def cell() -> Cell:
    """Return the cell with the longest memory."""
    return _part("cell", Cell)


@cache
def held() -> Float[np.ndarray, "time"]:
    """Return the surprise with the default hold, in bits."""
    found: np.ndarray = _arrays()["held"]
    return found


@cache
def texts() -> tuple[Written, Written]:
    """Return what is written after the text with nothing held and with the default hold."""
    return _part("written_free", Written), _part("written_held", Written)


@cache
def speed() -> Speed:
    """Return how fast characters went through each layer on the machine that `Speed.where` describes."""
    return _part("speed", Speed)


@cache
def recalled(name: str) -> tuple[Recalled, ...]:
    """Return what was recalled: "free", "held", "other" (the hold of the page's question), or by kind of network."""
    return tuple(Recalled(**one) for one in _content()["recalled"][name])


def made() -> dict[str, Any]:
    """Return how the recording was made."""
    found: dict[str, Any] = _content()["made"]
    return found


def _part(name: str, of: type[T]) -> T:
    arrays, content = _arrays(), _content()[name]
    parts = {}
    for field in fields(of):  # type: ignore[arg-type]
        value = content[field.name] if field.name in content else arrays[f"{name}.{field.name}"]
        parts[field.name] = tuple(value) if isinstance(value, list) else value
    return of(**parts)


@cache
def _arrays() -> dict[str, np.ndarray]:
    with np.load(FILE.with_suffix(".npz"), allow_pickle=False) as arrays:
        return dict(arrays)


@cache
def _content() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return found
