"""What the views of this lesson share: which sentence, which head, and what fills the reader's script."""

from typing import Any

import numpy as np

from core.data.pronouns import PAIRS
from core.experiments import self_attention as lesson
from core.experiments.self_attention import results
from core.experiments.self_attention.results import HEAD, HEADS, LAYER, LAYERS, Twins
from core.figures import self_attention as figures
from pages.kit import controls
from pages.kit.ask import ask
from pages.kit.lesson import Nothing

OWN = "own"
FEATURED = {pair.first: pair.text for pair in PAIRS if pair.first in ("animal", "wolf", "chair")}


def choose_pair() -> str:
    """Let the reader choose a pair of sentences; return the noun that it begins with, or `OWN`."""
    return controls.choice("Sentence", (*FEATURED, OWN), next(iter(FEATURED)), key="pair")


def own_pair() -> str:
    """Let the reader write a pair; return it."""
    return controls.text_area(
        "Your own sentence, with both words (choose “own”)",
        results.DEFAULT_OWN,
        key="own",
        height=80,
        max_chars=300,
    )


def choose_head() -> tuple[int, int]:
    """Let the reader choose a head; return layer and head, from 1."""
    layer = controls.slider("Layer", 1, LAYERS, LAYER, 1, key="layer")
    return layer, controls.slider("Head", 1, HEADS, HEAD, 1, key="head")


def compared(pair: str, own: str) -> Twins | Nothing:
    """Return both sentences of a pair as the encoder reads them, or what the reader has to mend."""
    text = own if pair == OWN else FEATURED[pair]
    try:
        results.twins_of(text)
    except ValueError as trouble:
        return Nothing(str(trouble))
    found = ask(lesson.compare, text)
    return found if found.query >= 0 else Nothing("The pronoun stands too far back: the first 128 tokens are read.")


def watched(found: Twins, layer: int, head: int) -> tuple[int, int]:
    """Return the two rows that a sentence is about: the nouns of a pair of ours, else what gains and loses most."""
    if found.nouns:
        return found.nouns
    one, two = found.head(layer, head)
    first = int(np.argmax(one - two))
    return first, int(np.argmax(np.where(np.arange(len(one)) == first, -1, two - one)))


def values(**own: Any) -> dict[str, Any]:
    """Return the value of every name in `take_away.py.txt`: the open view's own, and what the page shows first."""
    found: dict[str, Any] = {
        "PAIR": PAIRS[0].text,
        "NOUNS": (PAIRS[0].first, PAIRS[0].second),
        "LAYER": LAYER,
        "HEAD": HEAD,
    }
    found["PAIRS"] = tuple((pair.text, pair.first, pair.second) for pair in PAIRS)
    return found | own


def fan(found: Twins, layer: int, head: int, *, both: bool) -> tuple[str, tuple[str, ...], tuple[figures.Fan, ...]]:
    """Return what the sketch shows: the pronoun, two tokens and the others, and their weights in one sentence or in both."""
    first, second = watched(found, layer, head)
    shares = [(float(r[first]), float(r[second]), 1 - float(r[first] + r[second])) for r in found.head(layer, head)]
    names = [f"… {word}" for word in found.words] if both else [f"head {layer}.{head}, before the cut"]
    return found.pronoun, (found.labels[first], found.labels[second], "others"), tuple(zip(names, shares, strict=False))
