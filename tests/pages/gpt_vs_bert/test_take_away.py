"""The script of the lesson on GPT and BERT: run outside the app, on transformers, it prints the page's numbers."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.assets import own
from core.assets.fetch import ensure
from core.experiments import gpt_vs_bert as lesson
from core.experiments.gpt_vs_bert import results
from core.experiments.recording import find
from tests.pages.alone import lay_beside, run_alone
from tests.pages.attention_search.test_take_away import publish
from tests.pages.helpers import fresh, open_drawer, sound

pytestmark = [pytest.mark.real_weights, pytest.mark.timeout(600)]  # a whole model, read from its public file
MOVED = re.compile(r"^  (\S+) +([\d.]+) % +([\d.]+) %$", re.MULTILINE)
FILLED = re.compile(r"^  (\S+) +([\d.]+) % +([\d.]+) % +([\d.]+) %$", re.MULTILINE)
MODEL = "smollm2-135m"


def test_prints_the_numbers_of_the_page(taken: dict[str, Callable[[], Any]], gguf: Path, tmp_path: Path) -> None:
    sound(open_drawer(sound(fresh("gpt_vs_bert", view="Fill the blank").run()), "Take it with you"))
    (tmp_path / "gpt_vs_bert.py").write_text(taken["gpt_vs_bert.py"](), "utf-8")
    (tmp_path / "masked_head.safetensors").write_bytes(taken["masked_head.safetensors"]())
    publish(tmp_path)
    lay_beside(gguf, tmp_path)
    done = run_alone(tmp_path / "gpt_vs_bert.py", tmp_path, gguf=gguf)
    assert done.returncode == 0, done.stderr
    at = (results.DEFAULT_TEXT, results.DEFAULT_POSITION, results.DEFAULT_WORD)
    causal, both = find(lesson.change_causal, MODEL, *at), find(lesson.change_both, *at)
    rows = MOVED.findall(done.stdout)
    assert tuple(row[0] for row in rows) == causal.words
    assert [float(row[1]) for row in rows] == pytest.approx(100 * causal.shares, abs=0.2)
    assert [float(row[2]) for row in rows] == pytest.approx(100 * both.shares, abs=0.2)
    gap = results.gap_of(results.DEFAULT_BLANK)
    assert gap is not None
    words = results.candidates_of(results.DEFAULT_CANDIDATES)
    sides = (gap.before, gap.after(len(gap.right)), words)
    filled, masked = find(lesson.fill_causal, MODEL, *sides), find(lesson.fill_masked, *sides)
    printed = FILLED.findall(done.stdout)
    assert tuple(row[0] for row in printed) == words
    for word, *shares in printed:
        for share, way in zip(shares, (filled.left, filled.whole, masked), strict=True):
            assert float(share) == pytest.approx(100 * way.of(word), abs=0.6)


def test_says_what_is_missing(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    sound(open_drawer(sound(fresh("gpt_vs_bert").run()), "Take it with you"))
    (tmp_path / "gpt_vs_bert.py").write_text(taken["gpt_vs_bert.py"](), "utf-8")
    assert "is not here" in run_alone(tmp_path / "gpt_vs_bert.py", tmp_path).stderr
    assert (own.TRAINED / "masked_head.safetensors").is_file()
    assert ensure("all-minilm-l6-v2").is_dir()
