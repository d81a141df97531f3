"""The measurements of the small translators by length, read from their file."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.assets import evaluation
from core.assets.own import ONE_WAY


def row(first: int, bleu: float) -> dict[str, float]:
    return {
        "from": first, "to": first + 2, "sentences": 50, "bleu": bleu, "bleu_low": bleu - 1, "bleu_high": bleu + 2,
        "chrf": bleu + 30, "chrf_low": bleu + 29, "chrf_high": bleu + 31,
    }  # fmt: skip


def test_what_the_file_says(tmp_path: Path) -> None:
    measured = {
        "natural": [row(3, 40), row(6, 30)],
        "controlled": [],
        "natural_all": {"bleu": 12.5, "bleu_low": 12, "bleu_high": 13},
        "natural_first": ["a", "b"],
    }
    content = {"command": "c", "where": "w", "models": {"none_en_pt": measured}, "first": {"natural": [["a"], ["b"]]}}
    (tmp_path / "x.json").write_text(json.dumps(content))
    found = evaluation.read(tmp_path / "x.json")
    rows = found.models["none_en_pt"]["natural"]
    assert [one.bleu for one in rows] == [(40, 39, 42), (30, 29, 32)]
    assert rows[0].chrf == (70, 69, 71)
    assert [one.words for one in rows] == ["3–5", "6–8"]
    assert found.overall == {"none_en_pt": {"natural": (12.5, 12.0, 13.0)}}
    assert found.has(("none_en_pt",), "natural")
    assert not found.has(("none_en_pt",), "controlled")
    assert not found.has(ONE_WAY, "natural")
    assert evaluation.samples("natural", tmp_path / "x.json") == (["a"], ["b"])
    assert evaluation.samples("natural", tmp_path / "y.json") == ([], [])


@pytest.mark.parametrize("content", [{}, {"models": {"x": {"natural": [{"from": 1}]}}}, {"models": 3}])
def test_another_file_is_refused(content: Any, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps({"command": "c", "where": "w"} | content))
    with pytest.raises(ValueError, match="holds no measurements"):
        evaluation.read(tmp_path / "x.json")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        evaluation.read(tmp_path / "x.json")
