"""The script of the lesson on markets: run outside the app, with torch's own GRU, it prints the page's numbers."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.assets.fetch import ensure
from core.data.daily import SHARES
from core.experiments import market as lesson
from core.experiments.recording import find
from tests.pages.alone import run_alone
from tests.pages.helpers import fresh, open_drawer, sound


def laid(taken: dict[str, Callable[[], Any]], folder: Path) -> Path:
    sound(open_drawer(sound(fresh("market", days="5").run()), "Take it with you"))
    script = folder / "market.py"
    script.write_text(taken["market.py"](), "utf-8")
    return script


@pytest.mark.real_weights
def test_prints_the_numbers_of_the_page(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    """From 2019 on, to be quick: the last of the five folds."""
    done = run_alone(laid(taken, tmp_path), tmp_path, (str(ensure(SHARES)), "2019"))
    assert done.returncode == 0, done.stderr
    walk = find(lesson.next_day, 5)
    since = [month >= "2019" for month in walk.months]
    for line, right in zip(done.stdout.splitlines(), walk.right[:, :, since].sum((1, 2)), strict=True):
        counted, asked = map(int, re.findall(r"\d+", line)[:2])
        assert asked == walk.asked[:, since].sum()
        assert counted == pytest.approx(right, abs=0.004 * asked if line.startswith("GRU") else 5)


def test_says_what_is_missing(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    done = run_alone(laid(taken, tmp_path), tmp_path)
    assert done.returncode == 1
    assert "Give the file with the prices" in done.stderr
