"""Blocks, encoder, decoder and the whole against torch's own in float64; the language model by what it is made of."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from core.models.saved import load, save
from core.models.transformer import Transformer, TransformerBlock, TransformerLM, TransformerStack

WIDTH, HEADS, TIME, KEYS = 12, 3, 9, 5
DOUBLE = torch.float64
NAMES = {
    "norm_1": "norm1",
    "norm_cross": "norm2",
    "attention.qkv.": "self_attn.in_proj_",
    "attention.merge": "self_attn.out_proj",
    "cross.qkv.": "multihead_attn.in_proj_",
    "cross.merge": "multihead_attn.out_proj",
    "widen": "linear1",
    "narrow": "linear2",
}


def stir(module: nn.Module) -> None:
    """Leave no norm and no bias at plain ones and zeros."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if "norm" in name or name.endswith("bias"):
                parameter.uniform_(-1, 1, generator=generator)


def theirs_named(name: str, *, cross: bool) -> str:
    names = NAMES | {"norm_2": "norm3" if cross else "norm2"}
    start = next(mine for mine in names if name.startswith(mine))
    return names[start] + name.removeprefix(start)


def both(norm: Any, cross: bool, activation: Any, inner: int | None = None) -> tuple[TransformerBlock, nn.Module]:
    ours = TransformerBlock(
        WIDTH, HEADS, inner=inner, norm=norm, cross=cross, activation=activation, seed=3, dtype=DOUBLE
    )
    stir(ours)
    make = nn.TransformerDecoderLayer if cross else nn.TransformerEncoderLayer
    theirs = make(
        WIDTH,
        HEADS,
        inner or 4 * WIDTH,
        0.0,
        activation,
        batch_first=True,
        norm_first=norm == "pre",
        dtype=DOUBLE,
    )
    theirs.load_state_dict({theirs_named(name, cross=cross): value for name, value in ours.state_dict().items()})
    return ours, theirs


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=DOUBLE)


@pytest.mark.parametrize("norm", ["pre", "post"])
@pytest.mark.parametrize("cross", [False, True], ids=["encoder layer", "decoder layer"])
@pytest.mark.parametrize(("activation", "inner"), [("gelu", None), ("relu", 20)])
def test_outputs_and_gradients_are_torchs(norm: Any, cross: bool, activation: Any, inner: int | None) -> None:
    ours, theirs = both(norm, cross, activation, inner)
    inputs = [normal(2, TIME, WIDTH).requires_grad_() for _ in range(2)]
    contexts = [normal(2, KEYS, WIDTH, seed=2).requires_grad_() for _ in range(2)]
    mask = nn.Transformer.generate_square_subsequent_mask(TIME, dtype=DOUBLE)
    if cross:
        found = ours(inputs[0], contexts[0])
        expected = theirs(inputs[1], contexts[1], tgt_mask=mask, tgt_is_causal=True)
    else:
        found, expected = ours(inputs[0]), theirs(inputs[1], src_mask=mask, is_causal=True)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-8)
    pull = normal(*found.shape, seed=4)
    (found * pull).sum().backward()
    (expected * pull).sum().backward()
    torch.testing.assert_close(inputs[0].grad, inputs[1].grad, rtol=0, atol=1e-8)
    torch.testing.assert_close(contexts[0].grad, contexts[1].grad, rtol=0, atol=1e-8)
    other = dict(theirs.named_parameters())
    for name, parameter in ours.named_parameters():
        torch.testing.assert_close(parameter.grad, other[theirs_named(name, cross=cross)].grad, rtol=0, atol=1e-8)


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_encoder_and_decoder_are_torchs_stacks(norm: Any) -> None:
    encoder = TransformerStack(WIDTH, HEADS, 2, norm=norm, causal=False, seed=1, dtype=DOUBLE)
    decoder = TransformerStack(WIDTH, HEADS, 2, norm=norm, causal=True, cross=True, seed=2, dtype=DOUBLE)
    options: dict[str, Any] = {"batch_first": True, "norm_first": norm == "pre", "dtype": DOUBLE}
    shape = (WIDTH, HEADS, 4 * WIDTH, 0.0, "gelu")
    last = (lambda: nn.LayerNorm(WIDTH, dtype=DOUBLE)) if norm == "pre" else (lambda: None)
    their_encoder = nn.TransformerEncoder(
        nn.TransformerEncoderLayer(*shape, **options), 2, last(), enable_nested_tensor=False
    )
    their_decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(*shape, **options), 2, last())
    for ours, theirs, cross in ((encoder, their_encoder, False), (decoder, their_decoder, True)):
        stir(ours)
        for mine, other in zip(ours.blocks, theirs.layers, strict=True):
            other.load_state_dict({theirs_named(n, cross=cross): v for n, v in mine.state_dict().items()})
        if norm == "pre":
            theirs.norm.load_state_dict(ours.final_norm.state_dict())
    source, target = normal(2, KEYS, WIDTH), normal(2, TIME, WIDTH, seed=3)
    padded = torch.ones(2, KEYS, dtype=torch.bool)
    padded[1, 3:] = False
    seen = padded[:, None, None]
    memory = encoder(source, mask=seen.expand(-1, 1, KEYS, KEYS))
    their_memory = their_encoder(source, src_key_padding_mask=~padded)
    torch.testing.assert_close(memory, their_memory, rtol=0, atol=1e-8)
    causal = nn.Transformer.generate_square_subsequent_mask(TIME, dtype=torch.bool)
    found = decoder(target, memory, context_mask=seen.expand(-1, 1, TIME, KEYS))
    expected = their_decoder(target, their_memory, tgt_mask=causal, memory_key_padding_mask=~padded)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-8)


