"""What the views of this lesson share: model, text and gate, and what the reader takes along."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.assets.fetch import ensure
from core.assets.own import TRAINED
from core.experiments.characters import LIMIT, Fitted, fit
from core.experiments.lstm_gates import results
from core.experiments.lstm_gates.results import Hold, Layer, Network, Read
from pages.kit import controls
from pages.kit.export import Download
from pages.kit.lesson import Stage
from pages.kit.words import count

LAYERS = {
    "LSTM": Layer("lstm"),
    "GRU": Layer("gru"),
    "textgenrnn": Layer("textgenrnn"),
    "textgenrnn 2": Layer("textgenrnn", 1),
}
TRAINED_ON = {"one distance alone": "alone", "all distances": "together"}
PUBLIC = "textgenrnn"


def choose_layer() -> Layer:
    """Let the reader choose the network that reads."""
    return LAYERS[controls.choice("Network (textgenrnn: public, two layers)", tuple(LAYERS), "LSTM", key="model")]


def choose_text() -> Fitted:
    """Let the reader type a text; its end is read."""
    return fit(controls.text_area("Your text", results.DEFAULT_TEXT, key="text", height=98, max_chars=20_000), ())


def choose_training(words: str) -> bool:
    """Return whether networks trained on all distances at once are meant, in place of one distance alone."""
    return TRAINED_ON[controls.choice(words, tuple(TRAINED_ON), "one distance alone", key="trained")] == "together"


def say_what_is_read(stage: Stage, fitted: Fitted, read: Read) -> None:
    """Say what of the text is not read as it is written."""
    if fitted.dropped:
        stage.note(f"Your text is longer than {LIMIT:,} characters: the network reads the last {LIMIT:,}.")
    if read.unknown:
        stage.note(
            f"The network does not know {count(len(read.unknown), 'character')} of your text: it reads each as the same sign "
            "for “unknown”, and how surprising it is can't be said."
        )


def script(
    layer: Layer = results.DEFAULT_LAYER, text: str = "", hold: Hold | None = None, network: Network | None = None
) -> dict[str, Any]:
    """Return what the script that is taken along needs, and the files of weights that it reads."""
    hold = hold or replace(results.DEFAULT_HOLD, gate=results.KEEPER[layer.kind])
    name, seed = network or next(iter(results.NETWORKS[layer.kind].values()))
    values = {
        "TEXT": text,
        "MODEL": layer.model,
        "LAYER": layer.number,
        "NETWORK": f"recall_{name}_{seed}",
        "GATE": hold.gate,
        "VALUE": hold.value,
        "START": hold.start,
        "STOP": hold.stop,
        "STEPS": results.STEPS,
        "SEED": results.SEED,
    }
    files = [f"recall_{name}_{seed}"] + ([] if layer.model == PUBLIC else [f"char_{layer.model}"])
    found = [_file(f"{each}.safetensors", lambda each=each: TRAINED / f"{each}.safetensors") for each in files]  # type: ignore[misc]
    if layer.model == PUBLIC:
        found.append(_file(f"{PUBLIC}.safetensors", lambda: ensure(PUBLIC) / "model.safetensors"))
        found.append(_file(f"{PUBLIC}.vocabulary.json", lambda: ensure(PUBLIC) / "vocabulary.json"))
    return {"values": values, "downloads": found}


def _file(name: str, where: Callable[[], Path]) -> Download:
    return Download(f"Weights: {name}", name, lambda: where().read_bytes(), "application/octet-stream")
