"""The pictures of the lesson on recurrence and attention."""

from dataclasses import replace

from core.data.toy import TASKS
from core.experiments import recurrence_vs_attention as lesson
from core.experiments.recording import find
from core.experiments.recurrence_vs_attention.results import LENGTHS, SECONDS, SEEDS, TEXT
from core.figures import recurrence_vs_attention as figures
from core.figures.picture import Picture
from tests.core.figures.hostile import HOSTILE


def pictures() -> dict[str, Picture]:
    """Every figure at its default, and with a hostile text."""
    races = {task: find(lesson.race, task, LENGTHS[task], SECONDS, SEEDS, True) for task in TASKS}
    timed, moved, sentence = find(lesson.timed, 64), find(lesson.moved), find(lesson.sentence, TEXT)
    return {
        **{f"race, {task}": figures.race(found, SECONDS) for task, found in races.items()},
        **{f"course, {task}": figures.course(found) for task, found in races.items()},
        **{f"mechanism, {task}": figures.question(task, LENGTHS[task]) for task in TASKS},
        "race, early": figures.race(races["add"], 1),
        "time": figures.time(timed, 1024),
        "mechanism, waiting": figures.waiting(timed, 8192),
        "memory": figures.memory(timed),
        "parameters": figures.parameters(timed),
        **{f"moved, {shift}": figures.moved(moved, shift) for shift in (0, 8)},
        **{f"mechanism, moved by {shift}": figures.slots(sentence, shift) for shift in (0, 1, 8)},
        "mechanism, hostile": figures.slots(replace(sentence, words=(HOSTILE, "a", HOSTILE)), 1),
    }