def test_the_whole_sees_its_source_and_no_later_target() -> None:
    model = Transformer(20, 30, WIDTH, HEADS, 2, seed=1)
    source, target = torch.arange(2 * KEYS).view(2, KEYS), torch.arange(2 * TIME).view(2, TIME)
    scores = model(source, target)
    assert scores.shape == (2, TIME, 30)
    later, other = target.clone(), source.clone()
    later[:, 6:] += 1
    other[0, 4] = 19
    torch.testing.assert_close(model(source, later)[:, :6], scores[:, :6])
    assert (model(other, target)[0] != scores[0]).any(-1).all()
    torch.testing.assert_close(model(other, target)[1], scores[1])
    hidden = torch.ones(2, KEYS, dtype=torch.bool)
    hidden[0, 4] = False
    torch.testing.assert_close(model(other, target, hidden), model(source, target, hidden))


def test_what_comes_later_changes_nothing_before_it() -> None:
    block = TransformerBlock(WIDTH, HEADS)
    x = torch.randn(1, TIME, WIDTH)
    other = x.clone()
    other[:, 5:] += 1
    before, after = block(x), block(other)
    assert (before[:, :5] == after[:, :5]).all()
    assert (before[:, 5:] != after[:, 5:]).any(-1).all()


def test_a_seed_means_the_same_weights_and_leaves_others_generators_alone() -> None:
    state = torch.get_rng_state()
    one, same, other = (TransformerBlock(WIDTH, HEADS, seed=seed) for seed in (1, 1, 2))
    models = [TransformerLM(9, WIDTH, HEADS, 2, positions="learned", causal=True, longest=9, seed=s) for s in (1, 1, 2)]
    assert (torch.get_rng_state() == state).all()
    for first, second, third in ((one, same, other), models):
        assert all((a == b).all() for a, b in zip(first.parameters(), second.parameters(), strict=True))
        pairs = zip(first.named_parameters(), third.parameters(), strict=True)
        assert all((a != b).any() for (name, a), b in pairs if "norm" not in name and "bias" not in name)
    drawn = one.attention.qkv.weight.detach()
    assert drawn.abs().max() <= WIDTH**-0.5
    assert float(drawn.std()) == pytest.approx((3 * WIDTH) ** -0.5, rel=0.1)


def test_blocks_say_what_they_need() -> None:
    with pytest.raises(ValueError, match="5 heads can't share a width of 12"):
        TransformerBlock(12, 5)
    with pytest.raises(ValueError, match="needs a context"):
        TransformerBlock(WIDTH, HEADS)(torch.zeros(1, 2, WIDTH), torch.zeros(1, 2, WIDTH))
    with pytest.raises(ValueError, match="needs a context"):
        TransformerBlock(WIDTH, HEADS, cross=True)(torch.zeros(1, 2, WIDTH))


# The language model


def language_model(**settings: Any) -> TransformerLM:
    defaults: dict[str, Any] = {"positions": "learned", "causal": True, "longest": 16, "seed": 1}
    return TransformerLM(11, WIDTH, HEADS, 2, **(defaults | settings)).double()


