"""Three codes for a position: sines and cosines, the vectors that MiniLM learned, and the angles of SmolLM2's rotary code."""

import numpy as np
import torch

from core.assets.fetch import ensure
from core.experiments.positional_encoding.results import CODE_WIDTH, POSITIONS, Codes
from core.models.positional import BASE, rotary_angles, rotate, sinusoidal
from core.pretrained.causal_lm.checkpoint import DecoderConfig
from core.pretrained.encoder import load_encoder

SHIFT = 1000  # positions


def codes() -> Codes:
    """Return the codes, and the check that a rotated product knows nothing but the distance."""
    config = DecoderConfig.read(ensure("smollm2-135m"))
    angles = rotary_angles(SHIFT + 100, config.head_width, base=config.rope_theta, dtype=torch.float64)
    learned = load_encoder().model.embeddings.positions.weight[:POSITIONS].double()
    learned = torch.nn.functional.normalize(learned, dim=-1)
    cosines = (learned @ learned.T).cpu().numpy()
    along = [np.diagonal(cosines, distance) for distance in range(POSITIONS // 2 + 1)]
    return Codes(
        table=sinusoidal(POSITIONS, CODE_WIDTH).numpy(),
        frequencies=BASE ** (-2 * np.arange(CODE_WIDTH // 2) / CODE_WIDTH),
        learned=np.array([(each.mean(), each.std()) for each in along], np.float32),
        rotary=angles[1].numpy(),
        shifted=_shifted(angles),
    )


def _shifted(angles: torch.Tensor) -> float:
    """Return by how much random products change, at most, when query and key both stand `SHIFT` positions later."""
    generator = torch.Generator().manual_seed(0)
    time, width = len(angles) - SHIFT, 2 * angles.shape[1]
    q, k = torch.randn(2, time, width, generator=generator, dtype=torch.float64)
    here, there = (rotate(q, part) @ rotate(k, part).T for part in (angles[:time], angles[SHIFT:]))
    return float((here - there).abs().max() / here.abs().max())
