"""The encoder-decoder against the same network put together from torch's own layers, in float64."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import linear, scaled_dot_product_attention
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from core.models.attention import AdditiveAttention, DotAttention, take
from core.models.gru import GRU
from core.models.seq2seq import END, START, Look, Reads, Seq2Seq, pad

SOURCES = [[5, 6, 7, 8, END], [9, END], [10, 11, 12, END]]
TARGETS = [[7, END], [13, 14, 15, END], [3, 4, END]]
LOOKS: list[Look] = ["none", "additive", "dot"]


def small(look: Look, reads: Reads = "both") -> Seq2Seq:
    return Seq2Seq(17, look=look, reads=reads, embedding=4, hidden=5, units=3, seed=2).double()


def before(targets: list[list[int]]) -> Tensor:
    rows = pad(targets)
    return torch.cat([torch.full_like(rows[:, :1], START), rows[:, :-1]], 1)


def load(layer: nn.Module, ours: GRU, suffix: str = "") -> None:
    """Give torch's layer our weights, under its own names."""
    for name, value in ours.state_dict().items():
        getattr(layer, name.replace("_l0", suffix)).data.copy_(value)


@pytest.mark.parametrize("look", LOOKS)
def test_the_encoder_is_torchs_bidirectional_gru_over_packed_sequences(look: Look) -> None:
    model = small(look)
    source = pad(SOURCES, multiple=8)
    theirs = nn.GRU(4, 5, batch_first=True, bidirectional=True).double()
    assert model.forwards is not None
    assert model.backwards is not None
    load(theirs, model.forwards, "_l0")
    load(theirs, model.backwards, "_l0_reverse")
    lengths = torch.tensor([len(row) for row in SOURCES])
    packed = pack_padded_sequence(model.source(source), lengths, batch_first=True, enforce_sorted=False)
    states, last = theirs(packed)
    states, _ = pad_packed_sequence(states, batch_first=True)
    encoded = model.encode(source)
    for row, length in enumerate(lengths.tolist()):
        torch.testing.assert_close(encoded.places[row, :length], states[row, :length], atol=1e-12, rtol=0)
    torch.testing.assert_close(encoded.vector, torch.cat([last[0], last[1]], -1), atol=1e-12, rtol=0)
    assert encoded.mask.sum(1).tolist() == lengths.tolist()


def decode_by_the_papers(model: Seq2Seq, source: list[int], target: list[int]) -> Tensor:
    """One sentence, step by step, with torch's GRUCell and the equations of the papers."""
    encoded = model.encode(torch.tensor([source]))
    places, summary = encoded.places, encoded.vector
    cell = nn.GRUCell(4 + model.wide, 5).double()
    load(cell, model.decoder)
    state = torch.tanh(linear(summary[:, -5:], model.first.weight, model.first.bias))
    context, scores = torch.zeros_like(summary), []

    def look(state: Tensor) -> Tensor:
        if isinstance(model.attention, AdditiveAttention):
            own = model.attention
            match = torch.tanh(state @ own.query.weight.mT + places[0] @ own.key.weight.mT + own.key.bias)
            energies = match @ own.value.weight[0]
            return (energies.exp() / energies.exp().sum()) @ places[0]
        assert isinstance(model.attention, DotAttention)
        keys = places @ model.attention.key.weight.mT
        return scaled_dot_product_attention(state[None], keys, places, scale=1.0)[0, 0]

    for token in [START, *target[:-1]]:
        y = model.target.weight[token][None]
        if model.look == "none":
            context = summary
        elif model.look == "additive":
            context = look(state)[None]
        state = cell(torch.cat([y, context], -1), state)
        if model.look == "dot":
            context = look(state)[None]
        read = torch.tanh(torch.cat([state, context, y], -1) @ model.readout.weight.mT + model.readout.bias)
        scores.append(read @ model.target.weight.mT + model.bias)
    return torch.cat(scores)