SETTINGS = [
    {},
    {"positions": "none", "norm": "post"},
    {"positions": "sinusoidal", "feed_forward": False},
    {"positions": "rotary", "tied": True},
    {"causal": False, "inner": 7},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_a_trace_is_what_the_model_does(settings: dict[str, Any], tmp_path: Path) -> None:
    model, ids = language_model(**settings), [3, 1, 4, 1, 5, 9]
    trace, logits = model.trace(ids), model(torch.tensor([ids]))[0].detach()
    np.testing.assert_allclose(trace.logits, logits, atol=1e-10)
    assert trace.attentions.shape == (2, HEADS, 6, 6)
    assert trace.hidden.shape == (3, 6, WIDTH)
    np.testing.assert_allclose(trace.attentions.sum(-1), 1, atol=1e-12)
    assert bool(np.triu(trace.attentions, 1).any()) == (not settings.get("causal", True))
    x = torch.from_numpy(trace.hidden[:1])
    for number, block in enumerate(model.stack.blocks):
        x = block(x)
        np.testing.assert_allclose(trace.hidden[number + 1], x[0].detach(), atol=1e-10)
    save(model.float(), tmp_path / "model.safetensors")
    found = load(tmp_path / "model.safetensors")
    assert isinstance(found, TransformerLM)
    assert found.built == model.built
    np.testing.assert_allclose(found(torch.tensor([ids]))[0], logits, atol=5e-3)


def test_what_ifs_are_those_of_one_layer_and_stay_nowhere() -> None:
    model, ids = language_model(), [3, 1, 4, 1, 5, 9]
    before = model.trace(ids)
    found = model.trace(ids, heads_off=[(1, 2)], edges_cut=[(1, 0, 4, 3)])
    np.testing.assert_array_equal(found.hidden[:2], before.hidden[:2])
    block = model.stack.blocks[1]
    assert isinstance(block, TransformerBlock)
    x = torch.from_numpy(before.hidden[1:2])
    part = block.attention.trace(block.norm_1(x), heads_off=[2], edges_cut=[(0, 4, 3)])
    x = x + torch.from_numpy(part.output)
    np.testing.assert_allclose(found.hidden[2], (x + block.think(block.norm_2(x)))[0].detach(), atol=1e-12)
    np.testing.assert_allclose(found.attentions[1], part.weights[0], atol=1e-12)
    np.testing.assert_array_equal(model.trace(ids).logits, before.logits)
    everything = model.trace(ids, heads_off=[(None, None)])
    lonely = language_model()
    for block in lonely.stack.blocks:
        assert isinstance(block, TransformerBlock)
        nn.init.zeros_(block.attention.merge.weight)
    np.testing.assert_allclose(everything.logits, lonely.trace(ids).logits, atol=1e-12)
    with pytest.raises(ValueError, match="2 layers of 3 heads"):
        model.trace(ids, heads_off=[(2, 0)])
    for wrong in ([], [1] * 17):
        with pytest.raises(ValueError, match="where 1 to 16 fit"):
            model.trace(wrong)


def test_without_positions_the_last_vector_does_not_know_the_order() -> None:
    model = language_model(positions="none", causal=False)
    found, other = model.trace([1, 2, 3, 4]), model.trace([4, 2, 1, 3])
    np.testing.assert_allclose(found.hidden[-1][[3, 1, 0, 2]], other.hidden[-1], atol=1e-12)
    told = language_model(causal=False)
    assert np.abs(told.trace([1, 2, 3, 4]).hidden[-1][[3, 1, 0, 2]] - told.trace([4, 2, 1, 3]).hidden[-1]).max() > 0.1


@pytest.mark.parametrize("positions", ["learned", "rotary"])
def test_it_learns_on_a_small_budget(positions: Any) -> None:
    """To repeat what stood half a text ago: at first by guessing (ln 11 = 2.4), after 120 steps nearly always."""
    model = TransformerLM(11, 32, 2, 2, positions=positions, causal=True, longest=16, seed=0)
    generator = torch.Generator().manual_seed(0)
    optimizer = torch.optim.Adam(model.parameters(), 5e-3)
    losses = []
    for _ in range(160):
        half = torch.randint(0, 11, (64, 8), generator=generator)
        ids = half.repeat(1, 2)
        loss = nn.functional.cross_entropy(model(ids)[:, 7:-1].flatten(0, 1), ids[:, 8:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[0] == pytest.approx(np.log(11), abs=0.3)
    assert losses[-1] < 0.1
