"""Results that ship with the app, so that a page's default shows at once: made by `python -m core.experiments.record`.

The dataclasses are the live ones, taken apart into JSON; arrays lie in an npz file beside it.
"""

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from core.experiments.gpt_sampling import NextToken
from core.experiments.gpt_sampling.texts import BeamNode, Text, Way, Word

FOLDER = Path(__file__).parents[1] / "recorded"


def write_gpt_sampling(
    next_token: NextToken, texts: dict[str, Text], tree: tuple[BeamNode, ...], ways: list[Way], made: dict[str, Any]
) -> None:
    """Write what the lesson shows at its default settings; `made` says with which command, model and precision."""
    FOLDER.mkdir(exist_ok=True)
    parts = {k: v for k, v in vars(next_token).items() if k not in ("logits", "order")}
    content = {
        "made": made,
        "next_token": parts,
        "texts": {name: asdict(text) for name, text in texts.items()},
        "tree": [asdict(node) for node in tree],
        "ways": [asdict(way) for way in ways],
    }
    (FOLDER / "gpt_sampling.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    np.savez_compressed(FOLDER / "gpt_sampling.npz", logits=next_token.logits, order=next_token.order)


@cache
def gpt_sampling_next() -> NextToken:
    """Return the recorded scores after the default prompt."""
    content = _content()["next_token"]
    with np.load(FOLDER / "gpt_sampling.npz", allow_pickle=False) as arrays:
        logits, order = arrays["logits"], arrays["order"]
    ids, labels = tuple(content.pop("ids")), tuple(content.pop("labels"))
    return NextToken(ids=ids, labels=labels, logits=logits, order=order, **content)


@cache
def gpt_sampling_texts() -> dict[str, Text]:
    """Return the recorded texts at the default settings, by strategy."""
    return {name: _text(raw) for name, raw in _content()["texts"].items()}


@cache
def gpt_sampling_ways() -> tuple[list[Way], tuple[BeamNode, ...]]:
    """Return the recorded four ways to draw and the beam's tree."""
    content = _content()
    return [Way(**way) for way in content["ways"]], tuple(BeamNode(**node) for node in content["tree"])


def made() -> dict[str, Any]:
    """Return how the recording was made."""
    return _content()["made"]


def _content() -> dict[str, Any]:
    return json.loads((FOLDER / "gpt_sampling.json").read_text("utf-8"))


def _text(raw: dict[str, Any]) -> Text:
    def rivals(word: dict[str, Any]) -> tuple[tuple[int, str, float], ...]:
        return tuple((token, label, chance) for token, label, chance in word["rivals"])

    words = tuple(Word(**{**word, "rivals": rivals(word)}) for word in raw["words"])
    return Text(words, raw["string"], raw["finished"])
