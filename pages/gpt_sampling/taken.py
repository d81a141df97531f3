"""What the script that a reader takes along needs to know."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.experiments.gpt_sampling.texts import Settings
from pages.gpt_sampling.prompt import Given
from pages.kit.language_models import DEFAULT


def values(
    given: Given, texts: Sequence[tuple[str, Settings]] = (), put: Mapping[int, int] | None = None
) -> dict[str, Any]:
    """Return the script's values: `texts` that it writes too, by name, and tokens that the reader `put` into the first."""
    settings = texts[0][1] if texts else Settings()
    return {
        "PROMPT": given.prompt,
        "MODEL": "" if given.model == DEFAULT else given.model,
        **{name.upper(): value for name, value in vars(given.filters).items()},
        "TEXTS": [(name, each.strategy, *vars(each.drawn_with).values()) for name, each in texts],
        "TOKENS": settings.tokens,
        "SEED": settings.seed,
        "BEAMS": settings.beams,
        "FORCED": dict(put or {}),
    }
