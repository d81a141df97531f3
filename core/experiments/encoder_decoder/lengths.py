"""Quality against the length of the sentence: which models have a line, and where it falls to half of its best. No torch."""

from core.assets.evaluation import Evaluation, Row, Sentences

NAMES = {
    "none_en_pt": "One vector",
    "additive_en_pt": "Looks back (additive attention)",
    "dot_en_pt": "Looks back (dot attention)",
    "marian": "Marian",
}
LOOKS = ("none_en_pt", "additive_en_pt", "dot_en_pt", "marian")  # Marian where the reference is not its own


def measured(evaluation: Evaluation, kind: Sentences) -> tuple[str, ...]:
    """Return the models that have a line for sentences of this kind."""
    return tuple(name for name in LOOKS if evaluation.has((name,), kind))


def group(rows: tuple[Row, ...], words: int) -> Row:
    """Return the lengths that so many words are in; the longest for more, the shortest for fewer."""
    return next((row for row in rows if words <= row.last), rows[-1])


def half(rows: tuple[Row, ...]) -> Row | None:
    """Return the first lengths beyond the best from which on BLEU stays at half of its best or less; None if none."""
    top = max(rows, key=lambda row: row.bleu[0])  # the shortest of equal ones
    found = None
    for row in reversed(rows):
        if row.first <= top.first or row.bleu[0] > top.bleu[0] / 2:
            break
        found = row
    return found
