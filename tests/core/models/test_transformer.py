"""The transformer's block against torch's own, in double precision, and that no place looks ahead."""

import pytest
import torch

from core.models.transformer import TransformerBlock

WIDTH, HEADS, TIME = 12, 3, 9


def both(inner: int | None = None) -> tuple[TransformerBlock, torch.nn.TransformerEncoderLayer]:
    """Our block and torch's layer with the same weights, neither of them plain zeros and ones anywhere."""
    ours = TransformerBlock(WIDTH, HEADS, inner=inner, seed=3, dtype=torch.float64)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, parameter in ours.named_parameters():
            if name.startswith("norm") or name.endswith("bias"):
                parameter.uniform_(-1, 1, generator=generator)
    theirs = torch.nn.TransformerEncoderLayer(
        WIDTH, HEADS, inner or 4 * WIDTH, 0.0, "gelu", batch_first=True, norm_first=True, dtype=torch.float64
    )
    names = {
        "norm_1": "norm1",
        "norm_2": "norm2",
        "qkv.weight": "self_attn.in_proj_weight",
        "qkv.bias": "self_attn.in_proj_bias",
        "merge": "self_attn.out_proj",
        "widen": "linear1",
        "narrow": "linear2",
    }
    state = {}
    for name, value in ours.state_dict().items():
        start = next(mine for mine in names if name.startswith(mine))
        state[names[start] + name.removeprefix(start)] = value
    theirs.load_state_dict(state)
    return ours, theirs


@pytest.mark.parametrize("inner", [None, 20])
def test_outputs_and_gradients_are_torchs(inner: int | None) -> None:
    ours, theirs = both(inner)
    x = torch.randn(2, TIME, WIDTH, dtype=torch.float64)
    inputs = [x.clone().requires_grad_() for _ in range(2)]
    mask = torch.nn.Transformer.generate_square_subsequent_mask(TIME, dtype=torch.float64)
    expected = theirs(inputs[1], src_mask=mask, is_causal=True)
    found = ours(inputs[0])
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-10)
    weight = torch.randn_like(found)
    (found * weight).sum().backward()
    (expected * weight).sum().backward()
    torch.testing.assert_close(inputs[0].grad, inputs[1].grad, rtol=0, atol=1e-9)
    assert ours.qkv.weight.grad is not None
    torch.testing.assert_close(ours.qkv.weight.grad, theirs.self_attn.in_proj_weight.grad, rtol=0, atol=1e-9)
    torch.testing.assert_close(ours.widen.weight.grad, theirs.linear1.weight.grad, rtol=0, atol=1e-9)


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
    assert (torch.get_rng_state() == state).all()
    assert all((a == b).all() for a, b in zip(one.parameters(), same.parameters(), strict=True))
    assert (one.qkv.weight != other.qkv.weight).any()
    reach = WIDTH**-0.5
    assert one.qkv.weight.abs().max() <= reach
    assert float(one.qkv.weight.detach().std()) == pytest.approx(reach / 3**0.5, rel=0.1)


def test_heads_share_the_width() -> None:
    with pytest.raises(ValueError, match="5 heads can't share a width of 12"):
        TransformerBlock(12, 5)
