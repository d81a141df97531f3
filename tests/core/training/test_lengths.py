"""The recipe of the four small models that differ in how they mark positions, and what it made."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from core.assets import own
from core.data.prose import Prose, load_prose
from core.models.transformer import TransformerLM
from core.pretrained import position_models
from core.pretrained.position_models import bits_by_position, encode, load_path, load_position_model
from core.training import lengths

KINDS = ("learned", "sinusoidal", "rotary", "none")


@pytest.mark.real_weights
def test_the_recipe_runs_the_same_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prose = load_prose()
    monkeypatch.setattr(lengths, "load_prose", lambda: Prose(prose.train[:20_000], prose.held_out[:2_000]))
    lengths.make("rotary", steps=2, folder=tmp_path)
    kept = {**load_path(tmp_path / "positions_rotary.safetensors").state_dict()}
    facts = json.loads((tmp_path / "positions_rotary.json").read_text("utf-8"))
    assert facts["steps"] == 2
    assert 3 < facts["metrics"]["held_out_bits_within_64"] < 8
    lengths.make("rotary", steps=2, folder=tmp_path)
    for name, value in load_path(tmp_path / "positions_rotary.safetensors").state_dict().items():
        assert torch.equal(value, kept[name]), name


@pytest.mark.parametrize("kind", KINDS)
def test_what_it_made(kind: str) -> None:
    model, facts = load_position_model(kind), own.facts(f"positions_{kind}")
    assert facts["command"] == f"python -m core.training.lengths {kind} --seed 0"
    assert facts["length"] == 64
    assert model.longest == 256
    assert model.built["positions"] == kind
    assert model.built["causal"]
    assert sum(p.numel() for p in model.parameters()) == facts["parameters"]
    assert facts["metrics"]["held_out_bits_within_64"] < 2.8


def test_bits_by_position() -> None:
    model = TransformerLM(5, 8, 2, 1, positions="rotary", causal=True, longest=16)
    ids = torch.randint(0, 5, (40,), generator=torch.Generator().manual_seed(0))
    found = bits_by_position(model, ids, 6)
    starts = range(0, 40 - 6, 3)
    scores = torch.stack([model(ids[None, s : s + 6])[0].log_softmax(-1) for s in starts])
    right = torch.stack([ids[s + 1 : s + 7] for s in starts])
    by_hand = -scores.gather(-1, right[..., None])[..., 0].mean(0) / np.log(2)
    np.testing.assert_allclose(found, by_hand.detach().numpy(), atol=1e-5)


def test_characters() -> None:
    assert encode("ab?", ("a", "b")).tolist() == [1, 2, position_models.UNKNOWN]
    with pytest.raises(TypeError, match="no Transformer"):
        load_path(own.TRAINED / "char_gru.safetensors")
