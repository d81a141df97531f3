"""Text from a character model, one character after another."""

from collections.abc import Generator, Mapping

import numpy as np

from core.experiments.characters import Written as Written
from core.experiments.characters import log_probabilities
from core.generation.seeds import checked
from core.models.clamp import Clamps
from core.pretrained.characters import CharacterModel


def write(
    model: CharacterModel,
    prompt: str,
    length: int,
    *,
    temperature: float = 1.0,
    seed: int = 0,
    clamp: Mapping[int, Clamps] | None = None,
) -> Generator[tuple[int, int], None, Written]:
    """Read `prompt`, then draw `length` characters; yields (characters done, length), returns what was written.

    temperature 0 takes the likeliest character each time. `clamp` holds gates while reading and writing; its steps
    count from the prompt's first character. Raises `ValueError` for an empty prompt, and as `seeds.checked` does.
    """
    rng = np.random.default_rng(checked(seed))
    reading = model.read(model.encode(prompt), clamp=clamp)
    ids: list[int] = []
    chances: list[float] = []
    for done in range(length):
        scores = reading.logits[-1]
        own = np.exp(log_probabilities(scores))
        drawn = own if temperature == 1.0 or not temperature else np.exp(log_probabilities(scores, temperature))
        chosen = int(own.argmax()) if not temperature else int(rng.choice(len(drawn), p=drawn / drawn.sum()))
        ids.append(chosen)
        chances.append(float(own[chosen]))
        yield done + 1, length
        reading = model.read([chosen], reading.state, _later(clamp, len(prompt) + done))
    return Written(model.decode(ids), tuple(chances))


def _later(clamp: Mapping[int, Clamps] | None, step: int) -> Mapping[int, Clamps] | None:
    """Return the clamps that hold at `step`, for a reading of that one step."""
    if clamp is None:
        return None
    from dataclasses import replace

    from core.models.clamp import Clamp

    now = {}
    for layer, clamps in clamp.items():
        each = [clamps] if isinstance(clamps, Clamp) else list(clamps or ())
        now[layer] = [replace(one, start=0, stop=None) for one in each if one.holds(step)]
    return now
