"""What the views of this lesson share: the reader's sentence, and what fills the script to take along."""

from typing import Any

from core.assets.own import facts
from core.experiments.positional_encoding import results
from core.experiments.positional_encoding.results import MAX_WORDS
from pages.kit import controls
from pages.kit.lesson import Stage
from pages.kit.words import count


def sentence(stage: Stage) -> str:
    """Let the reader type a sentence, the same in every view; return it cut to what is read, and say what is cut."""
    typed = controls.text_area("Your sentence", results.DEFAULT_TEXT, key="text", height=80, max_chars=2_000)
    text, dropped = results.fit(typed)
    if dropped:
        stage.note(
            f"Your sentence is longer than {MAX_WORDS} words: the last {count(dropped, 'word')} of it are left out."
        )
    return text


def say_what_was_read(stage: Stage, tokens: tuple[str, ...], is_cut: bool) -> None:
    """Say what the encoder could not read of the sentence."""
    if is_cut:
        stage.note(f"Your sentence has too many pieces for the encoder: it reads the first {len(tokens)}.")
    if unknown := tokens.count("[UNK]"):
        stage.note(f"The encoder does not know {count(unknown, 'piece')} of your sentence: read as “unknown”.")


def script_values(**own: Any) -> dict[str, Any]:
    """Return the value of every name in `take_away.py.txt`: the open view's own, and what the others show first."""
    first, second = results.DEFAULT_WORDS
    found: dict[str, Any] = {"TEXT": results.DEFAULT_TEXT, "FIRST": first + 1, "SECOND": second + 1, "POSITION": 20}
    found["VOCABULARY"] = facts("positions_none")["vocabulary"]
    return found | {"LAYER": results.DEFAULT_LAYER, "HEAD": results.DEFAULT_HEAD} | own
