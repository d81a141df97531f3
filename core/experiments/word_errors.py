"""How right a text is word by word, as speech recognition counts it: no torch, for results and figures alike."""

from collections.abc import Sequence
from dataclasses import dataclass

NUMERALS = {"10": "ten"}


def plain(word: str) -> str:
    """Return a word without signs and capitals, a numeral as the word that is said."""
    letters = "".join(filter(str.isalnum, word)).lower()
    return NUMERALS.get(letters, letters)


@dataclass(frozen=True)
class Matched:
    """The words of a text that are right, and the words wrong, missing or too many (the fewest changes, Levenshtein 1966).

    pairs: the place of each right word, from 0, in the text and among the words that were said, of which there are `said`.
    """

    pairs: tuple[tuple[int, int], ...]
    errors: int
    said: int


def matched(written: Sequence[str], said: Sequence[str]) -> Matched:
    """Return which words of a text are right; signs, capitals and numerals don't count."""
    theirs = [plain(word) for word in said]
    row: list[tuple[int, tuple[tuple[int, int], ...]]] = [(n, ()) for n in range(len(theirs) + 1)]
    for i, word in enumerate(map(plain, written)):
        above, row = row, [(i + 1, ())]
        for j, other in enumerate(theirs):
            errors, pairs = above[j]
            ways = (
                (errors, (*pairs, (i, j))) if word == other else (errors + 1, pairs),
                (above[j + 1][0] + 1, above[j + 1][1]),  # a word too many
                (row[j][0] + 1, row[j][1]),  # one is missing
            )
            row.append(min(ways, key=lambda way: way[0]))
    errors, pairs = row[-1]
    return Matched(pairs, errors, len(theirs))
