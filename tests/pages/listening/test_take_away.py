"""The script of the lesson on listening: on ONNX's engine and numpy alone it prints the page's numbers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.experiments import listening as lesson
from core.experiments.listening.results import voiced
from core.experiments.recording import find
from tests.pages.alone import run_alone
from tests.pages.helpers import fresh, open_drawer, sound

pytestmark = pytest.mark.real_weights


def test_prints_the_numbers_of_both_views(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    sound(open_drawer(sound(fresh("listening", erase="every 4th frame").run()), "Take it with you"))
    for name, make in taken.items():
        if name.endswith((".py", ".wav", ".onnx", ".npz", ".safetensors")):
            content = make()
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    done = run_alone(tmp_path / "listening.py", tmp_path)
    assert done.returncode == 0, done.stderr
    heard, scores = find(lesson.hear, "young_man", 0.0, "fourth"), find(lesson.digit_scores)
    for count in (voiced(heard.probabilities), voiced(heard.whole), voiced(heard.alone)):
        assert f"a voice in {count} of 94 frames" in done.stdout
    assert f"the GRU names {scores.right[0]} of 600" in done.stdout
    assert f"the nearest average names {scores.nearest} of 600" in done.stdout
    (tmp_path / "digits.npz").unlink()
    assert "digits.npz is not here" in run_alone(tmp_path / "listening.py", tmp_path).stderr
