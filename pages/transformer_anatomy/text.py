"""What two views share: the reader's text, and what is said of it; and what fills the script to take along."""

from typing import Any

from core.experiments.transformer_anatomy import results
from core.experiments.transformer_anatomy.machine import Machine
from pages.kit import controls
from pages.kit.lesson import Nothing, Stage
from pages.kit.words import count

EMPTY = Nothing("Type something under “More”: with no token at all there is no stream to follow.")


def choose() -> str:
    """Draw the text's control; return what was typed."""
    return controls.text_area("Your text", results.DEFAULT_TEXT, key="text", height=80, max_chars=2_000)


def say_what_was_read(stage: Stage, text: str, read: int, dropped: int) -> None:
    """Say when a text was cut, or ends in a blank."""
    if dropped:
        stage.note(f"Your text has {count(read + dropped, 'token')}: the model reads the last {read} of them.")
    if text != text.rstrip():
        stage.note(
            "Your text ends in a blank; a word’s token brings its own, so what can follow here is something else."
        )


def script_values(**own: Any) -> dict[str, Any]:
    """Return the value of every name in `take_away.py.txt`: the open view's own, and what the others show first."""
    made = Machine()
    found: dict[str, Any] = {"TEXT": results.DEFAULT_TEXT, "MAX_TOKENS": results.MAX_TOKENS, "TOKEN": 1}
    found |= {"BLOCK": 0, "TWICE": False, "LAYER": results.DEFAULT_LAYER, "HEAD": results.DEFAULT_HEAD}
    found |= {"QUERY": results.DEFAULT_QUERY, "KEY": results.DEFAULT_KEY}
    found |= {"KIND": made.kind, "WIDTH": made.width, "BLOCKS": made.layers, "LENGTH": made.length}
    return found | own
