"""Models as files: what comes back is what was written, in half precision, and nothing else is taken for one."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from core.models.char_lm import CharLM, Kind
from core.models.recaller import Recaller
from core.models.saved import load, save


@pytest.mark.parametrize("kind", ["rnn_tanh", "rnn_relu", "lstm", "gru"])
def test_a_character_model_comes_back(kind: Kind, tmp_path: Path) -> None:
    model = CharLM(kind, ["a", "é", '"', "\n"], embedding=5, hidden=(7, 6), seed=4)
    save(model, tmp_path / "deep" / "model.safetensors")
    found = load(tmp_path / "deep" / "model.safetensors")
    assert isinstance(found, CharLM)
    assert (found.kind, found.vocabulary) == (model.kind, model.vocabulary)
    assert found.encode('a"x\n') == [1, 3, 0, 4]
    same_weights(model, found)
    assert found.read(found.encode("aé")).logits == pytest.approx(model.read(model.encode("aé")).logits, abs=2e-3)


def test_a_recall_model_comes_back(tmp_path: Path) -> None:
    model = Recaller("gru", 17, 8, 9, seed=2)
    save(model, tmp_path / "model.safetensors")
    found = load(tmp_path / "model.safetensors")
    assert isinstance(found, Recaller)
    assert (found.kind, found.symbols, found.classes, found.hidden) == ("gru", 17, 8, 9)
    same_weights(model, found)


def same_weights(model: CharLM | Recaller, found: CharLM | Recaller) -> None:
    assert not found.training
    theirs = found.state_dict()
    assert set(theirs) == set(model.state_dict())
    for name, value in model.state_dict().items():
        assert theirs[name].dtype == torch.float32
        assert (theirs[name] == value.half().float()).all()
    assert not any(parameter.requires_grad for parameter in found.parameters())


def test_what_half_precision_cannot_hold_stays_whole(tmp_path: Path) -> None:
    model = Recaller("lstm", 17, 8, 3)
    with torch.no_grad():
        model.output.bias[0] = 1e6
    save(model, tmp_path / "model.safetensors")
    assert load(tmp_path / "model.safetensors").output.bias[0] == 1e6


def test_other_files_are_not_models(tmp_path: Path) -> None:
    save_file({"weight": torch.zeros(2)}, tmp_path / "other.safetensors")
    with pytest.raises(ValueError, match=r"other\.safetensors holds no model of ours"):
        load(tmp_path / "other.safetensors")
    with pytest.raises(OSError, match="missing"):
        load(tmp_path / "missing.safetensors")
