"""One number, written out: how one head comes to one weight, to the model's own digits."""

from functools import partial

from core.experiments import transformer_anatomy as lesson
from core.experiments.transformer_anatomy.results import (
    DEFAULT_HEAD,
    DEFAULT_KEY,
    DEFAULT_LAYER,
    DEFAULT_QUERY,
    HEADS,
    LAYERS,
    MODEL,
    Layer,
    Number,
    written_out,
)
from core.figures import transformer_anatomy as figures
from pages.kit import controls, language_models
from pages.kit.ask import derive, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import code, percent
from pages.transformer_anatomy.text import EMPTY, choose, say_what_was_read, script_values

MORE, LESS = "more than half", "half or less"


def show(stage: Stage) -> Shown | Nothing:
    """Show the arithmetic of one weight: query, key, score, softmax, value."""
    with stage.decide:
        slot = controls.st.container(width="stretch")
    with stage.more:
        text = choose()
        number = int(controls.slider("Layer", 1, LAYERS, DEFAULT_LAYER, 1, key="layer"))
        head = int(controls.slider("Head", 1, HEADS, DEFAULT_HEAD, 1, key="head")) - 1
        below = controls.st.container()
    if not text:
        return EMPTY
    layer = language_models.ask(MODEL, lesson.layer, text, number)
    with below:
        query = place("Token that asks (query)", len(layer.tokens), DEFAULT_QUERY, key="query")
    with slot:
        key = place("Token that is asked (key)", query + 1, DEFAULT_KEY, key="key")
    say_what_was_read(stage, text, len(layer.tokens), layer.dropped)
    found = derive(written_out, layer, head, query, key)
    return Shown(
        verdict=judge(layer, found, query, key),
        picture=draw(figures.number, layer, head, query, key),
        mechanism=draw(figures.mechanism_number, layer, head, query, key),
        bet=bet(layer, text, head, query, key),
        numbers=[
            ("score", f"{found.score:.6f}"),
            ("weight", f"{found.weight:.6f}"),
            ("largest difference from the model", f"{found.apart:.1e}"),
        ],
        caption="Query and key are turned to their positions first (rotary positions), so that the same words farther apart give "
        "another score. Three query heads share one key and value head. The mixtures of nine heads side by side, "
        "times the output "
        "matrix, are what the attention of this block adds to the stream.",
        values=script_values(TEXT=text, LAYER=number, HEAD=head + 1, QUERY=query + 1, KEY=key + 1),
    )


def place(label: str, last: int, default: int, *, key: str) -> int:
    """Draw a slider over the places 1 to `last`, there with one place too; return the place chosen, from 0."""
    return min(int(controls.slider(label, 1, max(last, 2), min(default, last), 1, key=key)), last) - 1


def judge(layer: Layer, found: Number, query: int, key: int) -> str:
    """Say the number, and that it is the model's own."""
    asks, asked = code(layer.tokens[query]), code(layer.tokens[key])
    digits = f"{found.weight:.6f}"
    same = digits == f"{found.model_weight:.6f}"
    own = "as the model does" if same else f"where the model has {found.model_weight:.6f}"
    made = f"{len(found.query)} products and a softmax give {digits}"
    return f"{asks} gives {asked} a weight of {percent(found.weight)}: {made}, {own}."


def bet(layer: Layer, text: str, head: int, query: int, key: int) -> Bet:
    """Ask what the next head gives to the same key."""
    other = (head + 1) % HEADS
    asks, asked = code(layer.tokens[query]), code(layer.tokens[key])
    return Bet(
        question=f"The same two tokens in head {other + 1} of the same layer: how much of its weight does {asks} give to "
        f"{asked}?",
        answers=(MORE, LESS),
        change={"head": other + 1},
        moved=f"head {other + 1} instead of {head + 1}",
        judge=partial(_outcome, text, layer.layer, other, query, key),
    )


def _outcome(text: str, number: int, head: int, query: int, key: int) -> tuple[str, str]:
    layer = language_models.ask(MODEL, lesson.layer, text, number)
    weight = derive(written_out, layer, head, query, key).weight
    return (MORE if weight > 0.5 else LESS), f"Head {head + 1} gives it {percent(weight)}."


IDEA = (
    "How does one weight of **attention** come about? The query of one **token** and the key of another are "
    "multiplied, number by number, and a **softmax** makes weights of the sums. Here is every number of one such "
    "product."
)
VIEW = View("One number", show, IDEA)
