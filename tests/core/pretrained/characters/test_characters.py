"""The character models by name: what is there, of which size, and that a name means one model."""

import json
from typing import cast

import pytest

from core.models.char_lm import CharLM
from core.pretrained.characters import OURS, PUBLIC, TRAINED, CharacterModel, load_character_model


@pytest.mark.parametrize("name", OURS)
def test_ours(name: str) -> None:
    model = load_character_model(name)
    assert isinstance(model, CharLM)
    assert isinstance(model, CharacterModel)
    assert model.kind == name
    assert not any(parameter.requires_grad for parameter in model.parameters())
    assert load_character_model(name) is model
    told = json.loads((TRAINED / f"char_{name}.json").read_text("utf-8"))
    assert told["parameters"] == sum(parameter.numel() for parameter in model.parameters())
    assert f"char_{name}" in told["command"]


def test_they_are_of_equal_size_and_read_the_same_characters() -> None:
    models = [cast(CharLM, load_character_model(name)) for name in OURS]
    counts = [sum(parameter.numel() for parameter in model.parameters()) for model in models]
    assert max(counts) < 1.01 * min(counts)
    assert len({model.vocabulary for model in models}) == 1
    assert {"\n", " ", '"', "(", ")", ".", "a", "Z", "9"} <= set(models[0].vocabulary)


@pytest.mark.parametrize("name", OURS)
def test_each_has_learned(name: str) -> None:
    """Better than the frequencies of letters alone, which take more than four bits a character."""
    told = json.loads((TRAINED / f"char_{name}.json").read_text("utf-8"))
    assert told["metrics"]["held_out_bits_per_character"] < 2.6


@pytest.mark.real_weights
def test_the_public_one() -> None:
    model = load_character_model(PUBLIC)
    assert isinstance(model, CharacterModel)
    assert len(model.vocabulary) == 464
    reading = model.read(model.encode("The state"))
    assert reading.logits.shape == (9, 465)
    assert model.decode(model.encode("The state")) == "The state"


@pytest.mark.parametrize("name", ["", "rnn", "char_lstm", "../lstm", "recall_lstm"])
def test_no_other_name(name: str) -> None:
    with pytest.raises(KeyError):
        load_character_model(name)
