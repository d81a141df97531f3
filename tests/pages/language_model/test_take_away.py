"""The script of the lesson on language models: run outside the app, it prints the page's numbers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.experiments import language_model as lesson
from core.experiments.language_model.results import DEFAULT_TEXT, DEFAULT_WORDS, MODEL, MODELS, units_in
from core.experiments.recording import find
from tests.pages.alone import lay_beside, run_alone
from tests.pages.helpers import fresh, open_drawer, sound


@pytest.mark.real_weights
@pytest.mark.timeout(600)
def test_prints_the_numbers_of_the_page(taken: dict[str, Callable[[], Any]], gguf: Path, tmp_path: Path) -> None:
    sound(open_drawer(sound(fresh("language_model").run()), "Take it with you"))
    for name, make in taken.items():
        made = make() if callable(make) else make
        (tmp_path / name).write_bytes(made.encode() if isinstance(made, str) else made)
    lay_beside(gguf, tmp_path)
    done = run_alone(tmp_path / "language_model.py", tmp_path, gguf=gguf)
    assert done.returncode == 0, done.stderr
    lines = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()[2:]}
    kept = len(units_in(DEFAULT_TEXT))
    small = find(lesson.guess, DEFAULT_TEXT, kept, DEFAULT_WORDS).probabilities
    large = find(lesson.guess_large, MODEL, DEFAULT_TEXT, kept, DEFAULT_WORDS).probabilities
    for name, row in zip(MODELS, (*small, *large), strict=True):
        printed = [float(number) for number in lines[name]]
        assert printed == pytest.approx((100 * row).tolist(), rel=0.02, abs=2e-3)


def test_says_what_is_missing(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    sound(open_drawer(sound(fresh("language_model").run()), "Take it with you"))
    (tmp_path / "language_model.py").write_text(taken["language_model.py"](), "utf-8")
    done = run_alone(tmp_path / "language_model.py", tmp_path)
    assert done.returncode == 1
    assert "word_text.xz is not here" in done.stderr
