"""Which model translates, what is missing where it can't, and the sentence that goes with its language."""

import streamlit as st

from core.assets.own import TRAINED, evaluation
from core.experiments import alignment as lesson
from pages.kit import cache, controls
from pages.kit.words import escape

FRENCH, OURS, HUB = "French", "additive_en_fr", "hub_en_fr"
OFFERED = {
    **{lesson.MODELS[m].label: m for m in ("marian_en_pt", "marian_pt_en", "additive_en_pt", "dot_en_pt")},
    FRENCH: HUB,
}
INSTEAD = "The French model of ours is asked in its place."
DEFAULT = lesson.MODELS[lesson.DEFAULT_MODEL].label
WORDS = {
    "marian_en_pt": "Marian, English to Portuguese",
    "marian_pt_en": "Marian, Portuguese to English",
    "additive_en_pt": "Bahdanau's network, English to Portuguese, trained on what Marian writes",
    "dot_en_pt": "Luong's network, English to Portuguese, trained on what Marian writes",
    HUB: "Helsinki-NLP/opus-mt-en-fr, English to French",
    OURS: "Bahdanau's network, English to French, trained on Bible verses: it speaks as they do",
}


def choose() -> tuple[str, str]:
    """Let the reader choose a model; return the one that answers, and one line on what is missing, empty for nothing."""
    label = controls.choice("Model and direction", tuple(OFFERED), DEFAULT, key="model")
    model, line = _french() if label == FRENCH else (OFFERED[label], "")
    if model in (HUB, lesson.DEFAULT_MODEL, "marian_pt_en") or (TRAINED / f"{model}.safetensors").is_file():
        return model, line
    lacking = f"{lesson.MODELS[model].label} can't be had here: the file {model}.safetensors is missing."
    return lesson.DEFAULT_MODEL, f"{line} {lacking} {DEFAULT} answers in its place.".strip()


def _french() -> tuple[str, str]:
    """Return the best French there is: the hub's model where it can be reached, else ours, and why."""
    from core.pretrained.hub.files import HubError
    from core.pretrained.translation import marian_hub_files as files

    def ask() -> tuple[str, str]:
        found = files.availability("en-fr")
        if not found.available:
            return OURS, f"{found.name} is {escape(found.reason)}. {INSTEAD}"
        try:
            if not files.cached(found.name):
                files.download(found.name)
        except HubError as error:
            return OURS, f"{escape(str(error))}. {INSTEAD}"
        return HUB, ""

    with st.spinner("Asking the model hub for French; if it is not here yet, about 300 MB are fetched."):
        model, line = cache.remember("alignment french", ask)
    return model, line


@cache.kept  # from files that no run of the app changes
def measured(model: str) -> str:
    """Return how good a network of ours is on sentences kept apart, as a sentence; empty for other models."""
    if model == OURS:
        bleu = evaluation("en-fr")["verse_all"]["bleu"]
        return f"On verses kept apart it agrees with Louis Segond's to BLEU {bleu:.1f} of 100."
    if model not in ("additive_en_pt", "dot_en_pt"):
        return ""
    found = evaluation("en-pt")["models"][model]
    made, natural = (found[f"{kind}_all"]["bleu"] for kind in ("controlled", "natural"))
    return (
        f"On sentences kept apart it agrees with Marian to BLEU {made:.1f} of 100 in controlled English, "
        f"{natural:.1f} in film reviews and editorials."
    )


def type_sentence(model: str) -> str:
    """Let the reader type a sentence; an example that was not touched follows the model's language."""
    entry = lesson.MODELS[model]
    default = lesson.DEFAULT_TEXTS[entry.reads]
    if st.session_state.get("text") in lesson.DEFAULT_TEXTS.values():
        controls.move({"text": default})
    return controls.text_area(
        f"{entry.reads}, up to {entry.words} words", default, key="text", height=112, max_chars=2000
    )
