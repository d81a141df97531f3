"""The masked-word head against transformers' BertForMaskedLM with the same weights, and what it makes of blanks."""

from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from core.assets import own
from core.assets.fetch import ensure
from core.pretrained.encoder import DEFAULT_ENCODER, LONGEST
from core.pretrained.encoder.masked import (
    HEAD,
    MASK,
    Adapters,
    MaskedModel,
    load_changes,
    load_masked_model,
    with_layers,
)
from core.pretrained.held import bytes_in

pytestmark = pytest.mark.real_weights
PARTS = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)
BLANKS = [
    ("The", "barked at the stranger until its owner called it back."),
    ("", ""),
    ("She wrote a letter to her", ""),
    ("in 2024, [MASK] and", ", naïve 日本語"),
]


@pytest.fixture(scope="module")
def ours() -> MaskedModel:
    return load_masked_model()


@pytest.fixture(scope="module")
def theirs(ours: MaskedModel) -> Any:
    from transformers import BertForMaskedLM
    from transformers.utils import logging

    logging.set_verbosity_error()
    model = BertForMaskedLM.from_pretrained(ensure(DEFAULT_ENCODER)).eval()
    logging.set_verbosity_warning()
    head = model.cls.predictions
    with torch.no_grad():
        head.transform.dense.weight.copy_(ours.head.dense.weight)
        head.transform.dense.bias.copy_(ours.head.dense.bias)
        head.transform.LayerNorm.weight.copy_(ours.head.norm.weight)
        head.transform.LayerNorm.bias.copy_(ours.head.norm.bias)
        head.decoder.bias.copy_(ours.head.bias)
        stored = load_file(own.TRAINED / "masked_head.safetensors")
        for number in range(6 * len(model.bert.encoder.layer)):  # W + B A
            layer, part = divmod(number, 6)
            matrix = model.bert.encoder.layer[layer].get_submodule(PARTS[part]).weight
            matrix += stored[f"adapters.up.{number}"].float() @ stored[f"adapters.down.{number}"].float()
    assert head.decoder.weight.data_ptr() == model.bert.embeddings.word_embeddings.weight.data_ptr()
    return model


def test_agrees_with_transformers(ours: MaskedModel, theirs: Any) -> None:
    blanks = [ours.blank(*sides) for sides in BLANKS]
    found = ours.log_probabilities(blanks)
    for blank, row in zip(blanks, found, strict=True):
        ids = [ours.begin, *blank.before, ours.mask, *blank.after, ours.end]
        with torch.no_grad():
            scores = theirs(torch.tensor([ids])).logits[0, len(blank.before) + 1]
        np.testing.assert_allclose(row, scores.log_softmax(-1).numpy(), atol=1e-4)


def test_what_is_typed_is_text(ours: MaskedModel) -> None:
    assert ours.mask not in ours.blank(MASK, MASK).before
    long = ours.blank("word " * 500, "other " * 500)
    assert len(long.before) + len(long.after) + 3 <= LONGEST


def test_pieces_have_names_and_numbers(ours: MaskedModel) -> None:
    assert ours.encoder.piece_name(ours.encoder.piece_number("dog")) == "dog"
    with pytest.raises(KeyError):
        ours.encoder.piece_number("no such piece")
    with pytest.raises(KeyError):
        ours.encoder.piece_name(10**6)


def test_the_head_is_small_and_its_facts_say_how_it_was_made(ours: MaskedModel) -> None:
    facts = own.facts("masked_head")
    stored = load_file(own.TRAINED / "masked_head.safetensors")
    assert facts["parameters"] == sum(value.numel() for value in stored.values())
    assert not any(p.requires_grad for p in [*ours.head.parameters(), *ours.model.parameters()])
    assert (own.TRAINED / "masked_head.safetensors").stat().st_size < 1_600_000
    assert 0 < facts["metrics"]["top_1"] < facts["metrics"]["top_5"] < 1


def test_the_published_encoder_stays_as_it_was(ours: MaskedModel) -> None:
    pieces = torch.tensor([[ours.begin, 2000, ours.end]])
    published, changed = ours.encoder.model, ours.model
    positions = torch.arange(3)[None]
    assert not torch.allclose(published(pieces, positions)[0][-1], changed(pieces, positions)[0][-1])
    assert published.embeddings.words.weight is changed.embeddings.words.weight
    first = with_layers(published, Adapters(published, 2).layers(published))
    assert torch.equal(first(pieces, positions)[0][-1], published(pieces, positions)[0][-1])


def test_the_encoder_is_not_counted_again() -> None:
    matrices = 6 * (4 * 384 * 384 + 2 * 384 * 1536) * 4
    assert matrices < bytes_in(load_changes(HEAD)) < 1.1 * matrices
