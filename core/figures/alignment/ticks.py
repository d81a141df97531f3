"""Axes whose ticks are words or pieces of words, some of them twice."""

from collections.abc import Sequence
from typing import Any

from core.figures.style import plain

LONGEST = 14  # letters of a tick
MOST = 36  # ticks that stand side by side


def short(word: str, most: int = LONGEST) -> str:
    """Return a word that fits beside a row."""
    return word if len(word) <= most else word[: most - 1] + "…"


def spoken(word: str) -> str:
    """Return a word as a sentence may name it: letters, digits and what joins them, so never markup or an address."""
    kept = "".join(character for character in short(word, 24) if character.isalnum() or character in "-'’…")
    return kept if any(character.isalnum() for character in kept) else "a sign"


def numbered(words: Sequence[str]) -> list[str]:
    """Return names of which none comes twice: a category axis would draw two words of one name as one."""
    return [f"{position}. {plain(word)}" for position, word in enumerate(words, 1)]


def word_axis(words: Sequence[str], *, down: bool = False, bold: int = -1) -> dict[str, Any]:
    """Return an axis with a word at each position; of very many only every second, third, ... is named.

    down: the first one stands at the top. bold: the position that is pointed out. The ticks stand a hair beside the
    columns, so that what is pointed at is named by its own number and word.
    """
    apart = -(-len(words) // MOST)
    positions = range(0, len(words), max(apart, 1))
    names = [plain(short(words[position])) for position in positions]
    return {
        "type": "category",
        "tickmode": "array",
        "tickvals": [position + 0.01 for position in positions],
        "ticktext": [f"<b>{name}</b>" if n == bold else name for n, name in zip(positions, names, strict=True)],
        "tickfont": {"size": 15},
        "range": [max(len(words), 1) - 0.5, -0.5] if down else [-0.5, max(len(words), 1) - 0.5],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
    }
