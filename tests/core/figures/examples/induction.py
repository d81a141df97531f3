"""The pictures of the lesson on induction."""

from dataclasses import replace

from core.experiments import induction as lesson
from core.experiments.induction.results import CASES, COUNTS, MODEL, SEED, STEPS, WORDS
from core.experiments.recording import find
from core.figures import induction as figures
from core.figures.picture import Picture
from tests.core.figures.hostile import HOSTILE


def pictures() -> dict[str, Picture]:
    """Every figure at its default, and with a hostile text."""
    found = find(lesson.repeated, MODEL, "", WORDS, SEED)
    switched = find(lesson.switched, MODEL, "", WORDS, SEED)
    two, one = (find(lesson.trained, layers, SEED) for layers in (2, 1))
    odd = replace(found, tokens=tuple(f"{HOSTILE}{n}" for n in range(WORDS)))
    return {
        **{f"repeated, {case or 'all on'}": figures.repeated(found, case) for case in ("", *CASES)},
        **{f"mechanism, {case or 'all on'}": figures.mechanism(found, case) for case in ("", *CASES)},
        "repeated, hostile": figures.repeated(odd, "best"),
        "mechanism, hostile": figures.mechanism(odd),
        "heads": figures.heads(found),
        **{f"together, {count}": figures.together(switched, count) for count in COUNTS[::2]},
        "alone": figures.alone(switched),
        "lists": figures.over_lists(find(lesson.lists, MODEL, WORDS)),
        "moment": figures.moment(two, one, STEPS),
        "moment, early": figures.moment(two, one, 0),
        "small mechanism": figures.mechanism_small(two, 100),
    }
