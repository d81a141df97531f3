"""The networks of the race against torch's own parts, and their sizes."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from core.models.answerers import (
    ARCHITECTURES,
    Architecture,
    Dense,
    RecurrentAnswerer,
    TransformerAnswerer,
    build,
    size_for,
)
from core.models.positional import rotary_angles, rotate

X = torch.randn(3, 7, 4, generator=torch.Generator().manual_seed(1))


def test_the_dense_network_is_two_linear_layers() -> None:
    model = Dense(7, 4, 2, 5, 6, seed=3)
    theirs = nn.Sequential(nn.Flatten(), nn.Linear(28, 6), nn.ReLU(), nn.Linear(6, 10))
    theirs.load_state_dict(
        {
            "1.weight": model.widen.weight,
            "1.bias": model.widen.bias,
            "3.weight": model.output.weight,
            "3.bias": model.output.bias,
        }
    )
    torch.testing.assert_close(model(X), theirs(X).view(3, 2, 5))


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_with_attention_an_answer_sees_earlier_states_alone(kind: str) -> None:
    model = RecurrentAnswerer(kind, 4, 3, 5, 6, attends=True, seed=3)  # type: ignore[arg-type]
    assert model.match is not None
    hidden, _ = model.body(X)
    expected = []
    for step in (4, 5, 6):
        query, keys = hidden[:, step, None], hidden[:, :step]
        context = F.scaled_dot_product_attention(query, model.match(keys), keys)[:, 0]
        expected.append(model.output(torch.cat([hidden[:, step], context], -1)))
    torch.testing.assert_close(model(X), torch.stack(expected, 1))


def test_the_transformer_is_its_equations() -> None:
    model = TransformerAnswerer(4, 2, 5, 9, seed=3)
    x = model.enter(X)
    for block in model.stack.blocks:
        q, k, v = (
            part.unflatten(-1, (2, 16)).transpose(1, 2) for part in block.attention.qkv(block.norm_1(x)).chunk(3, -1)
        )
        angles = rotary_angles(7, 16)
        found = F.scaled_dot_product_attention(rotate(q, angles), rotate(k, angles), v, is_causal=True)
        x = x + block.attention.merge(found.transpose(1, 2).flatten(2))
        x = x + block.narrow(F.gelu(block.widen(block.norm_2(x))))
    torch.testing.assert_close(model(X), model.output(model.stack.final_norm(x)[:, -2:]))


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_all_have_the_size_that_is_asked_for(name: Architecture) -> None:
    shape = (40, 9, 20, 8)
    model = build(name, *shape, size_for(name, *shape, 20_000))
    count = sum(value.numel() for value in model.parameters())
    assert abs(count / 20_000 - 1) < 0.03
    assert model(torch.zeros(2, 40, 9)).shape == (2, 20, 8)
    other = build(name, *shape, size_for(name, *shape, 20_000))
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), other.parameters(), strict=True))
