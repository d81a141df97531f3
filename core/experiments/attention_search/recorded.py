"""What ships with the lesson on attention as search: the library's vectors, its defaults, and what was measured. No torch.

Made by `python -m core.experiments.record attention_search`.
"""

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from core.experiments.attention_search import Additive, HeadRead, Query, made_of
from core.experiments.attention_search.scaling import Trained

FOLDER = Path(__file__).parents[1] / "recorded"
HEAD_PARTS = ("queries", "keys", "values", "weights", "mixtures")
TRAINED_PARTS = ("variance", "entropy", "slope")
MATCH_PARTS = ("query", "key", "bias", "value")


@dataclass(frozen=True)
class Shelves:
    """The library as the encoder reads it: keys from the titles, values from the contents."""

    keys: Float[np.ndarray, "items width"]
    values: Float[np.ndarray, "items width"]


@dataclass(frozen=True)
class Fitting:
    """An additive match, and the shares of sentences that find their title.

    `own`: among all titles, sentences that it was fitted to. `apart`: among the titles of a part that was kept apart, one
    of `folds`, sentences of that part; `dot` the dot product on the same. `sentences`: how many there are.
    """

    weights: Additive
    own: float
    apart: float
    dot: float
    folds: int
    sentences: int


@dataclass(frozen=True)
class Order:
    """Two sentences with the same words in another order: cosine and largest difference, with places and without."""

    texts: tuple[str, str]
    alike: tuple[float, float]
    apart: tuple[float, float]


def write(
    shelves: Shelves,
    fitting: Fitting,
    trained: Trained,
    order: Order,
    query: Query,
    head: HeadRead,
    made: dict[str, Any],
) -> None:
    """Write all of it."""
    FOLDER.mkdir(exist_ok=True)
    arrays: dict[str, np.ndarray] = {"keys": shelves.keys, "values": shelves.values, "query vector": query.vector}
    arrays |= {f"match {name}": getattr(fitting.weights, name).astype(np.float16) for name in MATCH_PARTS}
    arrays |= {f"trained {name}": getattr(trained, name).astype(np.float32) for name in TRAINED_PARTS}
    arrays |= {f"head {name}": getattr(head, name) for name in HEAD_PARTS}
    content = {
        "made": made,
        "fitting": {k: v for k, v in vars(fitting).items() if k != "weights"},
        "trained": {k: v for k, v in vars(trained).items() if k not in TRAINED_PARTS},
        "order": asdict(order),
        "query": {k: v for k, v in vars(query).items() if k in ("text", "tokens", "is_cut")},
        "head": {k: v for k, v in vars(head).items() if k in ("text", "tokens", "layer", "is_cut")},
    }
    (FOLDER / "attention_search.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    np.savez_compressed(FOLDER / "attention_search.npz", **arrays)  # type: ignore[arg-type]


@cache
def shelves() -> Shelves:
    """Return the library as the encoder reads it."""
    return Shelves(*_arrays("keys", "values"))


@cache
def fitting() -> Fitting:
    """Return the additive match and how well it does."""
    parts = (array.astype(np.float64) for array in _arrays(*(f"match {name}" for name in MATCH_PARTS)))
    return Fitting(Additive(*parts), **_content()["fitting"])


@cache
def trained() -> Trained:
    """Return what was measured in the encoder's heads."""
    variance, entropy, slope = (array.astype(np.float64) for array in _arrays(*(f"trained {n}" for n in TRAINED_PARTS)))
    raw = _content()["trained"]
    return Trained(made_of(raw["parts"]), variance, entropy, slope, raw["most"], raw["pieces"])


@cache
def order() -> Order:
    """Return what the order of the words is to the encoder."""
    return Order(**{name: made_of(parts) for name, parts in _content()["order"].items()})


@cache
def query() -> Query:
    """Return the default query as the encoder read it."""
    raw = _content()["query"]
    return Query(raw["text"], made_of(raw["tokens"]), _arrays("query vector")[0], raw["is_cut"])


@cache
def head() -> HeadRead:
    """Return the default layer on the default text."""
    raw = _content()["head"]
    parts = dict(zip(HEAD_PARTS, _arrays(*(f"head {name}" for name in HEAD_PARTS)), strict=True))
    return HeadRead(**{**raw, "tokens": made_of(raw["tokens"]), **parts})


def made() -> dict[str, Any]:
    """Return how the recording was made."""
    return dict(_content()["made"])


def _content() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / "attention_search.json").read_text("utf-8"))
    return content


def _arrays(*names: str) -> list[np.ndarray]:
    with np.load(FOLDER / "attention_search.npz", allow_pickle=False) as arrays:
        return [arrays[name] for name in names]
