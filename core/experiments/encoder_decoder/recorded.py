"""What ships with the lesson on the encoder-decoder: its defaults, and the errors of g2p-en by length of the word. No torch.

Made by `python -m core.experiments.record encoder_decoder`.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from core.experiments.encoder_decoder import Damage, Habits, Kind, Look, Pasts, Reading, Rival, Way
from core.experiments.encoder_decoder.words import Errors, Spelled

FOLDER = Path(__file__).parents[1] / "recorded"


def write(
    reading: Reading,
    rivals: Sequence[Rival],
    damages: Sequence[Damage],
    pasts: Pasts,
    ways: Sequence[Way],
    spelled: Spelled,
    errors: dict[str, tuple[Errors, ...]],
    habits: Sequence[Habits],
    made: dict[str, Any],
) -> Path:
    """Write the lesson's defaults, one damage of each kind among them; return the JSON file, beside which lie the arrays."""
    FOLDER.mkdir(exist_ok=True)
    arrays: dict[str, np.ndarray] = {}
    content: dict[str, Any] = {"made": made}
    single = {"reading": reading, "pasts": pasts, "spelled": spelled, **{f"damage {one.kind}": one for one in damages}}
    for name, one in single.items():
        parts = vars(one)
        arrays |= {f"{name} {key}": value for key, value in parts.items() if isinstance(value, np.ndarray)}
        content[name] = {key: value for key, value in parts.items() if not isinstance(value, np.ndarray)}
    content["rivals"] = [asdict(rival) for rival in rivals]
    content["ways"] = [asdict(way) for way in ways]
    content["errors"] = {name: [asdict(row) for row in rows] for name, rows in errors.items()}
    content["habits"] = [asdict(one) for one in habits]
    path = FOLDER / "encoder_decoder.json"
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    np.savez_compressed(path.with_suffix(".npz"), **{name: _small(array) for name, array in arrays.items()})  # type: ignore[arg-type]
    return path


def _small(array: np.ndarray) -> np.ndarray:
    """Return states in half precision: they lie between -1 and 1, and are looked at."""
    return array.astype(np.float16 if array.ndim == 2 and array.shape[1] > 100 else np.float32)


@cache
def reading() -> Reading:
    """Return the default sentence in the model without attention."""
    return Reading(**_parts("reading"))


@cache
def rivals() -> tuple[Rival, ...]:
    """Return the translations of the default sentence."""
    return tuple(Rival(**one) for one in _content()["rivals"])


@cache
def damage(kind: Kind) -> Damage:
    """Return what a damage of that kind does to the default sentence, with the other controls at their defaults."""
    return Damage(**_parts(f"damage {kind}"))


@cache
def pasts() -> Pasts:
    """Return the right subwords' chances of the default sentence, without attention."""
    return Pasts(**_parts("pasts"))


@cache
def ways() -> tuple[Way, ...]:
    """Return what beams find for the default sentence, without attention."""
    return tuple(Way(**one) for one in _content()["ways"])


@cache
def spelled() -> Spelled:
    """Return the default word in g2p-en."""
    return Spelled(**_parts("spelled"))


@cache
def errors() -> dict[str, tuple[Errors, ...]]:
    """Return the errors of g2p-en by length, for words of its dictionary and for those that were added later."""
    return {name: tuple(Errors(**row) for row in rows) for name, rows in _content()["errors"].items()}


@cache
def habits(look: Look) -> Habits | None:
    """Return what was measured on held-out sentences, None where nothing was."""
    return next((Habits(**one) for one in _content()["habits"] if one["look"] == look), None)


def made() -> dict[str, Any]:
    """Return how the recording was made."""
    return _content()["made"]


def _content() -> dict[str, Any]:
    return json.loads((FOLDER / "encoder_decoder.json").read_text("utf-8"))


def _parts(name: str) -> dict[str, Any]:
    parts = {key: _tuples(value) for key, value in _content()[name].items()}
    with np.load(FOLDER / "encoder_decoder.npz", allow_pickle=False) as arrays:
        for key in arrays.files:
            if key.startswith(f"{name} ") and " " not in key.removeprefix(f"{name} "):
                parts[key.removeprefix(f"{name} ")] = arrays[key].astype(np.float32)
    return parts


def _tuples(value: Any) -> Any:
    return tuple(_tuples(each) for each in value) if isinstance(value, list) else value
