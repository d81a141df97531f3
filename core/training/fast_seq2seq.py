"""The loss of a `Seq2Seq` and its gradients, the same numbers as autograd's in fewer passes through memory.

Autograd adds a whole weight gradient at every step of a loop, and the gradient of all source places at every step of the
decoder. Here a loop's steps only keep their small gradients; each large one is then a single product over all steps. On a
CPU that is most of the time. Source: backpropagation through time, Werbos 1990.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from core.models.attention import AdditiveAttention
from core.models.gru import GRU
from core.models.seq2seq import PAD, Seq2Seq
from core.training.fast_gru import Recurrence, product, times
from core.training.fast_looking import Additive, Dot

ROWS = 512  # whose scores are computed at once: few enough to stay near the processor


@dataclass(frozen=True)
class Dropout:
    """Sets a share of numbers to 0 and scales the rest up (Srivastava et al. 2014); the same seed drops the same ones."""

    share: float = 0.0
    seed: int = 0

    def __call__(self, x: Tensor, place: int) -> Tensor:
        """Return x with another choice for every `place` in the network."""
        if not self.share:
            return x
        generator = torch.Generator(x.device).manual_seed(10 * self.seed + place)
        kept = torch.empty_like(x).bernoulli_(1 - self.share, generator=generator)
        return x * kept / (1 - self.share)


def loss(
    model: Seq2Seq, source: Tensor, before: Tensor, target: Tensor, *, packed: bool, dropout: Dropout = Dropout()
) -> Tensor:
    """Return the mean cross-entropy of `target` (batch, time) given `before`, in nats, over all that is not `PAD`.

    source: (batch, source). packed: multiply in bfloat16; sums, states and parameters stay as they are. dropout: of both
    embeddings and of the readout.
    """
    mask = source != PAD
    places, vector = encode(model, dropout(model.source(source), 0), mask, packed)
    state = torch.tanh(model.first(vector[:, -model.hidden :]))
    y = dropout(model.target(before), 1)
    w_ih, split = model.decoder.weight_ih_l0, model.embedding
    from_y = times(y, w_ih[:, :split], packed) + model.decoder.bias_ih_l0
    if model.attention is None:
        gates = from_y + times(vector, w_ih[:, split:], packed)[:, None]
        states = Recurrence.apply(
            gates.transpose(0, 1)[:, None].contiguous(),
            state[None],
            model.decoder.weight_hh_l0[None],
            model.decoder.bias_hh_l0[None],
            packed,
        )[:, 0].transpose(0, 1)
        contexts = vector[:, None].expand(-1, before.shape[1], -1)
    else:
        keys = model.attention.keys(places)
        own: tuple[Tensor | None, Tensor | None] = (None, None)
        looked: type[Function] = Dot
        if isinstance(model.attention, AdditiveAttention):
            own, looked = (model.attention.query.weight, model.attention.value.weight[0]), Additive
        states, contexts = looked.apply(
            from_y.transpose(0, 1).contiguous(),
            state,
            places,
            keys,
            mask,
            w_ih[:, split:],
            model.decoder.weight_hh_l0,
            model.decoder.bias_hh_l0,
            *own,
            packed,
        )
        states, contexts = states.transpose(0, 1), contexts.transpose(0, 1)
    counted = target != PAD
    read = torch.cat([states[counted], contexts[counted], y[counted]], -1)
    read = torch.tanh(times(read, model.readout.weight, packed) + model.readout.bias)
    return _CrossEntropy.apply(dropout(read, 2), model.target.weight, model.bias, target[counted], packed)


def encode(model: Seq2Seq, x: Tensor, mask: Tensor, packed: bool) -> tuple[Tensor, Tensor]:
    """Return the encoder's places (batch, source, wide) and their summary (batch, wide): both directions in one loop.

    x: the embedded sources, (batch, source, embedding).
    """
    lengths = mask.sum(1)
    rows, place = torch.arange(x.shape[0], device=x.device), torch.arange(x.shape[1], device=x.device)
    turned = torch.where(place < lengths[:, None], lengths[:, None] - 1 - place, place)
    layers: list[tuple[GRU, Tensor]] = []
    if model.forwards is not None:
        layers.append((model.forwards, x))
    if model.backwards is not None:
        layers.append((model.backwards, x[rows[:, None], turned]))
    gates = [times(each, layer.weight_ih_l0, packed) + layer.bias_ih_l0 for layer, each in layers]
    states = Recurrence.apply(
        torch.stack(gates).permute(2, 0, 1, 3).contiguous(),
        x.new_zeros(len(layers), len(x), model.hidden),
        torch.stack([layer.weight_hh_l0 for layer, _ in layers]),
        torch.stack([layer.bias_hh_l0 for layer, _ in layers]),
        packed,
    ).permute(1, 2, 0, 3)
    found = list(states.unbind(0))
    last = [each[rows, lengths - 1] for each in found]
    if model.backwards is not None:
        found[-1] = found[-1][rows[:, None], turned]
    return torch.cat(found, -1), torch.cat(last, -1)


class _CrossEntropy(Function):
    """The mean of -log softmax(read weight^T + bias)[target], and at once its gradients, a few rows at a time."""

    @staticmethod
    def forward(ctx: Any, read: Tensor, weight: Tensor, bias: Tensor, target: Tensor, packed: bool) -> Tensor:
        d_read, d_weight, d_bias = torch.empty_like(read), torch.zeros_like(weight), torch.zeros_like(bias)
        total = read.new_zeros(())
        for start in range(0, len(read), ROWS):
            rows, wanted = read[start : start + ROWS], target[start : start + ROWS, None]
            scores = times(rows, weight, packed) + bias
            chances = scores.log_softmax(-1)
            total -= chances.gather(1, wanted).sum()
            d_scores = chances.exp_()
            d_scores.scatter_add_(1, wanted, torch.full_like(wanted, -1, dtype=d_scores.dtype))
            d_read[start : start + ROWS] = product(d_scores, weight, packed)
            d_weight += product(d_scores.mT, rows, packed)
            d_bias += d_scores.sum(0)
        ctx.save_for_backward(d_read, d_weight, d_bias)
        ctx.count = len(read)
        return total / len(read)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        d_read, d_weight, d_bias = (each * (gradients[0] / ctx.count) for each in ctx.saved_tensors)
        return d_read, d_weight, d_bias, None, None
