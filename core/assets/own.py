"""The small weights that our own recipes made, and what is written beside them: where they lie, how they were made."""

import json
from pathlib import Path
from typing import Any

TRAINED = Path(__file__).with_name("trained")
EVALUATION = "evaluation_"
ONE_WAY = (
    "forwards_en_pt",
    "backwards_en_pt",
)  # small translators without attention that read the source from one side


def facts(name: str) -> dict[str, Any]:
    """Return what the recipe wrote about `name`: command, data, seconds, metrics. Raises `OSError` where it is missing."""
    content: dict[str, Any] = json.loads((TRAINED / f"{name}.json").read_text("utf-8"))
    return content


def names() -> list[str]:
    """Return everything that a recipe has written, in alphabetical order."""
    return sorted(path.stem for path in TRAINED.glob("*.json") if not path.stem.startswith(EVALUATION))


def evaluation(pair: str) -> dict[str, Any]:
    """Return what the recurrent translators of a pair such as "en-pt" made of sentences that were kept apart.

    As `core.training.evaluate` wrote it. Raises `OSError` where it is missing.
    """
    return facts(EVALUATION + pair.replace("-", "_"))
