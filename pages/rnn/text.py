"""What the views of this lesson share: the reader's text, the model that reads it, and the character that is looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.experiments import rnn
from core.experiments.characters import LIMIT, fit
from core.experiments.recording import find
from core.experiments.rnn.results import DEFAULT_MODEL, DEFAULT_POSITION, DEFAULT_TEXT, KINDS, Read, window
from pages.kit import controls, export, tokens
from pages.kit.ask import ask
from pages.kit.lesson import Nothing, Stage
from pages.kit.words import count

MODELS = {words: name for name, words in KINDS.items()}
UNKNOWN = ((3, "not known to the model: read as one sign for “unknown”"),)


@dataclass(frozen=True)
class Given:
    """The reader's text as a model read it, and the position in it (from 0) that is looked at."""

    read: Read
    position: int


def choose(stage: Stage, *, model: bool = True) -> Given | Nothing:
    """Let the reader choose text, position and model, and say what of the text is not read as it is written."""
    with stage.more:
        typed = controls.text_area("Your text", DEFAULT_TEXT, key="text", height=98, max_chars=20_000)
        vocabulary = find(rnn.read, DEFAULT_MODEL, DEFAULT_TEXT).vocabulary
        fitted = fit(typed, vocabulary)
        position = controls.position("Character", len(fitted.text), DEFAULT_POSITION + 1, key="place") - 1
        name = DEFAULT_MODEL
        if model:
            name = MODELS[controls.choice("Model", tuple(MODELS), KINDS[DEFAULT_MODEL], key="model")]
    if not fitted.text:
        return Nothing("Type something under “More”: with no character at all there is nothing to read.")
    if fitted.dropped:
        stage.note(f"Your text has {len(typed):,} characters: the model reads the last {LIMIT:,}.")
    if fitted.unknown:
        stage.note(f"The model does not know {count(len(fitted.unknown), 'character')} of your text (coloured below).")
    return Given(ask(rnn.read, name, fitted.text), position)


def taken(given: Given, since: int = 1) -> dict[str, Any]:
    """Return what a view hands to the script that is taken along, and the weights that lie beside it."""
    file = f"char_{given.read.model}.safetensors"
    values = {"TEXT": given.read.text, "MODEL": given.read.model, "POSITION": given.position, "SINCE": since}
    return {"values": values, "downloads": [export.own_weights(file)]}


def strip(stage: Stage, given: Given, notes: Sequence[str], weights: Sequence[float | None], *, label: str) -> None:
    """Show the text around the position under the picture, coloured by `weights`; a click moves the position."""
    read, position = given.read, given.position
    part = window(len(read.text), position)
    row = [
        tokens.Token(
            text=character,
            note=f"character {at + 1}: {notes[at]}" + ("" if read.ids[at] else "; not known to the model"),
            band=-1 if read.ids[at] else 3,
            weight=weights[at],
        )
        for at, character in enumerate(read.text[part], part.start)
    ]
    unknown = any(token.band == 3 for token in row)
    with stage.under:
        clicked = tokens.strip(
            row, key="strip", label=label, chosen=position - part.start, legend=UNKNOWN if unknown else ()
        )
    if clicked is not None and clicked + part.start != position:
        controls.move_to("place", clicked + part.start + 1)
