"""Records the lesson on vanishing gradients at its defaults."""

from pathlib import Path

import torch

from core.experiments.vanishing_gradients import LIMIT, RATE, Settings, recorded
from core.experiments.vanishing_gradients.band import landscape
from core.experiments.vanishing_gradients.cliff import cliff
from core.experiments.vanishing_gradients.flow import compare, spectrum
from core.progress import finish


def record() -> Path:
    """Compute all four pictures at the defaults, write them, and return the file."""
    settings = Settings()
    made = {
        "command": "python -m core.experiments.record",
        "where": f"CPU, float64, torch {torch.__version__}",
        "settings": "the page's defaults, seed 0",
    }
    return recorded.write(
        finish(compare(settings)),
        finish(spectrum(settings)),
        finish(cliff(settings, RATE, LIMIT)),
        finish(landscape(settings)),
        made,
    )
