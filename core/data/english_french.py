"""What the English-French translator learns from and is measured on: help pages, verses and controlled sentences."""

import random
from collections.abc import Sequence
from pathlib import Path

from core.data.controlled_french import translated_sentences
from core.data.help_pages import folded, help_pairs
from core.data.pairs import HELD_OUT, Kind, Pair, verses

KINDS: tuple[Kind, ...] = ("help", "verse", "controlled")
CONTROLLED = 40_000  # controlled sentences that are trained on


def french_pairs(kind: Kind, bible: Path, pages: Path) -> tuple[list[Pair], list[Pair]]:
    """Return the pairs of a kind that are kept apart, `HELD_OUT[kind]` of them, and those that are trained on.

    bible: see `verses`. pages: see `help_pairs`. No source is in both, be it with other numbers or capitals. Raises
    `KeyError` for a kind that is none of `KINDS`.
    """
    made = {
        "verse": lambda: verses(bible),
        "help": lambda: help_pairs(pages),
        "controlled": lambda: [
            Pair("controlled", *pair) for pair in translated_sentences(CONTROLLED + 2 * HELD_OUT["controlled"])
        ],
    }
    pairs = made[kind]()
    apart, rest = pairs[: HELD_OUT[kind]], pairs[HELD_OUT[kind] :]
    known = {folded(pair.source) for pair in apart}
    return apart, [pair for pair in rest if folded(pair.source) not in known]


def held_out(bible: Path, pages: Path) -> dict[Kind, list[Pair]]:
    """Return the pairs of each kind that are never trained on; see `french_pairs`."""
    return {kind: french_pairs(kind, bible, pages)[0] for kind in KINDS}


def trained_on(bible: Path, pages: Path, kinds: Sequence[str]) -> list[Pair]:
    """Return what a round of training has: the pairs of each of these kinds, twice where it is named twice.

    None of them is held out for any kind. The order is always the same one.
    """
    parts = {kind: french_pairs(kind, bible, pages) for kind in KINDS}
    apart = {folded(pair.source) for held, _ in parts.values() for pair in held}
    pairs = [
        pair
        for kind, (_, rest) in parts.items()
        for pair in rest * kinds.count(kind)
        if folded(pair.source) not in apart
    ]
    random.Random(0).shuffle(pairs)
    return pairs
