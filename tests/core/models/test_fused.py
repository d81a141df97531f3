"""torch's own loop over time: the same numbers as our layers, step by step, and the same gradients."""

import pytest
import torch

from core.models.char_lm import Kind, recurrent_layer
from core.models.fused import fused
from core.models.gru import GRU
from core.models.stack import Stack


@pytest.mark.parametrize("kind", ["rnn_tanh", "rnn_relu", "lstm", "gru"])
@pytest.mark.parametrize("begun", [False, True])
def test_states_and_gradients_are_those_of_our_own_loop(kind: Kind, begun: bool) -> None:
    body = Stack([recurrent_layer(kind, 3, 8, seed=1), recurrent_layer(kind, 8, 5, seed=2)])
    x = torch.randn(4, 9, 3, generator=torch.Generator().manual_seed(0))
    before = body(x[:, :4])[1] if begun else None
    found = []
    for run in (body, lambda x, states: fused(body, x, states)):
        hidden, last = run(x, before)
        body.zero_grad()
        hidden.square().sum().backward(retain_graph=True)
        found.append([hidden, *_flat(last), *(p.grad.clone() for p in body.parameters() if p.grad is not None)])
    assert len(found[0]) == len(found[1]) > 8
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def _flat(states: list[object]) -> list[object]:
    return [part for state in states for part in (state if isinstance(state, tuple) else (state,))]


def test_time_scales_make_units_forget_at_every_pace() -> None:
    layer = GRU(1, 400)
    layer.set_time_scales(784)
    update = (layer.bias_ih_l0 + layer.bias_hh_l0)[400:800].detach()
    steps = 1 / (1 - update.sigmoid())  # after how many steps a state that nothing is added to has shrunk by e
    assert 2 <= steps.min() < 40
    assert 700 < steps.max() <= 784
    assert abs(float(steps.mean()) - 393) < 30
    assert not (layer.bias_ih_l0 + layer.bias_hh_l0)[:400].any()
