"""What the views on SmolLM2 share: the reader's list, and what fills the script to take along."""

from collections.abc import Callable
from typing import Any

from core.experiments import induction as lesson
from core.experiments.induction.results import LONGEST, MODEL, SEED, SEEDS, SHORTEST, WORDS, Repeated
from pages.kit import controls, language_models
from pages.kit.lesson import Nothing, Stage
from pages.kit.words import count

List = tuple[str, int, int]  # the reader's words, or how many random ones and the seed they come from


def choose(stage: Stage) -> List:
    """Let the reader choose a list."""
    with stage.more:
        words = int(controls.slider("Random words in the list", SHORTEST, LONGEST, WORDS, 4, key="words"))
        seed = int(controls.slider("Which random list", 1, SEEDS, SEED + 1, 1, key="list")) - 1
        text = controls.text_area("Or a list of your own", "", key="text", height=68, max_chars=1_000)
    own = " ".join(text.split())
    return (own, WORDS, SEED) if own else ("", words, seed)


def read(stage: Stage, given: List) -> Repeated | Nothing:
    """Return the list as it was read twice; say what was left out."""
    found = language_models.ask(MODEL, lesson.repeated, *given)
    if len(found.tokens) < 2:
        return Nothing("Type at least two words under “More”: one alone has nothing after it.")
    if found.dropped:
        stage.note(f"Your list has {count(len(found.tokens) + found.dropped, 'token')}: the first {LONGEST} are read.")
    return found


def script_values(found: Repeated | None = None, **own: Any) -> dict[str, Any]:
    """Return the value of every name in `take_away.py.txt`."""
    found = found or language_models.ask(MODEL, lesson.repeated, "", WORDS, SEED)
    heads: Callable[..., Any] = lambda case: [tuple(head) for head in found.off(case)]  # noqa: E731
    return {"TOKENS": list(found.tokens), "LOWER": heads("before"), "UPPER": heads("best")} | own
