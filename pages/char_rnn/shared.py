"""What the views of this lesson share: the text that ships, and what fills the script that the reader takes along."""

from typing import Any

from core.data.texts_to_learn import TEXTS, built_in
from core.experiments.char_rnn.results import DEFAULT_TEXT, MINUTE, Setting
from pages.kit import controls
from pages.kit.export import Download, own_weights
from pages.kit.words import escape

SHORT = {"novel": "the novel", "speeches": "the speeches"}


def choose_text() -> str:
    """Let the reader choose one of the texts that ship."""
    return controls.choice("Text", tuple(TEXTS), DEFAULT_TEXT, key="text", names=lambda name: SHORT.get(name, name))


def script_values(setting: Setting | None = None, weights: str = "", text: str = DEFAULT_TEXT) -> dict[str, Any]:
    """Return the value of every name in `take_away.py.txt`: without weights it trains anew."""
    chosen = setting or Setting()
    return {
        "TEXT": f"{text}.txt", "WEIGHTS": weights, "KIND": chosen.kind, "SIZE": chosen.size, "WINDOW": chosen.window,
        "RATE": chosen.learning_rate, "CHARACTERS": MINUTE,
    }  # fmt: skip


def text_file(name: str) -> Download:
    """Offer a text that ships, as the script reads it."""
    return Download(f"Text ({name}.txt)", f"{name}.txt", lambda: built_in(name))


def files(name: str) -> list[Download]:
    """Return what the script reads to measure the model that ships."""
    return [text_file(name), own_weights(f"writer_{name}.safetensors")]


def written(text: str, limit: int = 170) -> str:
    """Return the beginning of a sample on one line, with nothing in it that Markdown would act on."""
    line = " ".join(text.split())
    return escape(line[:limit])
