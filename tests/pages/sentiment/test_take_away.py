"""The script of the lesson on sentiment: run outside the app, with torch's own layers, it prints the page's numbers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.experiments.sentiment import reading, results
from core.experiments.sentiment.results import MODELS, change
from tests.pages.alone import run_alone
from tests.pages.helpers import fresh, open_drawer, sound

TEXT = 'It\'s "odd" & $WORDS, but never 🦜 boring'


def test_prints_the_numbers_of_the_page(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    sound(open_drawer(sound(fresh("sentiment", text=TEXT).run()), "Take it with you"))
    for name, make in taken.items():
        made = make() if callable(make) else make
        (tmp_path / name).write_bytes(made.encode() if isinstance(made, str) else made)
    done = run_alone(tmp_path / "sentiment.py", tmp_path)
    assert done.returncode == 0, done.stderr
    words = results.fit(TEXT)[0]
    lines = done.stdout.splitlines()
    for start, expected in ((0, words), (5, change(words, "moved", 5, 3)[0])):
        read = reading.read(expected)
        for row in range(len(MODELS)):
            printed = [float(number) for number in lines[start + 1 + row].split()[1:]]
            assert printed == pytest.approx(100 * read.beliefs[row], abs=0.06)


def test_says_what_is_missing(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    sound(open_drawer(sound(fresh("sentiment").run()), "Take it with you"))
    (tmp_path / "sentiment.py").write_text(taken["sentiment.py"](), "utf-8")
    done = run_alone(tmp_path / "sentiment.py", tmp_path)
    assert done.returncode == 1
    assert "sentiment_bag.json is not here" in done.stderr
