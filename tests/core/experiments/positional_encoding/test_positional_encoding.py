"""The lesson on positions: its claim on the real encoder against transformers, the codes, and the four small models."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.assets import own
from core.assets.fetch import ensure
from core.data.prose import load_prose
from core.experiments import positional_encoding as lesson
from core.experiments.positional_encoding import longer, results, undoing
from core.experiments.positional_encoding.results import (
    DEFAULT_TEXT,
    DEFAULT_WORDS,
    KINDS,
    LONGEST,
    OTHER_TEXT,
    OTHER_WORDS,
    TRAINED,
    exchange,
    words_of,
)
from core.experiments.recording import find
from core.pretrained.causal_lm.checkpoint import DecoderConfig
from core.pretrained.causal_lm.decoder import rotations
from core.pretrained.position_models import bits_by_position, encode, load_position_model, vocabulary
from core.progress import finish

RNG = np.random.default_rng(0)


def orders(text: str, first: int, second: int) -> results.Orders:
    return finish(lesson.compare_orders(text, first, second))


# Words


@given(st.text("ab' ,.é", max_size=40), st.data())
def test_exchanging_twice_is_nothing(text: str, data: st.DataObject) -> None:
    words = words_of(text)
    if len(words) < 2:
        return
    first, second = (data.draw(st.integers(0, len(words) - 1)) for _ in range(2))
    once = exchange(text, first, second)
    assert exchange(once, first, second) == text
    assert sorted(once) == sorted(text)


def test_words_keep_their_signs() -> None:
    assert exchange("I want a hot dog.", 3, 4) == "I want a dog hot."
    assert exchange("Don't stop, me now", 0, 3) == "now stop, me Don't"
    assert results.fit(" ".join(["word"] * 25) + ".") == (" ".join(["word"] * 20), 5)
    assert results.fit("two words!") == ("two words!", 0)


# The claim


@pytest.mark.real_weights
def test_without_positions_order_is_nothing() -> None:
    for text, words in ((DEFAULT_TEXT, DEFAULT_WORDS), (OTHER_TEXT, OTHER_WORDS)):
        found = find(lesson.compare_orders, text, *words)
        assert found.apart[1] < 1e-5
        assert found.as_exchanged < 1e-5
        assert found.moved[2].max() < 1e-5
        assert found.moved[0].min() > 0.1
        np.testing.assert_allclose(found.moved[0], found.moved[1], atol=1e-5)
        assert found.alike[2] == pytest.approx(1, abs=1e-6)
        assert 0.9 < found.alike[0] < 0.99
    pairs = find(lesson.sentence_pairs)
    assert pairs.cosines[0, 1] == pytest.approx(1, abs=1e-6)
    assert pairs.cosines[1].max() < 0.9  # "dog that is hot" has other words, so it stays another sentence


@pytest.mark.real_weights
def test_it_is_what_transformers_computes() -> None:
    """The same in the library's own module: other position numbers, and a table of zeros."""
    from transformers import BertModel

    from core.pretrained.encoder import load_encoder

    text = "Unbelievable hot dogs are antidisestablishmentarian, no?"
    found = orders(text, 0, 4)
    assert found.pair == ("Unbelievable", "antidisestablishmentarian")
    theirs = BertModel.from_pretrained(ensure("all-minilm-l6-v2"), attn_implementation="eager").eval()
    ids, others = (torch.tensor([load_encoder().pieces(t)[0]]) for t in (text, found.exchanged))
    assert others[0, list(found.stands)].tolist() == ids[0].tolist()

    def vectors(ids: torch.Tensor, **more: Any) -> np.ndarray:
        with torch.no_grad():
            return theirs(ids, **more).last_hidden_state[0].numpy()

    before, after = vectors(ids), vectors(others)[list(found.stands)]
    moved = np.linalg.norm(before - after, axis=1) / np.linalg.norm(before, axis=1)
    np.testing.assert_allclose(found.moved[0], moved, atol=1e-4)
    np.testing.assert_allclose(vectors(ids, position_ids=torch.tensor([found.stands])), after, atol=1e-4)
    theirs.embeddings.position_embeddings.weight.data.zero_()
    without = vectors(ids), vectors(others)[list(found.stands)]
    assert abs(without[0] - without[1]).max() < 1e-5


@pytest.mark.real_weights
def test_what_can_not_be_exchanged_is_said() -> None:
    with pytest.raises(IndexError):
        orders("two words", 0, 2)
    assert orders("same same", 0, 1).moved.max() < 1e-5
    assert orders("a 🦜 b", 0, 1).tokens == ("[CLS]", "a", "[UNK]", "b", "[SEP]")


# The codes


