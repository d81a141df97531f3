"""What the views of this lesson share: which model translates, the reader's sentence, and how its words are named."""

from typing import Any

from core.experiments import alignment
from core.experiments.alignment import results
from pages.kit import controls, export
from pages.kit.ask import ask
from pages.kit.lesson import Nothing, Stage
from pages.kit.words import code, count, shorten

LABELS = {model.label: name for name, model in results.MODELS.items()}
MOST = 10**6  # characters: of a sentence the first words are read, so nothing is cut from its beginning
EXAMPLE = {
    "TEXT": results.default_text(results.DEFAULT_MODEL),
    "HIDE": results.DEFAULT_HIDE,
    "STEP": results.DEFAULT_STEP,
}


def choose_model() -> str:
    """Let the reader choose the model that translates."""
    first = results.MODELS[results.DEFAULT_MODEL].label
    return LABELS[controls.choice("Model and direction", tuple(LABELS), first, key="model")]


def choose(stage: Stage) -> results.Alignment | Nothing:
    """Let the reader choose model and sentence, and say what of it is not read as it is written."""
    with stage.more:
        model = choose_model()
        entry = results.MODELS[model]
        said = f"{entry.reads}, up to {entry.words} words"
        typed = controls.text_area(said, results.default_text(model), key="text", height=98, max_chars=MOST)
    fitted = results.fit(typed, entry.words)
    if not fitted.text:
        return Nothing("Type a sentence under “More”: with no word at all there is nothing to translate.")
    found = ask(alignment.aligned, model, fitted.text)
    if fitted.dropped or found.text != fitted.text:
        read = f"{count(len(found.text.split()), 'word')} ({count(len(found.text), 'character')})"
        stage.note(f"Your sentence is longer than this model reads: it got the first {read}.")
    if found.unknown:
        signs = " ".join(code(sign) for sign in found.unknown)
        stage.note(f"The model does not know {count(len(found.unknown), 'character')} of your sentence: {signs}")
    if not found.steps or len(found.words.source) < 2:
        return Nothing("This model finds nothing to translate in that, or translates it as nothing. Try words.")
    return found


def named(word: str) -> str:
    """Return a word of a sentence as code, cut where it is endless."""
    return code(shorten(word, 24))


def taken(found: results.Alignment, hide: int, step: int) -> dict[str, Any]:
    """Return what a view hands to the script that is taken along, and the weights that lie beside it.

    It follows our recurrent networks: Bahdanau's, on its own sentence, where the page shows a model of others.
    """
    shown = {"TEXT": found.text, "HIDE": hide, "STEP": step}
    model = results.DEFAULT_MODEL if results.MODELS[found.model].kind == "guided" else found.model
    file = f"{model}.safetensors"
    values = {"MODEL": model, "FILE": file} | (shown if model == found.model else EXAMPLE)
    return {"values": values, "downloads": [export.own_weights(file)]}
