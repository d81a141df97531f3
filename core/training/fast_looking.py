"""The decoder's loop with attention and its gradients: those of weights and places are single products over all steps."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from core.training.fast_gru import Gates, cast, product, times


class Additive(Function):
    """The decoder with Bahdanau's attention: from_y (time, batch, 3 hidden) -> states (time, batch, hidden), contexts."""

    @staticmethod
    def forward(
        ctx: Any,
        from_y: Tensor,
        first: Tensor,
        places: Tensor,
        keys: Tensor,
        mask: Tensor,
        w_context: Tensor,
        w_state: Tensor,
        bias: Tensor,
        w_query: Tensor,
        v: Tensor,
        packed: bool,
    ) -> tuple[Tensor, Tensor]:
        """Return the states after each step and the contexts, each (time, batch, …)."""
        away = torch.zeros_like(mask, dtype=from_y.dtype).masked_fill(~mask, torch.finfo(from_y.dtype).min)
        both = torch.cat([w_state, w_query])  # what the state is multiplied by: one product for both
        both, w_context = (cast(each, packed) for each in (both, w_context))
        size = w_state.shape[0]
        contexts: list[Tensor] = []
        weights: list[Tensor] = []
        matches: list[Tensor] = []
        kept: list[tuple[Tensor, ...]] = []
        state, states = first, [first]
        for given in from_y.unbind(0):
            multiplied = times(state, both, packed)
            match = torch.tanh_(keys + multiplied[:, None, size:])
            weight = (match @ v + away).softmax(-1)
            context = torch.bmm(weight[:, None], places)[:, 0]
            from_input = given + times(context, w_context, packed)
            state, each = Gates.forth(from_input, multiplied[:, :size] + bias, state)
            states.append(state)
            contexts.append(context)
            weights.append(weight)
            matches.append(match)
            kept.append(each)
        ctx.save_for_backward(places, w_context, both, v)
        ctx.states, ctx.contexts, ctx.weights = torch.stack(states), torch.stack(contexts), torch.stack(weights)
        ctx.matches, ctx.kept, ctx.packed, ctx.size = matches, kept, packed, size
        return ctx.states[1:].clone(), ctx.contexts.clone()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of what `forward` was given."""
        places, w_context, both, v = ctx.saved_tensors
        packed, d_states, d_contexts = ctx.packed, *gradients
        carried = torch.zeros_like(ctx.states[0])
        d_keys = places.new_zeros(*places.shape[:2], len(v))
        d_v = torch.zeros_like(v)
        inputs, owns, looks = [], [], []
        for step in range(len(ctx.kept) - 1, -1, -1):
            given, own, direct = Gates.back(carried + d_states[step], ctx.kept[step], ctx.states[step])
            d_context = d_contexts[step] + product(given, w_context, packed)
            weight, match = ctx.weights[step], ctx.matches[step]
            d_weight = torch.bmm(places, d_context[..., None])[..., 0]
            d_score = weight * (d_weight - (weight * d_weight).sum(-1, keepdim=True))
            d_v += d_score.flatten() @ match.flatten(0, 1)
            # d tanh: v d_score (1 - match^2)
            d_match = match.square_().neg_().add_(1).mul_(v).mul_(d_score[..., None])
            d_keys += d_match
            own = torch.cat([own, d_match.sum(1)], -1)
            carried = direct + product(own, both, packed)
            inputs.append(given)
            owns.append(own)
            looks.append(d_context)
        from_y, owned, looked = (torch.stack(each[::-1]) for each in (inputs, owns, looks))
        d_places = torch.bmm(ctx.weights.permute(1, 2, 0), looked.transpose(0, 1))
        d_context = product(from_y.flatten(0, 1).mT, ctx.contexts.flatten(0, 1), packed)
        d_both = product(owned.flatten(0, 1).mT, ctx.states[:-1].flatten(0, 1), packed)
        d_bias = owned[..., : ctx.size].sum((0, 1))
        return (
            from_y,
            carried,
            d_places,
            d_keys,
            None,
            d_context,
            d_both[: ctx.size],
            d_bias,
            d_both[ctx.size :],
            d_v,
            None,
        )


class Dot(Function):
    """The decoder with Luong's attention: see `Additive`; the context of a step enters the next one."""

    @staticmethod
    def forward(
        ctx: Any,
        from_y: Tensor,
        first: Tensor,
        places: Tensor,
        keys: Tensor,
        mask: Tensor,
        w_context: Tensor,
        w_state: Tensor,
        bias: Tensor,
        w_query: None,
        v: None,
        packed: bool,
    ) -> tuple[Tensor, Tensor]:
        """Return the states after each step and the contexts, each (time, batch, …)."""
        away = torch.zeros_like(mask, dtype=from_y.dtype).masked_fill(~mask, torch.finfo(from_y.dtype).min)
        w_context, w_state = cast(w_context, packed), cast(w_state, packed)
        state, context = first, torch.zeros_like(places[:, 0])
        states, contexts, weights, kept = [state], [context], [], []
        for given in from_y.unbind(0):
            from_input = given + times(context, w_context, packed)
            state, each = Gates.forth(from_input, times(state, w_state, packed) + bias, state)
            weight = (torch.bmm(keys, state[..., None])[..., 0] + away).softmax(-1)
            context = torch.bmm(weight[:, None], places)[:, 0]
            states.append(state)
            contexts.append(context)
            weights.append(weight)
            kept.append(each)
        ctx.save_for_backward(places, keys, w_context, w_state)
        ctx.states, ctx.contexts, ctx.weights = torch.stack(states), torch.stack(contexts), torch.stack(weights)
        ctx.kept, ctx.packed = kept, packed
        return ctx.states[1:].clone(), ctx.contexts[1:].clone()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of what `forward` was given."""
        places, keys, w_context, w_state = ctx.saved_tensors
        packed, d_states, d_contexts = ctx.packed, *gradients
        carried, handed = torch.zeros_like(ctx.states[0]), torch.zeros_like(ctx.contexts[0])
        inputs, owns, looks, scores = [], [], [], []
        for step in range(len(ctx.kept) - 1, -1, -1):
            d_context, weight = d_contexts[step] + handed, ctx.weights[step]
            d_weight = torch.bmm(places, d_context[..., None])[..., 0]
            d_score = weight * (d_weight - (weight * d_weight).sum(-1, keepdim=True))
            d_state = carried + d_states[step] + torch.bmm(d_score[:, None], keys)[:, 0]
            given, own, direct = Gates.back(d_state, ctx.kept[step], ctx.states[step])
            carried = direct + product(own, w_state, packed)
            handed = product(given, w_context, packed)
            inputs.append(given)
            owns.append(own)
            looks.append(d_context)
            scores.append(d_score)
        from_y, owned, looked, scored = (torch.stack(each[::-1]) for each in (inputs, owns, looks, scores))
        d_places = torch.bmm(ctx.weights.permute(1, 2, 0), looked.transpose(0, 1))
        d_keys = torch.bmm(scored.permute(1, 2, 0), ctx.states[1:].transpose(0, 1))
        d_context = product(from_y.flatten(0, 1).mT, ctx.contexts[:-1].flatten(0, 1), packed)
        d_state = product(owned.flatten(0, 1).mT, ctx.states[:-1].flatten(0, 1), packed)
        return from_y, carried, d_places, d_keys, None, d_context, d_state, owned.sum((0, 1)), None, None, None