@pytest.mark.real_weights
def test_codes() -> None:
    codes = find(lesson.position_codes)
    t, i = np.arange(128)[:, None], np.arange(32)
    np.testing.assert_allclose(codes.table[:, ::2], np.sin(t / 10_000 ** (2 * i / 64)), atol=1e-6)
    np.testing.assert_allclose(codes.products[5, 9], np.cos(4 * codes.frequencies).sum(), atol=1e-4)
    assert max(codes.spread(distance) for distance in range(64)) < 1e-4
    assert codes.shifted < 1e-12
    config = DecoderConfig.read(ensure("smollm2-135m"))
    np.testing.assert_allclose(codes.rotary, rotations(config, torch.device("cpu"))[1, 0].angle().numpy(), rtol=1e-5)
    assert codes.waves(20)[0] == pytest.approx(20 / (2 * np.pi))
    # Each column of the table is one frequency: its Fourier transform has one peak, where that frequency is.
    for pair in (0, 4, 8):
        peak = np.abs(np.fft.rfft(codes.table[:, 2 * pair])).argmax()
        assert peak == pytest.approx(128 * codes.frequencies[pair] / (2 * np.pi), abs=1)


# Undone


def test_what_is_fixed_and_even_comes_back() -> None:
    values = RNG.normal(size=(12, 32))
    np.testing.assert_allclose(undoing.fourier_back(values), values, atol=5e-3)
    np.testing.assert_allclose(undoing.head_back(np.eye(12), values), values, atol=5e-3)
    even = np.full((12, 12), 1 / 12)  # every piece takes the mean: that is all that can come back
    np.testing.assert_allclose(undoing.head_back(even, values), np.tile(values.mean(0), (12, 1)), atol=5e-3)


@pytest.mark.real_weights
def test_a_head_loses_what_the_fourier_transform_keeps() -> None:
    call = DEFAULT_TEXT, results.DEFAULT_LAYER, results.DEFAULT_HEAD
    found, again = find(lesson.undo_head, *call), finish(lesson.undo_head(*call))
    for part in ("weights", "reverse", "factors", "lost"):
        np.testing.assert_allclose(getattr(found, part), getattr(again, part), atol=1e-4)
    np.testing.assert_allclose(found.errors, again.errors, rtol=0.2)
    np.testing.assert_allclose(found.weights.sum(1), 1, atol=1e-5)
    assert found.rank == np.linalg.matrix_rank(found.weights)
    assert found.errors[0] < 0.001 < 0.05 < found.errors[1]
    assert 0.5 < found.lost < 1
    assert 0.05 < found.changed < 1
    assert abs(found.fourier - found.put_in).max() < 0.01 < abs(found.head - found.put_in).max()


# Longer than ever seen


@pytest.mark.real_weights
def test_the_loss_beyond_the_trained_length() -> None:
    found = find(lesson.longer_losses)
    for kind, bits in zip(KINDS, found.bits, strict=True):
        metrics = own.facts(f"positions_{kind}")["metrics"]
        assert bits[:TRAINED].mean() == pytest.approx(metrics["held_out_bits_within_64"], abs=2e-3)
        assert bits[3 * TRAINED :].mean() == pytest.approx(metrics["held_out_bits_193_to_256"], abs=2e-3)
    assert (found.at(LONGEST) > found.at(TRAINED) + 0.3).all()  # no model holds what it had
    assert (found.window < found.at(TRAINED) + 0.15).all()  # and all do as soon as no new position is used
    assert found.shuffled[KINDS.index("none")] > found.at(TRAINED)[KINDS.index("none")] + 0.15
    assert found.at(LONGEST)[:3].min() > found.frequencies > found.at(LONGEST)[3]  # worse than counting characters
    assert max(found.parameters) / min(found.parameters) < 1.1


@pytest.mark.real_weights
def test_it_is_measured_again() -> None:
    """What `longer_losses` is made of, for one kind: a part of the held-out text, and a window by hand."""
    found, number = find(lesson.longer_losses), KINDS.index("sinusoidal")
    prose, known = load_prose(), vocabulary("sinusoidal")
    model, ids = load_position_model("sinusoidal"), encode(prose.held_out, known)
    assert len(ids) == found.held_out
    part = bits_by_position(model, ids[:12_000], LONGEST)
    for positions in (slice(8, TRAINED), slice(2 * TRAINED, LONGEST)):
        assert part[positions].mean() == pytest.approx(float(found.bits[number, positions].mean()), abs=0.15)
    counts = {c: prose.train.count(c) + 1 for c in known}
    unknown = len(prose.train) + len(counts) + 1 - sum(counts.values())
    shares = np.array([counts.get(c, unknown) for c in prose.held_out]) / (sum(counts.values()) + unknown)
    by_count = -np.log2(shares).mean()
    assert found.frequencies == pytest.approx(by_count, abs=1e-3)
    pieces = longer.spread(ids, TRAINED + 1, 3)
    logits = torch.stack([model(piece[None, :-1])[0, -1] for piece in pieces]).double().log_softmax(-1)
    by_hand = -logits[torch.arange(3), pieces[:, -1]].mean().item() / np.log(2)
    assert longer.last_bits(model, pieces) == pytest.approx(by_hand, abs=1e-4)


def test_smooth_is_the_mean_of_eight() -> None:
    bits = RNG.normal(size=(4, LONGEST)).astype(np.float32)
    found = results.Longer(bits, bits[:, 0], bits[:, 0], 4.0, (1, 1, 1, 1), 0)
    assert found.at(100) == pytest.approx(bits[:, 92:100].mean(1), abs=1e-5)
    assert found.at(3) == pytest.approx(bits[:, :3].mean(1), abs=1e-5)
