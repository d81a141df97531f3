"""The pictures of the lesson on positions."""

from dataclasses import replace

from core.experiments import positional_encoding as lesson
from core.experiments.positional_encoding.results import DEFAULT_HEAD, DEFAULT_LAYER, DEFAULT_TEXT, DEFAULT_WORDS
from core.experiments.recording import find
from core.figures import positional_encoding as figures
from core.figures.picture import Picture
from core.figures.positional_encoding.common import CASES
from tests.core.figures.hostile import HOSTILE


def pictures() -> dict[str, Picture]:
    """Every figure at its default and at its ends, and with a hostile text."""
    found = find(lesson.compare_orders, DEFAULT_TEXT, *DEFAULT_WORDS)
    odd = replace(found, tokens=(HOSTILE,) * len(found.tokens), pair=(HOSTILE, HOSTILE))
    codes, longer = find(lesson.position_codes), find(lesson.longer_losses)
    undone = find(lesson.undo_head, DEFAULT_TEXT, DEFAULT_LAYER, DEFAULT_HEAD)
    odd_undone = replace(undone, tokens=(HOSTILE,) * len(undone.tokens))
    lengths = ((16, False), (64, True), (256, False), (256, True))
    return {
        **{f"orders, {case}": figures.orders(found, case) for case in CASES},
        "orders, hostile": figures.orders(odd, "words"),
        "pairs": figures.pairs(find(lesson.sentence_pairs)),
        **{f"mechanism, {case}": figures.mechanism(found, case) for case in CASES},
        "mechanism, hostile": figures.mechanism(odd, "none"),
        **{f"table, {position}": figures.table(codes, position) for position in (0, 19, 63, 127)},
        "waves": figures.waves(codes),
        "learned": figures.learned(codes),
        **{f"rotary, {distance}": figures.rotary(codes, distance) for distance in (1, 20, 64)},
        "mechanism, code": figures.code_sketch(codes, 19),
        "mechanism, rotary": figures.rotary_sketch(codes, 20),
        "undone": figures.undone(undone),
        "undone, hostile": figures.undone(odd_undone),
        "mechanism, undone": figures.undo_sketch(undone),
        **{f"longer, {length}, {last}": figures.longer(longer, length, last) for length, last in lengths},
        **{f"mechanism, {length}, {last}": figures.length_sketch(longer, length, last) for length, last in lengths},
    }
