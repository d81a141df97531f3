"""GRUs over time with their gradients: each weight's is one product over all steps, not a sum that every step adds to."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn.functional import linear


def cast(weight: Tensor, packed: bool) -> Tensor:
    """Return the weight as `times` and `product` want it, so that a loop converts it once."""
    return weight.bfloat16() if packed else weight


def times(x: Tensor, weight: Tensor, packed: bool) -> Tensor:
    """Return x weight^T, multiplied in bfloat16 when packed."""
    return linear(x.bfloat16(), weight.bfloat16()).to(x.dtype) if packed else linear(x, weight)


def product(a: Tensor, b: Tensor, packed: bool) -> Tensor:
    """Return a b, multiplied in bfloat16 when packed."""
    return (a.bfloat16() @ b.bfloat16()).to(a.dtype) if packed else a @ b


class Gates:
    """One GRU step and the way back through it; all arrays (…, hidden) or (…, 3 hidden)."""

    @staticmethod
    def forth(from_input: Tensor, from_state: Tensor, state: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Return the next state, and what the way back needs."""
        hidden = state.shape[-1]
        reset, update = torch.sigmoid(from_input[..., : 2 * hidden] + from_state[..., : 2 * hidden]).chunk(2, -1)
        remembered = from_state[..., 2 * hidden :]
        new = torch.tanh(torch.addcmul(from_input[..., 2 * hidden :], reset, remembered))
        return torch.lerp(new, state, update), (reset, update, new, remembered)

    @staticmethod
    def back(d_state: Tensor, kept: tuple[Tensor, ...], before: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the gradients of what came from the input, from the state, and of the state before by the direct way."""
        reset, update, new, remembered = kept
        d_new = d_state * (1 - update) * (1 - new * new)
        d_update = d_state * (before - new) * update * (1 - update)
        d_reset = d_new * remembered * reset * (1 - reset)
        from_input = torch.cat([d_reset, d_update, d_new], -1)
        return from_input, torch.cat([d_reset, d_update, d_new * reset], -1), d_state * update


class Recurrence(Function):
    """GRUs side by side: gates (time, side, batch, 3 hidden), first (side, batch, hidden) -> states, like gates."""

    @staticmethod
    def forward(ctx: Any, gates: Tensor, first: Tensor, weight: Tensor, bias: Tensor, packed: bool) -> Tensor:
        """Return the state after every step."""
        turned = weight.mT.bfloat16() if packed else weight.mT
        state, states, kept = first, [first], []
        for from_input in gates.unbind(0):
            multiplied = state.bfloat16() @ turned if packed else state @ turned
            state, each = Gates.forth(from_input, multiplied.to(state.dtype) + bias[:, None], state)
            states.append(state)
            kept.append(each)
        ctx.save_for_backward(weight)
        ctx.states, ctx.kept, ctx.packed = torch.stack(states), kept, packed
        return ctx.states[1:].clone()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of what `forward` was given."""
        (weight,) = ctx.saved_tensors
        shared = weight.bfloat16() if ctx.packed else weight
        carried: Tensor = torch.zeros_like(ctx.states[0])
        from_inputs, from_states = [], []
        for step in range(len(ctx.kept) - 1, -1, -1):
            given, own, direct = Gates.back(carried + gradients[0][step], ctx.kept[step], ctx.states[step])
            carried = direct + (own.to(shared.dtype) @ shared).to(direct.dtype)
            from_inputs.append(given)
            from_states.append(own)
        d_states = torch.stack(from_states[::-1])
        sides = d_states.transpose(0, 1).flatten(1, 2)  # (side, time and batch, 3 hidden)
        before = ctx.states[:-1].transpose(0, 1).flatten(1, 2)
        d_weight = product(sides.mT, before, ctx.packed)
        return torch.stack(from_inputs[::-1]), carried, d_weight, sides.sum(1), None
