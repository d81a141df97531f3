"""Translating what is trained on: every sentence once, in order, over an interruption; files that the training finds."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from core.pretrained.translation.translator import Translation
from core.training import distil
from tests.core.pretrained.small_recurrent import small_translator

WANTED = [("natural", f"one two {n}") for n in range(40)] + [("controlled", "three " * (n % 5 + 1)) for n in range(30)]


def test_every_sentence_is_translated_once_and_stays_in_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distil, "CHUNK", 16)
    translator, path = small_translator("additive"), tmp_path / "a" / "pairs.jsonl"
    distil.distil(translator, WANTED, path)
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [(kind, source) for kind, source, _ in rows] == WANTED
    expected = [each.text for each in translator.translate_all([sentence for _, sentence in WANTED])]
    assert [target for *_, target in rows] == expected


def test_it_goes_on_behind_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distil, "CHUNK", 16)
    translator, path = small_translator("additive"), tmp_path / "pairs.jsonl"
    asked: list[str] = []
    whole = translator.translate_all

    def some(texts: Sequence[str]) -> list[Translation]:
        if len(asked) >= 32:
            raise KeyboardInterrupt
        asked.extend(texts)
        return whole(texts)

    monkeypatch.setattr(translator, "translate_all", some)
    with pytest.raises(KeyboardInterrupt):
        distil.distil(translator, WANTED, path)
    assert len(path.read_text("utf-8").splitlines()) == 32
    asked.clear()
    monkeypatch.setattr(translator, "translate_all", whole)
    distil.distil(translator, WANTED, path)
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [(kind, source) for kind, source, _ in rows] == WANTED


def test_the_training_finds_all_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNROLLED_HOME", str(tmp_path))
    assert distil.parts() == []
    (tmp_path / "training").mkdir()
    for name in ("pairs_en_pt_2_of_2.jsonl", "pairs_en_pt_1_of_2.jsonl", "subwords_en-pt.json"):
        (tmp_path / "training" / name).touch()
    assert [path.name for path in distil.parts()] == ["pairs_en_pt_1_of_2.jsonl", "pairs_en_pt_2_of_2.jsonl"]
