"""The pictures of the lesson on the Transformer's anatomy."""

from dataclasses import replace

from core.experiments import transformer_anatomy as lesson
from core.experiments.recording import find
from core.experiments.transformer_anatomy.machine import Machine
from core.experiments.transformer_anatomy.results import (
    BET_BLOCK,
    DEFAULT_LAYER,
    DEFAULT_TEXT,
    MODEL,
    OFFERED_IDS,
    order_without,
)
from core.figures import transformer_anatomy as figures
from core.figures.picture import Picture
from tests.core.figures.hostile import HOSTILE


def pictures() -> dict[str, Picture]:
    """Every figure at its default and at its ends, and with a hostile text."""
    usual = find(lesson.stream, MODEL, DEFAULT_TEXT, 0, False, ())
    without = find(lesson.stream, MODEL, DEFAULT_TEXT, BET_BLOCK, False, OFFERED_IDS)
    layer = find(lesson.layer, MODEL, DEFAULT_TEXT, DEFAULT_LAYER)
    odd = replace(
        usual,
        tokens=tuple(HOSTILE for _ in usual.tokens),
        offered=(HOSTILE,) * 5,
        says=tuple((HOSTILE,) * len(row) for row in usual.says),
    )
    twice = replace(without, order=order_without(30, False))
    strange = replace(layer, tokens=(HOSTILE,) * len(layer.tokens))
    return {
        "stream": figures.stream(usual, usual, 0),
        "stream, without a block": figures.stream(without, usual, 4),
        "stream, without the last": figures.stream(twice, usual, 0),
        "stream, hostile": figures.stream(odd, odd, 0),
        "lens": figures.lens(usual),
        "lens, hostile": figures.lens(odd),
        "each block": figures.each_block(find(lesson.each_block, MODEL, DEFAULT_TEXT)),
        "number": figures.number(layer, 4, 4, 3),
        "number, of itself": figures.number(layer, 0, 0, 0),
        "number, hostile": figures.number(strange, 0, 4, 3),
        **{
            f"machine, {kind}, {what}": figures.machine(Machine(kind), what)
            for kind, what in (("both", "length"), ("encoder", "width"), ("decoder", "depth"))
        },
        "mechanism, stream": figures.mechanism_stream(usual, 24, 0),
        "mechanism, left out": figures.mechanism_stream(without, 24, 0),
        "mechanism, number, hostile": figures.mechanism_number(strange, 0, 4, 3),
        "mechanism, machine": figures.mechanism_machine(Machine()),
    }
