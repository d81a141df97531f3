"""What the views of this lesson share: the reader's sentence, and what fills the script to take along."""

from typing import Any

from core.experiments.language_model.results import DEFAULT_TEXT, DEFAULT_WORDS, LONGEST, fit, units_in
from pages.kit import controls, export
from pages.kit.lesson import Nothing, Stage
from pages.kit.words import count

FILES = ("word_text.xz", "word_rnn.safetensors", "word_lstm.safetensors")


def sentence() -> tuple[str, int]:
    """Let the reader type a sentence; return what is read of it, and how many words were left out."""
    typed = controls.text_area("Your sentence, up to the blank", DEFAULT_TEXT, key="text", height=98, max_chars=2_000)
    return fit(typed)


def say_what_was_read(stage: Stage, text: str, dropped: int) -> Nothing | None:
    """Say what was cut; return what to say in place of a picture where there is no word."""
    if not units_in(text) and not dropped:
        return Nothing("Type the beginning of a sentence under “More”: with no word before it any word may come.")
    if not units_in(text):
        return Nothing("Your sentence has a word that is too long to be read.")
    if dropped:
        stage.note(
            f"Your sentence has more than is read, {LONGEST} words: the first {count(dropped, 'is', 'are')} left out."
        )
    return None


def script(text: str = DEFAULT_TEXT, kept: int = 0, words: tuple[str, ...] = DEFAULT_WORDS) -> dict[str, Any]:
    """Return the script's values, and the files to download."""
    values = {"TEXT": text, "KEPT": kept or len(units_in(text)), "WORDS": words}
    return {"values": values, "downloads": [export.own_weights(file) for file in FILES]}
