"""The script of the lesson on induction: run outside the app, by transformers, it prints the page's numbers."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.experiments import induction as lesson
from core.experiments.induction.results import MODEL, SEED, WORDS, typical
from core.experiments.recording import find
from tests.pages.alone import lay_beside, run_alone
from tests.pages.helpers import fresh, open_drawer, sound

pytestmark = [pytest.mark.real_weights, pytest.mark.timeout(600)]
LINE = re.compile(r"typical probability ([\d.]+) % the first time, ([\d.]+) % the second; (\d+) of (\d+) correct")


def test_prints_the_numbers_of_the_first_view(taken: dict[str, Callable[[], Any]], gguf: Path, tmp_path: Path) -> None:
    sound(open_drawer(sound(fresh("induction").run()), "Take it with you"))
    (tmp_path / "induction.py").write_text(taken["induction.py"](), "utf-8")
    lay_beside(gguf, tmp_path)
    done = run_alone(tmp_path / "induction.py", tmp_path, gguf=gguf)
    assert done.returncode == 0, done.stderr
    lines = LINE.findall(done.stdout)
    found = find(lesson.repeated, MODEL, "", WORDS, SEED)
    assert float(lines[0][0]) == pytest.approx(100 * typical(found.first), abs=1e-5)
    for (_, second, correct, total), case in zip(lines, ("", "before", "best"), strict=True):
        values = found.again(case) if case else found.second
        assert float(second) == pytest.approx(100 * typical(values), rel=0.01, abs=1e-4)
        assert (int(correct), int(total)) == (found.correct(case), WORDS - 1)