@pytest.mark.parametrize("reads", ["both", "forwards", "backwards"])
@pytest.mark.parametrize("look", LOOKS)
@torch.no_grad()
def test_a_padded_batch_gives_what_each_sentence_gives_alone(look: Look, reads: Reads) -> None:
    model = small(look, reads)
    model.bias.normal_(generator=torch.Generator().manual_seed(1))
    together = model(pad(SOURCES, multiple=8), before(TARGETS))
    for row, (source, target) in enumerate(zip(SOURCES, TARGETS, strict=True)):
        expected = decode_by_the_papers(model, source, target)
        torch.testing.assert_close(together[row, : len(target)], expected, atol=1e-12, rtol=0)


@pytest.mark.parametrize("look", LOOKS)
def test_the_trace_is_the_forward_pass(look: Look) -> None:
    model = small(look)
    with torch.no_grad():
        expected = model(pad(SOURCES[:1]), before(TARGETS[1:2]))
    trace = model.trace(SOURCES[0], TARGETS[1])
    np.testing.assert_allclose(trace.logits, expected[0].numpy(), atol=1e-12)
    assert trace.places.shape == (5, 10)
    assert trace.states.shape == (4, 5)
    if look == "none":
        assert trace.weights.shape == trace.scores.shape == (4, 0)
        np.testing.assert_array_equal(trace.contexts, np.broadcast_to(trace.vector, (4, 10)))
        return
    softmax = np.exp(trace.scores) / np.exp(trace.scores).sum(1, keepdims=True)
    np.testing.assert_allclose(trace.weights, softmax, atol=1e-12)
    np.testing.assert_allclose(trace.weights @ trace.places, trace.contexts, atol=1e-12)


@pytest.mark.parametrize("look", ["additive", "dot"])
@torch.no_grad()
def test_a_hidden_place_gets_no_weight_and_changes_what_follows(look: Look) -> None:
    model = small(look)
    source = pad(SOURCES[:1])
    visible = torch.tensor([[True, True, False, True, True]])
    free, hidden = model.encode(source), model.encode(source, visible)
    torch.testing.assert_close(free.places, hidden.places)  # the encoder reads it all the same
    y = model.target(torch.tensor([START]))
    carry, scores, weights = model.step(y, model.start(hidden), hidden)
    assert weights is not None
    assert scores is not None
    assert float(weights[0, 2]) == 0.0
    assert float(weights.sum()) == pytest.approx(1.0)
    other, _, _ = model.step(y, model.start(free), free)
    assert float((carry.context - other.context).abs().max()) > 1e-6


@torch.no_grad()
def test_without_attention_the_vector_is_all_that_the_decoder_gets() -> None:
    """Two sentences whose vectors are swapped are written as each other."""
    model = small("none")
    one, other = model.encode(pad(SOURCES[:1])), model.encode(pad(SOURCES[2:]))
    swapped = model.prepare(one.places, other.vector, one.mask)
    y = model.target(torch.tensor([5]))
    expected, _, _ = model.step(y, model.start(other), other)
    found, _, _ = model.step(y, model.start(swapped), swapped)
    torch.testing.assert_close(found.state, expected.state)


def test_weights_of_a_mixture_sum_to_one_over_what_may_be_seen() -> None:
    scores = torch.tensor([[1.0, 2.0, 3.0], [0.0, 0.0, 50.0]])
    mask = torch.tensor([[True, True, True], [True, True, False]])
    places = torch.eye(3).expand(2, 3, 3)
    context, weights = take(scores, places, mask)
    torch.testing.assert_close(weights[0], scores[0].softmax(-1))
    torch.testing.assert_close(weights[1], torch.tensor([0.5, 0.5, 0.0]))
    torch.testing.assert_close(context, weights)


def test_no_text_has_no_trace() -> None:
    with pytest.raises(ValueError, match="nothing to read"):
        small("none").trace([], [END])
