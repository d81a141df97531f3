"""What one pass forward and backward through a layer takes, measured: seconds, and memory kept for the way back."""

import time
from typing import Any

import torch
from torch import Tensor, nn


def once(layer: nn.Module, x: Tensor) -> float:
    """Return the seconds that one pass forward and backward through a layer takes, gradients of all its parameters."""
    for parameter in layer.parameters():
        parameter.grad = None
    began = time.perf_counter()
    given = layer(x)
    hidden: Tensor = given[0] if isinstance(given, tuple) else given
    hidden.sum().backward()
    return time.perf_counter() - began


def kept(layer: nn.Module, x: Tensor) -> int:
    """Return the bytes that a pass forward keeps for the way back, parameters and the input itself left out."""
    known = {value.untyped_storage().data_ptr() for value in [*layer.parameters(), x]}
    found: dict[int, int] = {}

    def pack(value: Tensor) -> Tensor:
        storage = value.untyped_storage()
        if storage.data_ptr() not in known:
            found[storage.data_ptr()] = storage.nbytes()
        return value

    with torch.autograd.graph.saved_tensors_hooks(pack, _same):
        held: Any = layer(x)  # as long as it lives no other tensor gets the memory of one that was counted
    del held
    return sum(found.values())


def _same(value: Tensor) -> Tensor:
    return value
