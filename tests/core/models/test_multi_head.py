"""Multi-head attention against torch's own, outputs and gradients in float64, and its what-ifs done by hand."""

import numpy as np
import pytest
import torch
from torch import nn

from core.models.attention import MultiHeadAttention
from core.models.positional import rotary_angles, rotate

WIDTH, HEADS, TIME, KEYS = 12, 3, 7, 5
DOUBLE = torch.float64


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=DOUBLE)


def both(*, causal: bool = False, bias: bool = True) -> tuple[MultiHeadAttention, nn.MultiheadAttention]:
    ours = MultiHeadAttention(WIDTH, HEADS, causal=causal, bias=bias, seed=2, dtype=DOUBLE)
    theirs = nn.MultiheadAttention(WIDTH, HEADS, bias=bias, batch_first=True, dtype=DOUBLE)
    with torch.no_grad():
        if bias:
            ours.qkv.bias.copy_(normal(3 * WIDTH, seed=3))
            ours.merge.bias.copy_(normal(WIDTH, seed=4))
            theirs.in_proj_bias.copy_(ours.qkv.bias)
            theirs.out_proj.bias.copy_(ours.merge.bias)
        theirs.in_proj_weight.copy_(ours.qkv.weight)
        theirs.out_proj.weight.copy_(ours.merge.weight)
    return ours, theirs


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("case", ["all", "causal", "mask", "cross"])
def test_outputs_weights_and_gradients_are_torchs(case: str, bias: bool) -> None:
    ours, theirs = both(causal=case == "causal", bias=bias)
    inputs = [normal(2, TIME, WIDTH, seed=5).requires_grad_() for _ in range(2)]
    contexts = [normal(2, KEYS, WIDTH, seed=6).requires_grad_() for _ in range(2)]
    mask = torch.rand(TIME, TIME, generator=torch.Generator().manual_seed(7)) < 0.6
    mask.fill_diagonal_(True)
    context = contexts[0] if case == "cross" else None
    found = ours(inputs[0], context, mask if case == "mask" else None)
    allowed = {"causal": torch.ones(TIME, TIME).bool().tril(), "mask": mask}.get(case)
    source = contexts[1] if case == "cross" else inputs[1]
    hidden = None if allowed is None else ~allowed
    expected, weights = theirs(inputs[1], source, source, attn_mask=hidden, average_attn_weights=False)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-8)
    pull = normal(*found.shape, seed=8)
    (found * pull).sum().backward()
    (expected * pull).sum().backward()
    pairs = [(inputs[0].grad, inputs[1].grad), (ours.qkv.weight.grad, theirs.in_proj_weight.grad)]
    pairs += [(contexts[0].grad, contexts[1].grad)] if case == "cross" else []
    pairs += [(ours.qkv.bias.grad, theirs.in_proj_bias.grad)] if bias else []
    for mine, other in pairs:
        torch.testing.assert_close(mine, other, rtol=0, atol=1e-8)
    trace = ours.trace(inputs[0], context, mask if case == "mask" else None)
    np.testing.assert_allclose(trace.output, expected.detach(), atol=1e-8)
    np.testing.assert_allclose(trace.weights, weights.detach(), atol=1e-8)


def test_the_trace_is_the_equations() -> None:
    ours, x = MultiHeadAttention(WIDTH, HEADS, causal=True, rotary=True, seed=1, dtype=DOUBLE), normal(2, TIME, WIDTH)
    trace = ours.trace(x)
    q, k, v = ours.qkv(x).detach().view(2, TIME, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
    angles = rotary_angles(TIME, WIDTH // HEADS, dtype=DOUBLE)
    np.testing.assert_allclose(trace.queries, rotate(q, angles), atol=1e-12)
    np.testing.assert_allclose(trace.keys, rotate(k, angles), atol=1e-12)
    np.testing.assert_allclose(trace.scores, trace.queries @ trace.keys.swapaxes(-1, -2) / 2, atol=1e-12)
    np.testing.assert_allclose(trace.mixtures, trace.weights @ v.numpy(), atol=1e-12)
    np.testing.assert_allclose(trace.output, ours(x).detach(), atol=1e-12)
    assert not np.triu(trace.weights, 1).any()


def test_a_head_that_is_off_adds_nothing() -> None:
    ours, _ = both()
    x = normal(1, TIME, WIDTH)
    whole, without = ours.trace(x), ours.trace(x, heads_off=[1])
    assert (without.mixtures[:, 1] == 0).all()
    mixtures = torch.from_numpy(whole.mixtures.copy())
    mixtures[:, 1] = 0
    expected = ours.merge(mixtures.transpose(1, 2).flatten(2)).detach()
    np.testing.assert_allclose(without.output, expected, atol=1e-12)
    np.testing.assert_array_equal(ours.trace(x).output, whole.output)  # nothing stays behind


def test_a_cut_edge_is_a_masked_key() -> None:
    ours, x = MultiHeadAttention(WIDTH, HEADS, causal=True, seed=3, dtype=DOUBLE), normal(1, TIME, WIDTH)
    whole, cut = ours.trace(x), ours.trace(x, edges_cut=[(1, 4, 2), (None, 0, 0)])
    expected = whole.weights.copy()
    expected[0, 1, 4, 2] = 0
    expected[0, 1, 4] /= expected[0, 1, 4].sum()
    expected[0, :, 0] = 0  # the first query had nothing but itself
    np.testing.assert_allclose(cut.weights, expected, atol=1e-12)
    np.testing.assert_allclose(cut.mixtures, expected @ whole.values, atol=1e-12)


def test_a_query_that_may_see_nothing_takes_nothing() -> None:
    ours, _ = both()
    mask = torch.ones(TIME, TIME, dtype=torch.bool)
    mask[2] = False
    x = normal(1, TIME, WIDTH)
    torch.testing.assert_close(ours(x, mask=mask)[0, 2], ours.merge.bias)
    np.testing.assert_allclose(ours.trace(x, mask=mask).output, ours(x, mask=mask).detach(), atol=1e-12)


def test_what_is_not_there() -> None:
    x = normal(1, TIME, WIDTH)
    ours, _ = both()
    for wrong in ({"heads_off": [3]}, {"heads_off": [-1]}, {"edges_cut": [(5, 0, 0)]}):
        with pytest.raises(ValueError, match="1 layers of 3 heads"):
            ours.trace(x, **wrong)
    with pytest.raises(ValueError, match="7 queries"):
        ours.trace(x, edges_cut=[(0, 7, 0)])
    with pytest.raises(ValueError, match="5 heads can't share a width of 12"):
        MultiHeadAttention(12, 5)
    with pytest.raises(ValueError, match="3 numbers can't be split"):
        MultiHeadAttention(12, 4, rotary=True)
    with pytest.raises(ValueError, match="neither causal nor rotary"):
        MultiHeadAttention(WIDTH, HEADS, causal=True, dtype=DOUBLE)(x, normal(1, KEYS, WIDTH))
