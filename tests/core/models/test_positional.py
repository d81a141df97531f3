"""The three codes of a position, by their formulas and against transformers' rotary ones."""

import math

import numpy as np
import pytest
import torch

from core.models.positional import LearnedPositions, rotary_angles, rotate, sinusoidal


@pytest.mark.parametrize(("length", "dim"), [(1, 1), (7, 8), (40, 5)])
def test_the_sinusoidal_code_is_the_papers(length: int, dim: int) -> None:
    table = sinusoidal(length, dim, dtype=torch.float64)
    assert sinusoidal(length, dim).dtype == torch.float32
    for position in range(length):
        for column in range(dim):
            angle = position / 10_000 ** ((column - column % 2) / dim)
            expected = math.cos(angle) if column % 2 else math.sin(angle)
            assert float(table[position, column]) == pytest.approx(expected, abs=1e-12)


def test_two_positions_product_depends_on_their_distance_alone() -> None:
    table = sinusoidal(50, 16, dtype=torch.float64)
    products = table @ table.T
    for distance in (0, 1, 9):
        diagonal = products.diagonal(distance)
        assert torch.allclose(diagonal, diagonal[0].expand_as(diagonal), atol=1e-10)


def test_rotary_positions_are_llamas() -> None:
    from transformers import LlamaConfig
    from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding, apply_rotary_pos_emb

    config = LlamaConfig(hidden_size=24, num_attention_heads=3, max_position_embeddings=64)
    q, k = torch.randn(2, 2, 3, 20, 8, generator=torch.Generator().manual_seed(1))
    cos, sin = LlamaRotaryEmbedding(config)(q, torch.arange(20)[None])
    expected = apply_rotary_pos_emb(q, k, cos, sin)
    angles = rotary_angles(20, 8)
    for mine, theirs in zip((q, k), expected, strict=True):
        torch.testing.assert_close(rotate(mine, angles), theirs, atol=1e-5, rtol=0)


def test_both_layouts_turn_the_same_pairs() -> None:
    x = torch.randn(5, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    angles = rotary_angles(5, 8, dtype=torch.float64)
    order = torch.tensor([0, 2, 4, 6, 1, 3, 5, 7])
    torch.testing.assert_close(rotate(x, angles, neighbours=True)[:, order], rotate(x[:, order], angles))
    pairs = torch.view_as_complex(x.view(5, 4, 2)) * torch.polar(torch.ones(5, 4, dtype=torch.float64), angles)
    torch.testing.assert_close(rotate(x, angles, neighbours=True), torch.view_as_real(pairs).flatten(1))


def test_turned_products_depend_on_the_distance_alone() -> None:
    q, k = torch.randn(2, 1, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    angles = rotary_angles(30, 8, dtype=torch.float64)
    scores = rotate(q.expand(30, 8), angles) @ rotate(k.expand(30, 8), angles).T
    for distance in (-7, 0, 4):
        diagonal = scores.diagonal(distance)
        assert torch.allclose(diagonal, diagonal[0].expand_as(diagonal), atol=1e-10)


def test_learned_positions_are_rows() -> None:
    positions = LearnedPositions(6, 4, std=0.5, seed=1)
    assert positions(3).shape == (3, 4)
    np.testing.assert_array_equal(positions(6).detach(), positions.weight.detach())
    with pytest.raises(ValueError, match="7 positions are more than the 6"):
        positions(7)


def test_what_no_code_can_hold() -> None:
    with pytest.raises(ValueError, match="holds nothing"):
        sinusoidal(0, 4)
    with pytest.raises(ValueError, match="7 numbers can't be split"):
        rotary_angles(3, 7)
