"""What the lesson on alignment asks of its models: each answer is kept, so that moving a control is quick."""

from typing import Any

from core.experiments import alignment as lesson
from core.experiments.alignment import recorded
from pages.kit import cache, lab


def load() -> None:
    """Get the model that the page opens with."""
    from core.experiments.alignment import attention as _alignment_looking

    _alignment_looking.translator(lesson.DEFAULT_MODEL)


def look(model: str, text: str) -> lesson.Look:
    """Return the text as that model translates it, with what hiding each word costs."""

    def work() -> Any:
        from core.experiments.alignment import attention as _alignment_looking

        return _alignment_looking.look(model, text)

    return lab.compute(("alignment look", model, text), work, "Translating and hiding", "word", entries=cache.PROMPTS)


def hidden(seen: lesson.Look, place: int, *, live: bool) -> lesson.Hidden:
    """Return what is written while source word `place` is hidden; the recorded one where nothing can be computed yet."""
    if not live:
        return recorded.hidden()

    def work() -> Any:
        from core.experiments.alignment import attention as _alignment_looking

        return _alignment_looking.hide(seen, place)

    return lab.compute(("alignment hidden", seen.model, seen.text, place), work, "Translating again", "word")


def inside(seen: lesson.Look, *, live: bool) -> lesson.Inside | None:
    """Return the arithmetic of every step; None for a model whose inside is not open."""
    if not live:
        return recorded.inside()

    def work() -> Any:
        from core.experiments.alignment import attention as _alignment_looking

        return (_alignment_looking.inside(seen),)  # what is kept must not be None

    key = ("alignment inside", seen.model, seen.text)
    return lab.compute(key, work, "Looking inside", "step", entries=cache.PROMPTS)[0]


def kept(key: Any, make: Any) -> Any:
    """Return a picture from the shelf for few and large things, made by `make()` when it is not there."""
    found = cache.shelf(cache.PROMPTS).get(key)
    if found is None:
        found = make()
        cache.shelf(cache.PROMPTS).put(key, found)
    return found
