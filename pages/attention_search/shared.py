"""What the views of this lesson share: the sketch of the machine, what is said of a text, what fills the reader's script."""

from collections.abc import Sequence
from typing import Any

from core.data.library import LIBRARY
from core.experiments.attention_search import results, scaling
from core.experiments.attention_search.results import MAX_WORDS, Attention
from core.experiments.attention_search.three_keys import DEFAULT_LINES, read_vectors
from core.figures import attention_search as figures
from core.figures.picture import Picture
from pages.kit.ask import draw
from pages.kit.lesson import Stage
from pages.kit.words import count

EMPTY = "Type something under “More”: with no word at all there is nothing to ask."


def sketch(found: Attention, items: Sequence[int], query: str, labels: Sequence[str], dial: str, note: str) -> Picture:
    """Return the sketch of the machine with these three items."""
    names, scores, weights = (tuple(part[item] for item in items) for part in (labels, found.scores, found.weights))
    return draw(figures.mechanism, query, names, tuple(map(float, scores)), tuple(map(float, weights)), dial, note)


def say_what_was_read(stage: Stage, what: str, tokens: Sequence[str], dropped: int, is_cut: bool) -> None:
    """Say when a text was cut, or holds what the encoder does not know."""
    if dropped:
        stage.note(f"Your {what} is longer than {MAX_WORDS} words: the last {count(dropped, 'word')} are left out.")
    if is_cut:
        stage.note(f"Your {what} has too many pieces for the encoder: it reads the first {len(tokens)}.")
    if len(tokens) <= 2:
        stage.note(f"The encoder finds nothing to read in your {what}: only the marks of its two ends are there.")
    elif unknown := tokens.count("[UNK]"):
        stage.note(f"The encoder does not know {count(unknown, 'piece')} of your {what}: read as “unknown”.")


def script_values(**own: Any) -> dict[str, Any]:
    """Return the value of every name in `take_away.py.txt`: the open view's own, and what the others show first."""
    vectors, usual = read_vectors(DEFAULT_LINES), results.Settings()
    library = tuple((item.title, item.content) for item in LIBRARY)
    found = {"LIBRARY": library, "QUERY": results.DEFAULT_QUERY, "MATCH": usual.match, "SCALED": usual.scaled}
    found |= {"Q": vectors.query, "K": vectors.keys, "V": vectors.values, "KEYS_TEMPERATURE": 1.0}
    found |= {"TEMPERATURE": usual.temperature, "WIDTH": scaling.DEFAULT_WIDTH, "QUERIES": scaling.QUERIES}
    found |= {"KEYS": scaling.KEYS, "SEED": scaling.SEED, "TEXT": results.DEFAULT_TEXT, "LAYER": results.DEFAULT_LAYER}
    return found | {"HEAD": results.DEFAULT_HEAD + 1, "PIECE": results.DEFAULT_PIECE + 1} | own
