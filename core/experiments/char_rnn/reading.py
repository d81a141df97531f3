"""Which units of the trained model follow something nameable, on held-out text, and what they do along a passage."""

import numpy as np
from jaxtyping import Float

from core.assets.own import TRAINED, read
from core.data.texts_to_learn import parts_of
from core.experiments.char_rnn.features import FEATURES, measure
from core.experiments.char_rnn.results import Coloured
from core.experiments.rnn.features import Tracking, correlations
from core.experiments.rnn.reading import state_of
from core.models.char_lm import CharLM
from core.models.saved import load
from core.pretrained.held import held
from core.progress import Steps

HALF, PIECE = (
    15_000,
    500,
)  # characters that units are chosen on, and as many that they are judged on; those read in one go


@held
def writer(name: str) -> CharLM:
    """Return the model that learned one of the texts that ship."""
    model = read(TRAINED / f"writer_{name}.safetensors", load)
    if not isinstance(model, CharLM):
        raise TypeError(f"writer_{name} is no recurrent model")
    return model


def _states(model: CharLM, text: str) -> Steps[Float[np.ndarray, "time unit"]]:
    """Yield (characters read, all) and return the state after each character, read from an empty one on."""
    ids, found, state = model.encode(text), [], None
    for start in range(0, len(ids), PIECE):
        reading = model.read(ids[start : start + PIECE], state)
        state = reading.state
        found.append(state_of(reading.layers[0]))
        yield min(start + PIECE, len(ids)), len(ids)
    return np.concatenate(found)


def tracking(name: str) -> Steps[Tracking]:
    """Correlate every unit with every feature on two halves of held-out text. Yields (characters read, all)."""
    text = parts_of(name).held_out[: 2 * HALF]
    model = writer(name)
    states = yield from _states(model, text)
    features = measure(text)
    one, other = (correlations(states[part], features[:, part]) for part in (slice(HALF), slice(HALF, None)))
    reach = np.abs(states[:HALF]).max(0) + 1e-9
    hidden = states.shape[1] // 2
    return Tracking(one.astype(np.float32), other.astype(np.float32), reach.astype(np.float32), hidden, HALF)


def coloured(name: str, text: str, known: Tracking | None) -> Steps[Coloured]:
    """Read a passage and return what the unit that follows each feature best does along it. Yields as `tracking` does.

    known: what `tracking` returns, computed where it is None.
    """
    if known is None:
        known = yield from tracking(name)
    model = writer(name)
    states = yield from _states(model, text)
    rows = np.arange(len(FEATURES))
    best = np.array([known.ranked(feature)[0] for feature in range(len(FEATURES))])
    sign = np.sign(known.chosen_on[best, rows])
    values = np.clip(states[:, best] * sign / known.reach[best], -1, 1).T
    truth = measure(text)
    own = np.diag(correlations(values.T, truth)).copy()
    own[truth.min(1) == truth.max(1)] = np.nan
    return Coloured(
        text=text,
        values=values.astype(np.float32),
        truth=truth.astype(np.float32),
        labels=tuple(known.label(int(unit)) for unit in best),
        held_out=sign * known.seen_on[best, rows],
        own=own.astype(np.float32),
        characters=known.characters,
        units=states.shape[1],
        unknown=model.encode(text).count(0),
    )
