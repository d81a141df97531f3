"""From the scores of a language model to the distribution that the next token is drawn from.

Plain numpy on purpose: a page can filter a recorded distribution before torch is even imported.

Sources: temperature as in Ackley, Hinton, Sejnowski (1985), "A learning algorithm for Boltzmann machines";
top-k: Fan, Lewis, Dauphin (2018), "Hierarchical neural story generation"; top-p: Holtzman et al. (2020), "The
curious case of neural text degeneration"; min-p: Nguyen et al. (2024), "Turning up the heat: min-p sampling".
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Distribution:
    """What may come next, before and after the filters.

    - `base`: the model's own chances, softmax of the scores at temperature 1; sums to 1.
    - `probs`: the chances that are drawn from, after temperature and filters; sums to 1.
    - `kept`: which tokens the filters left in.
    - `removed_mass`: the share of the tempered distribution that the filters took away, in [0, 1).
    """

    base: Float[np.ndarray, "vocabulary"]
    probs: Float[np.ndarray, "vocabulary"]
    kept: Bool[np.ndarray, "vocabulary"]
    removed_mass: float


def softmax(scores: Float[np.ndarray, "vocabulary"]) -> Float[np.ndarray, "vocabulary"]:
    """Return exp(scores) / sum(exp(scores)), computed from the largest score down so that nothing overflows."""
    with np.errstate(over="ignore"):  # a score too far below the largest has no chance, which is what -inf says
        powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def entropy_bits(probs: Float[np.ndarray, "vocabulary"]) -> float:
    """Return the entropy of `probs` in bits: Shannon (1948), H = -sum p log2 p, where 0 log 0 is 0."""
    present = probs[probs > 0]
    return float(-(present * np.log2(present)).sum()) + 0.0  # + 0.0 turns -0.0 into 0.0


def next_token_distribution(
    logits: ArrayLike,
    *,
    temperature: float = 1.0,
    top_k: int = 0,
    top_p: float = 1.0,
    min_p: float = 0.0,
) -> Distribution:
    """Return the distribution over the next token, exact over the whole vocabulary.

    The order is: divide the scores by `temperature`, then top-k, then top-p, then min-p, each on what the one
    before it left. 0 switches top-k and min-p off, 1.0 switches top-p off. Temperature 0 is the arg max (the
    first of equal scores). Tokens that tie with the k-th best are kept by top-k; among equal chances top-p
    keeps the lower token number first. A score of -inf is a token that cannot come.

    Raises `ValueError` when the scores are not one row, hold nan or +inf, or are all -inf, and when a setting
    is outside its range (temperature >= 0, top_k >= 0, 0 <= top_p <= 1, 0 <= min_p <= 1).
    """
    scores = np.asarray(logits, dtype=np.float64)
    _check(scores, temperature, top_k, top_p, min_p)
    base = softmax(scores)
    if temperature == 0:
        kept = np.zeros(len(scores), dtype=bool)
        kept[scores.argmax()] = True
        return Distribution(base, kept.astype(np.float64), kept, 0.0)

    # exp(score / T) / sum. With the maximum subtracted first, a tiny T can only send other scores to -inf.
    with np.errstate(over="ignore"):
        tempered = base if temperature == 1 else softmax((scores - scores.max()) / temperature)
    kept = np.isfinite(scores)
    if 0 < top_k < len(scores):
        kept &= scores >= np.partition(scores, -top_k)[-top_k]
    if top_p < 1:
        kept = _nucleus(tempered, kept, top_p)
    if min_p > 0:
        kept &= tempered >= min_p * tempered.max()
    probs = np.where(kept, tempered, 0.0)
    mass = probs.sum()
    return Distribution(base, probs / mass, kept, float(max(0.0, 1.0 - mass)))


def _nucleus(
    probs: Float[np.ndarray, "vocabulary"], kept: Bool[np.ndarray, "vocabulary"], top_p: float
) -> Bool[np.ndarray, "vocabulary"]:
    """Return the smallest set of the likeliest kept tokens whose share of the kept mass reaches `top_p`.

    Only as many tokens are sorted as are needed: a few hundred usually hold the mass that is asked for.
    """
    candidates = np.flatnonzero(kept)
    needed = top_p * probs[candidates].sum()
    head = 512
    while head < len(candidates):
        threshold = np.partition(probs[candidates], -head)[-head]
        likely = candidates[probs[candidates] >= threshold]  # with all that tie, so that the cut stays exact
        if probs[likely].sum() >= needed:
            candidates = likely
            break
        head *= 8
    order = candidates[np.argsort(-probs[candidates], kind="stable")]
    share_before = np.cumsum(probs[order]) - probs[order]
    chosen = order[share_before < needed]
    nucleus = np.zeros_like(kept)
    nucleus[chosen if len(chosen) else order[:1]] = True  # top_p = 0 keeps the likeliest token
    return nucleus


def _check(scores: np.ndarray, temperature: float, top_k: int, top_p: float, min_p: float) -> None:
    if scores.ndim != 1 or not len(scores):
        raise ValueError(f"logits must be one row of scores, not an array of shape {scores.shape}")
    if np.isnan(scores).any() or np.isposinf(scores).any():
        raise ValueError("logits hold nan or +inf: no distribution follows from them")
    if np.isneginf(scores).all():
        raise ValueError("logits are all -inf: no token can come")
    if not (np.isfinite(temperature) and temperature >= 0):
        raise ValueError(f"temperature must be finite and at least 0, not {temperature}")
    if top_k < 0:
        raise ValueError(f"top_k must be at least 0, not {top_k}")
    if not 0 <= top_p <= 1:
        raise ValueError(f"top_p must be between 0 and 1, not {top_p}")
    if not 0 <= min_p <= 1:
        raise ValueError(f"min_p must be between 0 and 1, not {min_p}")
