"""A model that learns a text: torch's loop against ours, what a step sees, that it learns, and what it is worth."""

import json
import math
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from core.assets import own
from core.data.texts_to_learn import TEXTS, built_in, divide
from core.models.char_lm import CharLM
from core.models.char_transformer import CharTransformer
from core.models.saved import load, save
from core.progress import finish
from core.training import characters
from core.training.characters import Learner, build, forward, held_out_bits, next_probabilities, share_of_rate, write

LETTERS = tuple("abc \n")
TEXT = [1, 2, 3, 4] * 300
RECURRENT = ("rnn_tanh", "lstm", "gru")


@pytest.mark.parametrize("kind", RECURRENT)
def test_torchs_loop_gives_what_ours_does_gradients_included(kind: str) -> None:
    model = cast(CharLM, build(kind, LETTERS, 12, 8, TEXT, seed=3))
    ids = torch.randint(6, (4, 9), generator=torch.Generator().manual_seed(0))
    both = []
    for run in (lambda i, s: model(i, s), lambda i, s: forward(model, i, s)):
        first, states = run(ids, None)
        second, _ = run(ids, states)
        model.zero_grad()
        cross_entropy(second.flatten(0, 1), ids.flatten()).backward()
        both.append((first.detach(), second.detach(), [p.grad.clone() for p in model.parameters()]))  # type: ignore[union-attr]
    for one, other in zip(*(pair[:2] for pair in both), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)
    for one, other in zip(*(pair[2] for pair in both), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("kind", RECURRENT)
def test_it_is_the_model_that_torchs_own_layers_make(kind: str) -> None:
    model = cast(CharLM, build(kind, LETTERS, 10, 8, TEXT))
    layer = {"rnn_tanh": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[kind](32, 10, batch_first=True)
    layer.load_state_dict(model.body.layers[0].state_dict())
    ids = torch.tensor([[1, 2, 3, 4, 0, 5]])
    hidden, _ = layer(model.embedding(ids))
    torch.testing.assert_close(model.output(hidden), forward(model, ids, None)[0], rtol=1e-5, atol=1e-6)


def test_the_transformer_sees_its_window_and_nothing_that_comes_later() -> None:
    model = cast(CharTransformer, build("transformer", LETTERS, 32, 8, TEXT))
    ids = torch.tensor([[1, 2, 3, 4, 1, 2, 3, 4]])
    other = ids.clone()
    other[0, -1] = 5
    torch.testing.assert_close(model(ids)[0][:, :-1], model(other)[0][:, :-1])
    assert not torch.allclose(model(ids)[0][:, -1], model(other)[0][:, -1])
    with pytest.raises(ValueError, match="9 tokens"):
        model(torch.ones(1, 9, dtype=torch.long))


@pytest.mark.parametrize("kind", [*RECURRENT, "transformer"])
def test_it_learns_a_pattern_and_writes_it(kind: str) -> None:
    model = build(kind, LETTERS, 32, 16, TEXT)
    learner = Learner(model, TEXT, window=16, rate=1e-2)
    before = held_out_bits(model, TEXT[:400])
    for _ in range(60):
        learner.step()
    assert held_out_bits(model, TEXT[:400]) < 0.2 < before
    assert learner.read == 60 * 16 * 16
    assert learner.seconds > 0
    (text,) = finish(write(model, [1], 40))
    assert text.count("bc a") >= 7
    assert max(next_probabilities(model, [1, 2, 3]).items(), key=lambda pair: pair[1])[0] == " "


def test_bits_are_those_of_torchs_loss_in_one_go() -> None:
    model = build("gru", LETTERS, 8, 8, TEXT)
    ids = torch.tensor(TEXT[:100])
    with torch.no_grad():
        wanted = float(cross_entropy(model(ids[None, :-1])[0][0], ids[1:])) / math.log(2)
    assert held_out_bits(model, TEXT[:100]) == pytest.approx(wanted, rel=1e-5)
    assert held_out_bits(model, [1, 2]) > 0


def test_the_rate_rises_stays_and_falls() -> None:
    shares = [share_of_rate(step) for step in (0, 49, 400, 2000)]
    np.testing.assert_allclose(shares, [1 / 50, 1.0, 1.0, 0.5])


def test_a_short_text_has_fewer_lanes_and_works() -> None:
    ids = TEXT[:70]
    learner = Learner(build("lstm", LETTERS, 8, 128, ids), ids, window=128, rate=1e-3)
    learner.step()
    learner.step()
    assert learner.lanes == 1
    assert math.isfinite(learner.loss)


def test_a_transformer_is_kept_as_others_are(tmp_path: Path) -> None:
    model = build("transformer", LETTERS, 32, 8, TEXT)
    save(model, tmp_path / "model.safetensors")
    ids = torch.tensor([[1, 2, 3]])
    torch.testing.assert_close(load(tmp_path / "model.safetensors")(ids)[0], model(ids)[0], rtol=2e-2, atol=2e-2)


@pytest.mark.parametrize("name", TEXTS)
def test_what_ships_has_the_bits_that_its_facts_say(name: str) -> None:
    """Measured by torch's own layers and loss on the first part of the held-out text, in one piece."""
    facts, parts = own.facts(f"writer_{name}"), divide(built_in(name))
    model = cast(CharLM, load(own.TRAINED / f"writer_{name}.safetensors"))
    assert model.vocabulary == parts.vocabulary
    layer = nn.LSTM(model.embedding.embedding_dim, facts["hidden"], batch_first=True)
    layer.load_state_dict(model.body.layers[0].state_dict())
    ids = torch.tensor([parts.encode(parts.held_out)])
    with torch.no_grad():
        scores = model.output(layer(model.embedding(ids[:, :-1]))[0])
    bits = float(cross_entropy(scores[0], ids[0, 1:])) / math.log(2)
    assert bits == pytest.approx(facts["metrics"]["held_out_bits_per_character"], abs=0.01)
    assert facts["moments"][-1]["bits"] == pytest.approx(bits, abs=0.02)


def test_the_recipe_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(characters, "SAMPLE", 20)
    path = characters.make("novel", characters=characters.FIRST, folder=tmp_path)
    facts = json.loads(path.read_text("utf-8"))
    assert [moment["read"] for moment in facts["moments"]] == [0, characters.FIRST]
    assert facts["moments"][1]["bits"] < facts["moments"][0]["bits"]
    assert [len(text) for text in facts["moments"][0]["samples"]] == [20] * characters.SAMPLES
    assert load(path.with_suffix(".safetensors"))
    shipped = own.facts("writer_novel")["moments"][:2]
    assert [round(each["bits"], 2) for each in shipped] == [round(each["bits"], 2) for each in facts["moments"]]
