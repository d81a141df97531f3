"""Attention against torch's own, values and gradients, in float64."""

import math

import pytest
import torch
from jaxtyping import TypeCheckError
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from core.models.attention import scaled_dot_product

SHAPES = [(5, 5, 8, 8), (3, 7, 4, 6), (1, 9, 16, 2), (6, 1, 1, 1)]  # queries, keys, width, value


def draw(batch: tuple[int, ...], queries: int, keys: int, width: int, value: int) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(queries * 100 + keys)
    shapes = ((*batch, queries, width), (*batch, keys, width), (*batch, keys, value))
    q, k, v = (torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_() for shape in shapes)
    return q, k, v


def masks(queries: int, keys: int) -> list[Tensor | None]:
    causal = torch.ones(queries, keys, dtype=torch.bool).tril()
    scattered = torch.rand(queries, keys, generator=torch.Generator().manual_seed(3)) < 0.5
    scattered[:, 0] = True  # every query sees something, so that torch's own has an answer too
    return [None, causal, scattered]


@pytest.mark.parametrize("batch", [(), (2,), (2, 3)], ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("which", [0, 1, 2], ids=["all", "causal", "scattered"])
def test_values_and_gradients_are_torchs(batch: tuple[int, ...], shape: tuple[int, int, int, int], which: int) -> None:
    mask = masks(*shape[:2])[which]
    ours, theirs = draw(batch, *shape), draw(batch, *shape)
    output, weights = scaled_dot_product(*ours, mask)
    expected = scaled_dot_product_attention(*theirs, attn_mask=mask)
    assert torch.allclose(output, expected, rtol=1e-12, atol=1e-12)
    assert torch.allclose(weights.sum(-1), torch.ones(()).double(), atol=1e-12)
    pull = torch.randn(output.shape, generator=torch.Generator().manual_seed(9), dtype=torch.float64)
    found = torch.autograd.grad(output, ours, pull)
    wanted = torch.autograd.grad(expected, theirs, pull)
    for one, other in zip(found, wanted, strict=True):
        assert torch.allclose(one, other, rtol=1e-10, atol=1e-12)


def test_weights_are_the_softmax_of_the_scaled_products() -> None:
    q, k, v = (one.detach() for one in draw((), 4, 6, 8, 3))
    _, weights = scaled_dot_product(q, k, v)
    for i in range(4):
        scores = [math.exp(float(q[i] @ k[j]) / math.sqrt(8)) for j in range(6)]
        assert weights[i].tolist() == pytest.approx([score / sum(scores) for score in scores], rel=1e-12)


def test_what_may_not_be_seen_has_exactly_no_weight() -> None:
    q, k, v = draw((2,), 5, 5, 8, 8)
    mask = torch.ones(5, 5, dtype=torch.bool).tril()
    _, weights = scaled_dot_product(q, k, v, mask)
    assert (weights[..., ~mask] == 0).all()
    assert (weights[..., mask] > 0).all()
    assert torch.equal(weights[:, 0], torch.eye(5).double()[:1].expand(2, 5))
    louder = k.detach().clone()
    louder[:, 4] = 1e6  # later keys change nothing for earlier queries
    again, _ = scaled_dot_product(q, louder, v, mask)
    assert torch.equal(again[:, :4], scaled_dot_product(q, k, v, mask)[0][:, :4])


def test_a_query_that_may_look_nowhere_takes_nothing() -> None:
    q, k, v = draw((), 3, 4, 8, 2)
    mask = torch.ones(3, 4, dtype=torch.bool)
    mask[1] = False
    output, weights = scaled_dot_product(q, k, v, mask)
    assert (weights[1] == 0).all()
    assert (output[1] == 0).all()
    output.sum().backward()
    assert all(torch.isfinite(one.grad).all() for one in (q, k, v) if one.grad is not None)
    assert q.grad is not None
    assert (q.grad[1] == 0).all()
    assert (q.grad[0] != 0).any()


def test_one_mask_serves_a_whole_batch() -> None:
    q, k, v = draw((2, 3), 4, 4, 8, 8)
    mask = torch.ones(4, 4, dtype=torch.bool).tril()
    output, _ = scaled_dot_product(q, k, v, mask)
    for i in range(2):
        for j in range(3):
            alone, _ = scaled_dot_product(q[i, j], k[i, j], v[i, j], mask)
            assert torch.allclose(output[i, j], alone, atol=1e-14)


def test_shapes_that_do_not_fit() -> None:
    q, k, v = draw((), 3, 4, 8, 2)
    with pytest.raises(TypeCheckError):
        scaled_dot_product(q, k[:, :5], v)
    with pytest.raises(TypeCheckError):
        scaled_dot_product(q, k, v[:2])
