"""What the lessons on character models share: a reader's text made fit, and what a reading says about it. No torch."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

LIMIT = 2000  # characters of a reader's text: more keeps the end


@dataclass(frozen=True)
class Fitted:
    """A reader's text as the models get it: its end, how much was cut off before it, and what the model does not know."""

    text: str
    dropped: int
    unknown: tuple[int, ...]  # places of characters outside the model's vocabulary


@dataclass(frozen=True)
class Written:
    """A text that was drawn, and the chance of each of its characters under the model alone (temperature 1)."""

    text: str
    chances: tuple[float, ...]


def fit(text: str, vocabulary: tuple[str, ...], limit: int = LIMIT) -> Fitted:
    """Return the last `limit` characters of a text and the places of those that are not in the vocabulary.

    Line ends of other systems become "\\n" first.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = text[-limit:]
    known = frozenset(vocabulary)
    unknown = tuple(place for place, character in enumerate(kept) if character not in known)
    return Fitted(kept, len(text) - len(kept), unknown)


def visible(character: str) -> str:
    """Return a character as it is named on an axis: "␣" for a blank, "⏎" for a line end."""
    return {" ": "␣", "\n": "⏎", "\t": "⇥"}.get(character, character)


def log_probabilities(
    logits: Float[np.ndarray, "*steps vocabulary"], temperature: float = 1.0
) -> Float[np.ndarray, "*steps vocabulary"]:
    """Return log p over the known characters, in nats: softmax of logits / temperature without id 0, the unknown one.

    temperature must be above 0. The maximum is subtracted before dividing: as the temperature goes to 0, all but the
    likeliest go to minus infinity and nothing becomes nan.
    """
    scores = logits.astype(np.float64)
    scores[..., 0] = -np.inf
    with np.errstate(over="ignore"):
        scaled = (scores - scores.max(-1, keepdims=True)) / temperature
    result: np.ndarray = scaled - np.log(np.exp(scaled).sum(-1, keepdims=True))
    return result


def bits(logits: Float[np.ndarray, "time vocabulary"], ids: list[int]) -> Float[np.ndarray, "time"]:
    """Return how surprising each character was, in bits: nan for the first, which nothing was read before, and for unknown ones.

    logits[t] are the scores after character t.
    """
    found = np.full(len(ids), np.nan)
    later = np.asarray(ids[1:], dtype=int)
    surprise = -log_probabilities(logits[:-1])[np.arange(len(later)), later] / np.log(2)
    found[1:] = np.where(later == 0, np.nan, surprise)
    return found


def divergence(
    before: Float[np.ndarray, "time vocabulary"], after: Float[np.ndarray, "time vocabulary"]
) -> Float[np.ndarray, "time"]:
    """Return KL(before || after) of the next character's chances at every step, in nats."""
    p, q = log_probabilities(before), log_probabilities(after)
    with np.errstate(invalid="ignore"):
        terms = np.where(np.isfinite(p), np.exp(p) * (p - q), 0.0)
    return np.asarray(np.maximum(terms.sum(-1), 0.0))
