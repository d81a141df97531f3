"""A translation model of our own size with random weights, for tests."""

import torch

from core.pretrained.translation.layers import MarianConfig
from core.pretrained.translation.marian import Marian

CONFIG = MarianConfig(vocabulary=24, width=16, heads=2, inner=24, encoder_layers=2, decoder_layers=2)


def small_marian(seed: int = 0, config: MarianConfig = CONFIG) -> Marian:
    """Return a model whose every weight is drawn, norms included, so that a forgotten one shows."""
    model, generator = Marian(config), torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            center = 1.0 if "norm.weight" in name else 0.0
            weight.copy_(center + 0.4 * torch.randn(weight.shape, generator=generator))
    return model.eval().requires_grad_(False)
