"""The recipes of the masked-word head and of the pair, each run for a moment on a few texts, so that they can still be run."""

from pathlib import Path

import numpy as np
import pytest
import torch

from core.assets import own
from core.data.general_text import GeneralText
from core.pretrained import pair as models
from core.training import masked_head, pair

TEXTS = GeneralText(
    tuple(f"The old ship number {n} left the harbour at noon. It came back. Was it late?\n" * 8 for n in range(12)),
    tuple(f"The new ship number {n} left the harbour at night. It never came back.\n" * 8 for n in range(3)),
)


@pytest.mark.real_weights
def test_the_head_learns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masked_head, "load_general_text", lambda folder: TEXTS)
    monkeypatch.setattr(masked_head, "STEPS", 3)
    monkeypatch.setattr(masked_head, "BATCH", 8)
    monkeypatch.setattr(masked_head, "MEASURED", 20)
    facts = own.read(masked_head.make(tmp_path, 0, tmp_path), lambda path: path.read_text("utf-8"))
    assert "perplexity" in facts
    assert (tmp_path / "masked_head.safetensors").is_file()


def test_the_texts_of_the_head_are_sentences() -> None:
    lines = masked_head.lines_of(TEXTS.train[:1], np.random.default_rng(0))
    joined = " ".join(lines)
    assert joined.count("The old ship number 0 left the harbour at noon.") == 8
    assert all(line[-1] in ".?" for line in lines)


def test_the_pair_learns_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pair, "load_general_text", lambda folder: TEXTS)
    for name, value in {"VOCABULARY": 300, "WIDTH": 16, "HEADS": 2, "LAYERS": 1, "TOKENS": 128, "STEPS": 4}.items():
        monkeypatch.setattr(pair, name, value)
    monkeypatch.setattr(pair, "MEASURED", 5)
    monkeypatch.setattr(pair, "TOKENIZER", tmp_path / "pair_tokenizer.json")
    monkeypatch.setattr(models, "TOKENIZER", tmp_path / "pair_tokenizer.json")
    pair.make("tokenizer", tmp_path, 0, tmp_path)
    for name in ("causal", "bidirectional"):
        facts = pair.make(name, tmp_path, 0, tmp_path)
        assert "perplexity_left" in facts.read_text("utf-8")
    assert (tmp_path / "pair_causal_0.safetensors").is_file()


def test_both_models_get_the_same_windows() -> None:
    tokens = np.arange(500)
    one, other = pair.batch_at(tokens, 3, 0), pair.batch_at(tokens, 3, 0)
    assert torch.equal(one[0], other[0])
    assert (one[1] == other[1]).all()
    assert not torch.equal(pair.batch_at(tokens, 4, 0)[0], one[0])
