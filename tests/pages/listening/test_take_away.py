"""The script of the lesson on listening: on public engines alone it prints the page's numbers."""

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
Taken = dict[str, Callable[[], Any]]


def lay(taken: Taken, folder: Path, **link: str) -> Path:
    """Put what a view gives to take along into a folder; return the script."""
    sound(open_drawer(sound(fresh("listening", **link).run()), "Take it with you"))
    for name, make in taken.items():
        if name.endswith((".py", ".wav", ".onnx", ".npz", ".safetensors", "tokenizer.json", "config.json")):
            content = make()
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder / "listening.py"


def test_prints_the_numbers_of_the_recurrent_models(taken: Taken, tmp_path: Path) -> None:
    done = run_alone(lay(taken, tmp_path, erase="every 4th frame"), tmp_path)
    assert "put whisper_model.safetensors" in done.stderr, done.stderr
    heard, scores = find(lesson.hear, "young_man", 0.0, "fourth"), find(lesson.digit_scores)
    for count in (voiced(heard.probabilities), voiced(heard.whole), voiced(heard.alone)):
        assert f"a voice in {count} of 94 frames" in done.stdout
    assert f"the GRU names {scores.right[0]} of 600" in done.stdout
    assert f"the nearest average names {scores.nearest} of 600" in done.stdout
    (tmp_path / "digits.npz").unlink()
    assert "digits.npz is not here" in run_alone(tmp_path / "listening.py", tmp_path).stderr


def test_prints_the_words_and_when_they_are_said(taken: Taken, tmp_path: Path) -> None:
    done = run_alone(lay(taken, tmp_path, view="Words", layer="3"), tmp_path)
    assert done.returncode == 0, done.stderr
    written = find(lesson.write, "young_man", 0.0)
    assert f"Whisper writes: {' '.join(written.words)}" in done.stdout
    lines = [line.split(" s: ") for line in done.stdout.splitlines() if " s: " in line]
    assert [float(second) for second, _ in lines] == pytest.approx(written.starts[3, :-1].tolist(), abs=0.021)
    assert [word for _, word in lines][:4] == ["He", "was", "not", "an"]
