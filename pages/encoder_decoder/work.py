"""What the lesson on the encoder-decoder asks of its models: each answer is kept, so that moving a control is quick."""

from typing import Any

from core.experiments import encoder_decoder as lesson
from core.experiments.encoder_decoder import recorded
from core.experiments.encoder_decoder.words import Spelled
from pages.kit import cache, lab


def load() -> None:
    """Get all the models that the page asks, by having each do the default."""
    from core.experiments.encoder_decoder import reading as _bottleneck_reading
    from core.experiments.encoder_decoder import spelling as _bottleneck_spelling

    _bottleneck_reading.rivals(lesson.DEFAULT_TEXT)
    _bottleneck_spelling.spell(lesson.DEFAULT_WORD)


def read(text: str, *, live: bool) -> lesson.Reading:
    """Return the text in the model without attention."""
    if not live:
        return recorded.reading()

    def work() -> Any:
        from core.experiments.encoder_decoder import reading as _bottleneck_reading

        return _bottleneck_reading.read(text)

    return lab.compute(("bottleneck read", text), work, "Reading your sentence", entries=cache.PROMPTS)


def rivals(text: str, *, live: bool) -> tuple[lesson.Rival, ...]:
    """Return the translations side by side."""
    if not live:
        return recorded.rivals()

    def work() -> Any:
        from core.experiments.encoder_decoder import reading as _bottleneck_reading

        return _bottleneck_reading.rivals(text)

    return lab.compute(("bottleneck rivals", text), work, "Translating", "model")


def damage(text: str, other: str, kind: lesson.Kind, which: lesson.Which, seed: int, *, live: bool) -> lesson.Damage:
    """Return what is written from a damaged vector, at every amount."""
    if not live:
        return recorded.damage(kind)

    def work() -> Any:
        from core.experiments.encoder_decoder import reading as _bottleneck_reading

        return _bottleneck_reading.damage(text, other, kind, which, seed)

    # What an answer does not depend on is left out of its key: it is then found again.
    seeded = seed if lesson.drawn(kind, which) else 0
    chosen = which if kind in ("zero", "swap") else "random"
    key = ("bottleneck damage", text, other, kind, chosen, seeded)
    return lab.compute(key, work, "Writing from the damaged vector", "draw")


def pasts(text: str, look: lesson.Look, *, live: bool) -> lesson.Pasts | None:
    """Return the right subwords' chances after both pasts; None where Marian is not here."""
    if not live:
        return recorded.pasts()

    def work() -> Any:
        from core.experiments.encoder_decoder import reading as _bottleneck_reading

        return (_bottleneck_reading.pasts(text, look),)

    found: tuple[lesson.Pasts | None] = lab.compute(("bottleneck pasts", text, look), work, "Following Marian")
    return found[0]


def ways(text: str, look: lesson.Look, *, live: bool) -> tuple[lesson.Way, ...]:
    """Return what beams of all widths find."""
    if not live:
        return recorded.ways()

    def work() -> Any:
        from core.experiments.encoder_decoder import reading as _bottleneck_reading

        return _bottleneck_reading.ways(text, look)

    return lab.compute(("bottleneck ways", text, look), work, "Searching", "width")


def spelled(word: str, *, live: bool) -> Spelled:
    """Return a word's phonemes."""
    if not live:
        return recorded.spelled()

    def work() -> Any:
        from core.experiments.encoder_decoder import spelling as _bottleneck_spelling

        return _bottleneck_spelling.spell(word)

    return lab.compute(("bottleneck spelled", word), work, "Spelling your word", entries=cache.PROMPTS)
