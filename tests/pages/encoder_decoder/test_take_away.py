"""The script of the lesson on the encoder-decoder: with the files beside it and nothing of ours it prints the page's numbers."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.pages.alone import run_alone
from tests.pages.helpers import fresh, metrics, open_drawer, sound, token_texts

pytestmark = pytest.mark.real_weights
ODD = {
    "text": 'Don\'t "read" $TEXT \\n ${x} 🦜 {y} tonight.',
    "other": "The 'children' were there.",
    "kind": "blend",
    "amount": 0.35,
}


def run(taken: dict[str, Callable[[], Any]], folder: Path, *, files: bool = True) -> Any:
    for name, make in taken.items():
        if name.endswith(".py") or (files and name.endswith((".safetensors", ".json"))):
            content = make()
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return run_alone(folder / "encoder_decoder.py", folder)


def told(taken: dict[str, Callable[[], Any]], folder: Path, **link: Any) -> tuple[Any, str]:
    at = sound(fresh("encoder_decoder", **link).run())
    sound(open_drawer(at, "Take it with you"))
    done = run(taken, folder)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    assert "-0.0" not in done.stdout
    assert "nan" not in done.stdout
    return at, done.stdout


@pytest.mark.parametrize("link", [{}, ODD], ids=["default", "odd"])
def test_one_vector(link: dict[str, Any], taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    at, out = told(taken, tmp_path, view="One vector", **link)
    undamaged = "".join(token_texts(at, "written")[:-1]).strip()
    assert f"undamaged: {undamaged!r}" in out
    found = re.search(r"agrees with yours to (\d+), with the other to (\d+)", out)
    assert found
    assert found[1] == metrics(at)["agreement with yours"]
    assert found[2] == metrics(at)["with the other sentence's"]
    caption = " ".join(m.value for m in at.markdown)
    left = re.search(r"of ([\d,]+) that reading left", out)
    assert left
    assert f"Reading left {left[1]} numbers" in caption
    for width, each in re.findall(r"beam of (\d): ([\d.]+) % a subword", out):
        assert f"{each}\u00a0% a subword" in caption or f"greedy {each}\u00a0%" in caption, width


def test_length_and_spelling(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    at, out = told(taken, tmp_path, view="Length")
    score = re.search(r"none_en_pt, 34 to 40 words: BLEU ([\d.]+)", out)
    assert score
    assert f"score {float(score[1]):.0f} (BLEU)" in at.header[0].value
    at, out = told(taken, tmp_path, view="Spelling", word="Rivers")
    sounds = [text.strip() for text in token_texts(at, "phonemes")][:-1]
    assert f"rivers, 6 letters through 256 numbers: {' '.join(sounds)}\n" in out


def test_says_what_is_missing(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    sound(open_drawer(sound(fresh("encoder_decoder").run()), "Take it with you"))
    done = run(taken, tmp_path, files=False)
    assert done.returncode == 1
    assert "evaluation_en_pt.json is not here" in done.stderr
    assert "Traceback" not in done.stderr
