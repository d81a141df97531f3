"""What ships with the lesson on recurrent networks: its default, and what was measured on held-out text. No torch.

Made by `python -m core.experiments.record`.
"""

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from core.experiments.characters import Written
from core.experiments.rnn import Damage, Habits, Matrix, Read, Speed
from core.experiments.rnn.features import NAMES, Tracking

FOLDER = Path(__file__).parents[1] / "recorded"


def write(
    read: Read,
    damages: dict[str, tuple[Damage, ...]],
    written: Written,
    found: dict[str, tuple[Tracking, Habits]],
    speeds: dict[str, Speed],
    shapes: dict[str, tuple[Matrix, ...]],
    made: dict[str, Any],
) -> None:
    """Write the default reading, its damages by kind, the default text, and by model what was measured and its matrices."""
    FOLDER.mkdir(exist_ok=True)
    arrays: dict[str, np.ndarray] = {"states": read.states.astype(np.float16), "logits": read.logits}
    for kind, each in damages.items():
        arrays |= {f"{kind} {one.model}": one.divergence.astype(np.float32) for one in each}
    content: dict[str, Any] = {"made": made, "features": NAMES}
    content["read"] = {k: v for k, v in asdict(read).items() if k not in ("states", "logits")}
    content["written"] = asdict(written)
    content["matrices"] = {name: [asdict(one) for one in each] for name, each in shapes.items()}
    content["speeds"] = {name: asdict(speed) for name, speed in speeds.items()}
    for name, (tracking, habits) in found.items():
        arrays |= {f"chosen_on {name}": tracking.chosen_on.astype(np.float16)}
        arrays |= {f"seen_on {name}": tracking.seen_on.astype(np.float16), f"reach {name}": tracking.reach}
        arrays |= {
            f"{kind} {name} on average": getattr(habits, kind).astype(np.float32) for kind in ("erased", "swapped")
        }
    content["tracking"] = {n: {"hidden": t.hidden, "characters": t.characters} for n, (t, _) in found.items()}
    content["habits"] = {
        n: {k: v for k, v in asdict(h).items() if k not in ("erased", "swapped")} for n, (_, h) in found.items()
    }
    (FOLDER / "rnn.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    np.savez_compressed(FOLDER / "rnn.npz", **arrays)  # type: ignore[arg-type]


@cache
def read() -> Read:
    """Return the default text as the default model read it."""
    raw = _content()["read"]
    matrices = tuple(Matrix(**matrix) for matrix in raw.pop("matrices"))
    ids, vocabulary = tuple(raw.pop("ids")), tuple(raw.pop("vocabulary"))
    states, logits = _arrays("states", "logits")
    return Read(ids=ids, vocabulary=vocabulary, matrices=matrices, states=states, logits=logits, **raw)


@cache
def damages(kind: str) -> tuple[Damage, ...]:
    """Return what erasing ("erase") or swapping ("swap") the state at the default place does to each model."""
    names = list(_content()["habits"])
    return tuple(
        Damage(name, curve) for name, curve in zip(names, _arrays(*(f"{kind} {n}" for n in names)), strict=True)
    )


@cache
def written() -> Written:
    """Return the text that the default settings write."""
    raw = _content()["written"]
    return Written(raw["text"], tuple(raw["chances"]))


@cache
def tracking(model: str) -> Tracking:
    """Return what the units of a model follow."""
    chosen_on, seen_on, reach = _arrays(*(f"{name} {model}" for name in ("chosen_on", "seen_on", "reach")))
    return Tracking(chosen_on, seen_on, reach, **_content()["tracking"][model])


@cache
def habits(model: str) -> Habits:
    """Return what a model does on average."""
    raw = _content()["habits"][model]
    erased, swapped = _arrays(f"erased {model} on average", f"swapped {model} on average")
    distances, recalled = tuple(raw.pop("distances")), tuple(raw.pop("recalled"))
    return Habits(erased, swapped, distances=distances, recalled=recalled, **raw)


@cache
def speed(model: str) -> Speed:
    """Return how long a model took to read."""
    raw = _content()["speeds"][model]
    return Speed(**{**raw, "lengths": tuple(raw["lengths"]), "seconds": tuple(raw["seconds"])})


@cache
def matrices(model: str) -> tuple[Matrix, ...]:
    """Return W_ih, W_hh and W_ho of a model."""
    return tuple(Matrix(**one) for one in _content()["matrices"][model])


def made() -> dict[str, Any]:
    """Return how the recording was made."""
    return _content()["made"]


def _content() -> dict[str, Any]:
    return json.loads((FOLDER / "rnn.json").read_text("utf-8"))


def _arrays(*names: str) -> list[np.ndarray]:
    with np.load(FOLDER / "rnn.npz", allow_pickle=False) as arrays:
        return [arrays[name].astype(np.float32) for name in names]
