"""What was measured of the small translators by length of the sentence, as `core.training.evaluate` wrote it. No torch."""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from core.assets.own import TRAINED

FILE = "evaluation_en_pt.json"
Sentences = Literal["natural", "controlled", "verse"]
KINDS: tuple[Sentences, ...] = ("natural", "controlled", "verse")


@dataclass(frozen=True)
class Row:
    """The held-out sentences of `first` to `last` words: how many, and BLEU and chrF with 95 % bootstrap intervals."""

    first: int
    last: int
    sentences: int
    bleu: tuple[float, float, float]
    chrf: tuple[float, float, float]

    @property
    def words(self) -> str:
        """Return the lengths as people write them."""
        return f"{self.first}–{self.last}" if self.last > self.first else f"{self.first}"


@dataclass(frozen=True)
class Evaluation:
    """What was measured, by model and kind of sentence, shortest first; with which command, and where.

    `overall`: BLEU over sentences of all lengths with the ends of its interval, where that was measured too.
    """

    command: str
    where: str
    models: dict[str, dict[Sentences, tuple[Row, ...]]]
    overall: dict[str, dict[Sentences, tuple[float, float, float]]] = field(default_factory=dict)

    def has(self, names: tuple[str, ...], kind: Sentences) -> bool:
        """Return whether all these models were measured on sentences of this kind."""
        return all(self.models.get(name, {}).get(kind) for name in names)


def samples(kind: Sentences, path: Path = TRAINED / FILE) -> tuple[list[str], list[str]]:
    """Return the held-out sentences that lie beside the measurements and Marian's translations; none where there are none."""
    if not path.exists():
        return [], []
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    sources, wanted = content.get("first", {}).get(kind, ([], []))
    return list(sources), list(wanted)


@cache
def read(path: Path = TRAINED / FILE) -> Evaluation:
    """Return what a file of measurements says; raises `OSError` where it is missing, `ValueError` where it is another file."""
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    try:
        models = {
            name: {kind: tuple(_row(row) for row in found[kind]) for kind in KINDS if kind in found}
            for name, found in content["models"].items()
        }
        overall = {
            name: {kind: _with_ends(found[f"{kind}_all"], "bleu") for kind in KINDS if f"{kind}_all" in found}
            for name, found in content["models"].items()
        }
        return Evaluation(content["command"], content["where"], models, overall)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path.name} holds no measurements: {error}") from error


def _row(raw: dict[str, Any]) -> Row:
    bleu, chrf = _with_ends(raw, "bleu"), _with_ends(raw, "chrf")
    return Row(int(raw["from"]), int(raw["to"]), int(raw["sentences"]), bleu, chrf)


def _with_ends(raw: dict[str, Any], name: str) -> tuple[float, float, float]:
    return float(raw[name]), float(raw[f"{name}_low"]), float(raw[f"{name}_high"])
