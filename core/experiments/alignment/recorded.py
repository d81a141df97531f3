"""What ships with the lesson on alignment: its default sentence, and the study over many. No torch.

Made by `python -m core.experiments.record`.
"""

import json
from dataclasses import asdict, fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from core.experiments.alignment import Hidden, Inside, Look
from core.experiments.alignment.study import Example, Study

FOLDER = Path(__file__).parents[1] / "recorded"
SMALL = ("pair_weights", "pair_costs")  # kept in float16: they are drawn, not compared


def write(look: Look, inside: Inside, hidden: Hidden, studies: dict[str, Study], made: dict[str, Any]) -> None:
    """Write the default sentence with its inside and with its default word hidden, and the study of each model."""
    FOLDER.mkdir(exist_ok=True)
    arrays: dict[str, np.ndarray] = {}
    content: dict[str, Any] = {"made": made, "studies": {}}
    for name, one in (("look", look), ("inside", inside), ("hidden", hidden)):
        content[name] = _apart(one, name, arrays)
    for model, each in studies.items():
        content["studies"][model] = _apart(each, model, arrays)
    (FOLDER / "alignment.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    np.savez_compressed(FOLDER / "alignment.npz", **arrays)  # type: ignore[arg-type]


def _apart(one: Any, name: str, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Put a dataclass's arrays among `arrays` and return the rest of it."""
    plain: dict[str, Any] = {}
    for field in fields(one):
        value = getattr(one, field.name)
        if isinstance(value, np.ndarray):
            arrays[f"{name} {field.name}"] = value.astype(np.float16) if field.name in SMALL else value
        elif field.name == "examples":
            plain[field.name] = [asdict(example) for example in value]
        else:
            plain[field.name] = value
    return plain


@cache
def look() -> Look:
    """Return the default sentence as the default model translated it."""
    raw = _content()["look"]
    source, target = tuple(raw.pop("source")), tuple(raw.pop("target"))
    return Look(source=source, target=target, **raw, **_arrays("look"))


@cache
def inside() -> Inside:
    """Return the arithmetic of its steps."""
    return Inside(**_content()["inside"], **_arrays("inside"))


@cache
def hidden() -> Hidden:
    """Return what was written while the default word was hidden."""
    raw = _content()["hidden"]
    return Hidden(raw["place"], tuple(raw["words"]), **_arrays("hidden"))


@cache
def studies() -> dict[str, Study]:
    """Return what was found over many sentences, by model: of those whose weights were there."""
    found = {}
    for model, raw in _content()["studies"].items():
        examples = tuple(Example(**example) for example in raw.pop("examples"))
        found[model] = Study(examples=examples, **raw, **_arrays(model))
    return found


def made() -> dict[str, Any]:
    """Return how the recording was made, and which models were missing."""
    return _content()["made"]


def _content() -> dict[str, Any]:
    return json.loads((FOLDER / "alignment.json").read_text("utf-8"))


def _arrays(name: str) -> dict[str, Any]:
    with np.load(FOLDER / "alignment.npz", allow_pickle=False) as arrays:
        named = {key.removeprefix(f"{name} "): arrays[key] for key in arrays if key.startswith(f"{name} ")}
    return {key: value.astype(np.float32) if value.dtype == np.float16 else value for key, value in named.items()}
