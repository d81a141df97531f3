"""What the views of this lesson share: what fills the reader's script, and the files that lie beside it."""

from typing import Any

from core.experiments.sentiment.results import DEFAULT_TEXT, DEFAULT_TO, DEFAULT_WORD, change, fit
from pages.kit import export

FILES = ("bag.json", "bag.safetensors", "rnn_tanh.safetensors", "lstm.safetensors", "gru.safetensors")


def script(words: tuple[str, ...] = (), changed: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the script's values, and the weights to download."""
    usual = fit(DEFAULT_TEXT)[0]
    values = {"WORDS": words or usual, "CHANGED": changed or change(usual, "moved", DEFAULT_WORD, DEFAULT_TO)[0]}
    return {"values": values, "downloads": [export.own_weights(f"sentiment_{file}") for file in FILES]}
