"""Layers whose numbers are still to come from a file or a generator: nothing is drawn, so nobody's random numbers move.

`torch.nn.utils.skip_init` does the same, but it imports torch's compiler on the way: 6 s and 200 MB that nothing here needs.
"""

import torch
from torch import nn


def linear(
    inputs: int,
    outputs: int,
    *,
    bias: bool = True,
    device: torch.device | None = None,
    dtype: torch.dtype | None = None,
) -> nn.Linear:
    """Return a linear layer whose weight (outputs, inputs) and bias (outputs) hold whatever is in memory."""
    layer = nn.Linear(inputs, outputs, bias=bias, device="meta", dtype=dtype)
    for name, parameter in list(layer.named_parameters()):
        empty = torch.empty(parameter.shape, dtype=parameter.dtype, device=device or torch.device("cpu"))
        setattr(layer, name, nn.Parameter(empty))
    return layer


def embedding(count: int, width: int) -> nn.Embedding:
    """Return an embedding whose weight (count, width) holds whatever is in memory."""
    return nn.Embedding.from_pretrained(torch.empty(count, width), freeze=False)
