"""What a pass keeps for the way back, counted by hand."""

import torch
from torch import nn

from core.experiments.passes import kept, once


def test_what_is_kept_is_what_the_gradient_needs() -> None:
    x = torch.zeros(4, 8)
    assert kept(nn.Linear(8, 16), x) == 0  # the input and the weights, which are there anyway
    assert kept(nn.Sequential(nn.Linear(8, 16), nn.Sigmoid()), x) == 4 * 16 * 4  # the sigmoid's output
    assert kept(nn.Sequential(nn.Linear(8, 16), nn.Sigmoid(), nn.Linear(16, 2)), x) == 4 * 16 * 4
    assert once(nn.Linear(8, 16), x) > 0
