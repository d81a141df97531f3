"""The character model: what it can spell, that reading is scoring, that nothing sees ahead, and fair sizes."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.models.char_lm import UNKNOWN, CharLM, Kind, width_for
from core.models.clamp import Clamp
from core.models.gru import GRUTrace
from core.models.lstm import LSTM, LSTMTrace
from core.models.rnn import RNNTrace
from tests.core.models.test_recurrent import KINDS, leaves

ALPHABET = "\n abcdefgh\u00e9*"
TEXT = "a bad cafe\nhad a *bee*; geb\u00e9 z"
LAYERS = [(16,), (16, 12), (16, 16, 16)]


def model(kind: Kind = "lstm", hidden: tuple[int, ...] = (16, 12), **options: Any) -> CharLM:
    return CharLM(kind, ALPHABET, embedding=8, hidden=hidden, **options)


# Spelling


def test_spells() -> None:
    lm = model()
    assert lm.encode("\nab") == [1, 3, 4]
    assert lm.encode("xa\u4e2d") == [UNKNOWN, 3, UNKNOWN]
    assert lm.decode([1, 3, 4, UNKNOWN]) == "\nab\ufffd"
    assert lm.encode("") == []
    assert lm.decode([]) == ""
    assert lm.decode(range(len(ALPHABET) + 1)) == "\ufffd" + ALPHABET


@given(st.text(st.sampled_from(ALPHABET) | st.characters(codec="utf-8"), max_size=40))
def test_what_it_knows_comes_back(text: str) -> None:
    lm = model()
    ids = lm.encode(text)
    assert len(ids) == len(text)
    assert all(0 <= i <= len(ALPHABET) for i in ids)
    assert lm.decode(ids) == "".join(c if c in ALPHABET else "\ufffd" for c in text)


# Reading


@pytest.mark.parametrize("hidden", LAYERS, ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_reading_is_scoring(kind: Kind, hidden: tuple[int, ...]) -> None:
    lm = model(kind, hidden)
    ids = lm.encode(TEXT)
    assert UNKNOWN in ids
    scores, states = lm(torch.tensor([ids]))
    reading = lm.read(ids)
    assert (reading.logits.shape, reading.logits.dtype) == ((len(TEXT), len(ALPHABET) + 1), np.float32)
    np.testing.assert_allclose(reading.logits, scores[0].detach().numpy(), rtol=0, atol=1e-6)
    shows = {"lstm": LSTMTrace, "gru": GRUTrace}.get(kind, RNNTrace)
    assert [type(layer) for layer in reading.layers] == [shows] * len(hidden)
    assert [layer.hidden.shape for layer in reading.layers] == [(1, len(TEXT), width) for width in hidden]
    for mine, its in zip(reading.state, states, strict=True):
        torch.testing.assert_close(leaves(mine), leaves(its), rtol=0, atol=1e-6)
        assert not any(part.requires_grad for part in leaves(mine))


@pytest.mark.parametrize("kind", KINDS)
def test_texts_in_a_batch_do_not_see_each_other(kind: Kind) -> None:
    lm = model(kind)
    texts = [lm.encode(TEXT[:10]), lm.encode(TEXT[10:20])]
    together, _ = lm(torch.tensor(texts))
    for row, ids in enumerate(texts):
        np.testing.assert_allclose(together[row].detach().numpy(), lm.read(ids).logits, rtol=0, atol=1e-6)


def test_scores_are_the_embeddings_and_the_matrix_on_top() -> None:
    lm = model("lstm", (16,))
    ids = lm.encode("bad")
    w = {name: value.numpy() for name, value in lm.state_dict().items()}
    hidden = lm.body.layers[0].trace(torch.from_numpy(w["embedding.weight"][ids])[None]).hidden[0]
    expected = hidden @ w["output.weight"].T + w["output.bias"]
    np.testing.assert_allclose(lm.read(ids).logits, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("cut", [1, 13, len(TEXT) - 1])
@pytest.mark.parametrize("kind", KINDS)
def test_reading_in_two_pieces(kind: Kind, cut: int) -> None:
    lm = model(kind)
    ids = lm.encode(TEXT)
    whole, first = lm.read(ids), lm.read(ids[:cut])
    second = lm.read(ids[cut:], first.state)
    np.testing.assert_allclose(np.concatenate([first.logits, second.logits]), whole.logits, rtol=0, atol=1e-5)
    for a, b, both in zip(first.layers, second.layers, whole.layers, strict=True):
        np.testing.assert_allclose(np.concatenate([a.hidden, b.hidden], 1), both.hidden, rtol=0, atol=1e-6)
    for mine, its in zip(second.state, whole.state, strict=True):
        torch.testing.assert_close(leaves(mine), leaves(its), rtol=0, atol=1e-5)
    beginning = lm.read(ids[cut:])
    assert not np.allclose(beginning.logits[0], second.logits[0], atol=1e-5)  # the state matters


@given(st.sampled_from(KINDS), st.integers(0, len(TEXT) - 1), st.integers(0, len(ALPHABET)))
def test_nothing_sees_ahead(kind: Kind, t: int, other: int) -> None:
    lm = model(kind)
    ids = lm.encode(TEXT)
    changed = [*ids[:t], other, *ids[t + 1 :]]
    before, after = lm.read(ids), lm.read(changed)
    assert np.array_equal(after.logits[:t], before.logits[:t])
    assert np.array_equal(after.logits[t], before.logits[t]) == (other == ids[t])


def test_reading_leaves_the_model_alone() -> None:
    lm = model()
    weights = {name: value.clone() for name, value in lm.state_dict().items()}
    ids = lm.encode(TEXT)
    before = lm.read(ids)
    held = lm.read(ids, clamp={1: Clamp("forget", 0.0, start=5)})
    after = lm.read(ids)
    assert np.array_equal(held.logits[:5], before.logits[:5])
    assert not np.isclose(held.logits[5:], before.logits[5:], atol=1e-6).all(1).any()
    assert (held.layers[1].forget[:, 5:] == 0).all()
    assert np.array_equal(after.logits, before.logits)
    assert lm.training
    for name, parameter in lm.named_parameters():
        assert torch.equal(parameter, weights[name])
        assert parameter.grad is None
        assert parameter.requires_grad


def test_what_can_not_be_read_is_refused() -> None:
    lm = model()
    for nothing in ([], lm.encode("")):
        with pytest.raises(ValueError, match="there is no character to read"):
            lm.read(nothing)
    with pytest.raises(ValueError, match="no layer 2, only 2"):
        lm.read([1], clamp={2: Clamp("forget", 0.0)})
    with pytest.raises(ValueError, match="no gate 'update'"):
        lm.read([1], clamp={0: Clamp("update", 0.0)})
    with pytest.raises(ValueError, match="unit 12 is not one of the 12"):
        lm.read([1], clamp={1: Clamp("forget", 0.0, units=(12,))})


# Seeds


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_is_a_model(kind: Kind) -> None:
    torch.manual_seed(1)
    one = model(kind, seed=3).state_dict()
    torch.manual_seed(2)
    again, other = model(kind, seed=3).state_dict(), model(kind, seed=4).state_dict()
    for name, value in one.items():
        assert torch.equal(value, again[name])
        assert torch.equal(value, other[name]) == (name == "output.bias")
    assert not one["output.bias"].any()
    assert one["output.weight"].abs().max() <= 12**-0.5
    assert one["output.weight"].abs().max() > 0.9 * 12**-0.5


def test_models_of_different_seeds_share_no_layer() -> None:
    """Else the spread over seeds would be that of models which have half of their weights in common."""
    found = [
        layer.weight_hh_l0.detach().numpy().tobytes()
        for seed in range(12)
        for layer in model("rnn_tanh", (8, 8, 8), seed=seed).body.layers
    ]
    assert len(set(found)) == 36


# Fair sizes


@pytest.mark.parametrize(
    ("parameters", "embedding", "vocabulary", "apart"),
    [
        (300_000, 64, 100, 0.01),  # the size of the character models
        (100_000, 64, 100, 0.01),
        (40_000, 16, 30, 0.01),
        (12_000, 17, 8, 0.014),  # the size of the recall models: a width is a whole number, one unit more is 4 %
    ],
)
def test_every_kind_has_as_many_parameters(parameters: int, embedding: int, vocabulary: int, apart: float) -> None:
    letters = [chr(0x4E00 + n) for n in range(vocabulary - 1)]
    counts = {}
    for kind in KINDS:
        width = width_for(kind, parameters, embedding, vocabulary)
        lm = CharLM(kind, letters, embedding=embedding, hidden=(width,))
        counts[kind] = sum(p.numel() for p in [*lm.body.parameters(), *lm.output.parameters()])
    assert max(counts.values()) <= (1 + apart) * min(counts.values())
    assert all(abs(count - parameters) <= 0.01 * parameters for count in counts.values())
    assert counts["rnn_tanh"] == counts["rnn_relu"]


def test_the_nearest_width_is_chosen() -> None:
    """An LSTM of h units on 10 inputs with 3 outputs has 4 h (10 + h + 2) + 3 (h + 1) parameters."""
    assert 4 * 5 * 17 + 3 * 6 == 358
    assert 4 * 6 * 18 + 3 * 7 == 453
    assert [width_for("lstm", n, 10, 3) for n in (0, 358, 405, 406, 453)] == [1, 5, 5, 6, 6]
    assert sum(p.numel() for p in LSTM(10, 5).parameters()) == 340
