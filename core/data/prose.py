"""Ordinary English for the character models: film reviews and newspaper editorials, one snippet a line."""

import json
import random
from dataclasses import dataclass
from pathlib import Path

from core.assets.fetch import ensure

HELD_OUT = 0.06  # of the snippets, never trained on


@dataclass(frozen=True)
class Prose:
    """Text to train on and text that is kept apart, each ending every snippet with a line end."""

    train: str
    held_out: str


def load_prose(folder: Path | None = None, *, seed: int = 0) -> Prose:
    """Return about 1.6 million characters of prose and 100,000 that are held out.

    Snippets of one editorial stay together and in order. `folder` is that of the asset "hutto-snippets", fetched when
    None. Raises `AssetError` where it can't be had.
    """
    folder = folder or ensure("hutto-snippets")
    groups: dict[str, list[str]] = {}
    for name in ("movie_reviews", "editorials"):
        for number, _, text in json.loads((folder / f"{name}.json").read_text("utf-8")):
            # An editorial's snippets are numbered 12_1, 12_2, ...: one group an editorial; a review stands alone.
            groups.setdefault(f"{name} {number.partition('_')[0]}", []).append(tidy(text))
    order = sorted(groups)
    random.Random(seed).shuffle(order)
    cut = round(len(order) * HELD_OUT)
    held_out, train = (
        "".join(f"{line}\n" for key in part for line in groups[key]) for part in (order[:cut], order[cut:])
    )
    return Prose(train, held_out)


def tidy(text: str) -> str:
    """Return a snippet with one kind of quotation marks, of dashes and of blanks."""
    for old, new in (("''", '"'), ("``", '"'), ("“", '"'), ("”", '"'), ("’", "'"), ("‘", "'"), ("–", "-"), ("—", "-")):
        text = text.replace(old, new)
    return " ".join(text.split())


def vocabulary_of(text: str, at_least: int = 20) -> tuple[str, ...]:
    """Return the characters that occur at least so often, in the order of their code points."""
    return tuple(sorted(character for character in set(text) if text.count(character) >= at_least))
