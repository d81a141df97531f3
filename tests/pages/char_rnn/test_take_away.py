"""The script of the lesson on learning to write: alone, it measures the model that ships, and trains one from nothing."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.experiments import char_rnn as lesson
from core.experiments.recording import find
from pages.char_rnn.shared import script_values
from pages.kit import export
from tests.pages.alone import run_alone
from tests.pages.helpers import fresh, open_drawer, sound


def test_prints_the_numbers_of_the_page(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    sound(open_drawer(sound(fresh("char_rnn").run()), "Take it with you"))
    for name in ("char_rnn.py", "novel.txt", "writer_novel.safetensors"):
        content = taken[name]()
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    done = run_alone(tmp_path / "char_rnn.py", tmp_path)
    assert done.returncode == 0, done.stderr
    grams = [float(n) for n in re.findall(r"-gram: ([\d.]+) bits", done.stdout)]
    assert grams == pytest.approx(find(lesson.counts, "novel").grams, abs=0.0051)
    model = re.search(r"model: ([\d.]+) bits", done.stdout)
    assert model
    assert float(model[1]) == pytest.approx(find(lesson.full, "novel").last.bits, abs=0.011)


@pytest.mark.parametrize("kind", ["lstm", "transformer"])
def test_trains_one_from_nothing(kind: str, tmp_path: Path) -> None:
    values = script_values(text="small") | {"KIND": kind, "SIZE": 32, "CHARACTERS": 40_000, "WINDOW": 16, "RATE": 1e-2}
    make = export.script("Script", "char_rnn.py", "char_rnn/take_away.py.txt", values).make
    (tmp_path / "char_rnn.py").write_text(str(make()), "utf-8")
    (tmp_path / "small.txt").write_text("the cat sat on the mat.\n" * 300, "utf-8")
    done = run_alone(tmp_path / "char_rnn.py", tmp_path)
    assert done.returncode == 0, done.stderr
    model = re.search(r"model: ([\d.]+) bits", done.stdout)
    assert model
    assert float(model[1]) < 0.5
    assert "cat sat" in done.stdout
