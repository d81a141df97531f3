"""What the lesson on recurrent networks asks of its models: each answer is kept, so that moving a control is quick."""

from functools import partial
from typing import Any

from core.experiments import rnn as lesson
from core.experiments.characters import Written
from core.experiments.rnn import recorded
from pages.kit import cache, lab


def read(name: str, text: str) -> lesson.Read:
    """Return the text as that model reads it."""

    def work() -> Any:
        from core.experiments.rnn import reading as _rnn_reading

        return _rnn_reading.read(name, text)

    return lab.compute(("rnn read", name, text), work, "Reading your text", "character", entries=cache.PROMPTS)


def damages(
    names: tuple[str, ...], text: str, place: int, kind: lesson.Kind, other: str, *, live: bool
) -> tuple[lesson.Damage, ...]:
    """Return what the damage does to each of these models; recorded ones where nothing can be computed yet."""
    if not live:
        return tuple(one for one in recorded.damages(kind) if one.model in names)

    def work(whole: lesson.Read) -> Any:
        from core.experiments.rnn import reading as _rnn_reading

        return _rnn_reading.damage([whole], place, kind, other)

    found = []
    for name in names:
        key = ("rnn damage", name, text, place, kind, other if kind == "swap" else "")
        found += lab.compute(key, partial(work, read(name, text)), "Reading on without the state", "model")
    return tuple(found)


def written(name: str, prompt: str, settings: lesson.Settings, *, live: bool) -> Written:
    """Return the text that goes on after the prompt."""
    if not live:
        return recorded.written()

    def work() -> Any:
        from core.experiments import character_writing as _char_writing
        from core.experiments.rnn import reading as _rnn_reading

        model = _rnn_reading.character_lm(name)
        return _char_writing.write(model, prompt, **vars(settings))

    return lab.compute(("rnn written", name, prompt, settings), work, "Writing", "character")


def speed(name: str) -> lesson.Speed:
    """Measure how long reading takes, here and now."""

    def work() -> Any:
        from core.experiments.rnn import measure as _rnn_measure

        return _rnn_measure.speed(name, "here, just now")

    return lab.compute(("rnn speed", name), work, "Measuring", "reading")


def kept(key: Any, make: Any) -> Any:
    """Return a large picture from the shelf for few and large things, made by `make()` when it is not there."""
    found = cache.shelf(cache.PROMPTS).get(key)
    if found is None:
        found = make()
        cache.shelf(cache.PROMPTS).put(key, found)
    return found
