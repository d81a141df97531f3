"""The script of the lesson on recurrence and attention: run outside the app, it learns as the page's networks did."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.experiments import recurrence_vs_attention as lesson
from core.experiments.recording import find
from core.experiments.recurrence_vs_attention.results import ARCHITECTURES, LENGTHS, SECONDS, SEEDS
from tests.pages.alone import run_alone
from tests.pages.helpers import fresh, open_drawer, sound

LINE = re.compile(r"(LSTM|Transformer): ([\d.]+) % correct after (\d+) steps")


@pytest.mark.parametrize("task", ["copy", "add"])
def test_learns_as_the_page_says(taken: dict[str, Callable[[], Any]], tmp_path: Path, task: str) -> None:
    sound(open_drawer(sound(fresh("recurrence_vs_attention", task=task).run()), "Take it with you"))
    (tmp_path / "race.py").write_text(taken["recurrence_vs_attention.py"](), "utf-8")
    done = run_alone(tmp_path / "race.py", tmp_path, arguments=("1",))
    assert done.returncode == 0, done.stderr
    found = find(lesson.race, task, LENGTHS[task], SECONDS, SEEDS, True)
    for name, architecture in (("LSTM", "lstm"), ("Transformer", "transformer")):
        shares = [float(share) / 100 for which, share, _ in LINE.findall(done.stdout) if which == name][:3]
        expected = found.first[ARCHITECTURES.index(architecture)]  # type: ignore[arg-type]
        assert len(shares) >= 2
        for share, first in zip(shares, expected, strict=False):
            assert share == pytest.approx(float(first), abs=0.06)
