"""From the scores of a language model to the distribution that the next token is drawn from.

Plain numpy on purpose: a page can filter a recorded distribution before torch is even imported.

Sources: temperature as in Ackley, Hinton, Sejnowski (1985), "A learning algorithm for Boltzmann machines";
top-k: Fan, Lewis, Dauphin (2018), "Hierarchical neural story generation"; top-p: Holtzman et al. (2020), "The
curious case of neural text degeneration"; min-p: Nguyen et al. (2024), "Turning up the heat: min-p sampling".
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy.typing import ArrayLike

# Nearly all chance is usually on tokens whose scores are within a few of the best: these distances are tried in turn, so
# that few tokens have to be sorted. What comes out does not depend on them.
DISTANCES = (4.0, 8.0, 16.0)


@dataclass(frozen=True)
class Choices:
    """What may be drawn: the tokens that the filters left, in the order of their numbers, and their chances.

    `removed_mass` is the share of the tempered distribution that the filters took away, in [0, 1).
    """

    tokens: Int[np.ndarray, "kept"]
    chances: Float[np.ndarray, "kept"]
    removed_mass: float


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
    """Return the distribution over the next token, exact over the whole vocabulary; see `next_token_choices`."""
    scores = np.asarray(logits, dtype=np.float64)
    choices = next_token_choices(scores, temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p)
    kept, probs = np.zeros(len(scores), dtype=bool), np.zeros(len(scores))
    kept[choices.tokens] = True
    probs[choices.tokens] = choices.chances
    return Distribution(softmax(scores), probs, kept, choices.removed_mass)


def next_token_choices(
    logits: ArrayLike,
    *,
    temperature: float = 1.0,
    top_k: int = 0,
    top_p: float = 1.0,
    min_p: float = 0.0,
) -> Choices:
    """Return what the next token is drawn from.

    The order is: divide the scores by `temperature`, then top-k, then top-p, then min-p, each on what the one
    before it left. 0 switches top-k and min-p off, 1.0 switches top-p off. Temperature 0 is the arg max (the
    first of equal scores). Tokens that tie with the k-th best are kept by top-k; among equal chances top-p
    keeps the lower token number first. A score of -inf is a token that cannot come.

    Raises `ValueError` when the scores are not one row, hold nan or +inf, or are all -inf, and when a setting
    is outside its range (temperature >= 0, top_k >= 0, 0 <= top_p <= 1, 0 <= min_p <= 1).
    """
    scores = np.asarray(logits, dtype=np.float64)
    _check(scores, temperature, top_k, top_p, min_p)
    best = scores.argmax()
    if temperature == 0:
        return Choices(np.array([best]), np.ones(1), 0.0)

    # exp(score / T). With the maximum subtracted first, a tiny T can only send other scores to -inf.
    with np.errstate(over="ignore"):
        below = scores - scores[best]
        powers = np.exp(below / temperature if temperature != 1 else below)
    total = powers.sum()
    if 0 < top_k < len(scores):
        near = nearest(below, top_k)
        tokens = near[(scores[near] >= np.partition(scores[near], -top_k)[-top_k]) & np.isfinite(scores[near])]
    else:
        present = np.isfinite(scores)
        tokens = _all_tokens(len(scores)) if present.all() else np.flatnonzero(present)
    if top_p < 1:
        tokens = _nucleus(powers, tokens, top_p)
    if min_p > 0:
        tokens = tokens[powers[tokens] >= min_p]  # the best token's power is 1, and every filter leaves it in
    left = powers[tokens] if len(tokens) < len(scores) else powers
    mass = left.sum()
    return Choices(tokens, left / mass, float(max(0.0, 1.0 - mass / total)))


@lru_cache(maxsize=8)  # as long as a vocabulary is, so that making it anew takes as long as drawing
def _all_tokens(count: int) -> Int[np.ndarray, "vocabulary"]:
    tokens = np.arange(count)
    tokens.flags.writeable = False
    return tokens


def nearest(below: Float[np.ndarray, "vocabulary"], count: int) -> Int[np.ndarray, "near"]:
    """Return the tokens within one of `DISTANCES` of the best that are at least `count`, else all."""
    for distance in DISTANCES:
        tokens = np.flatnonzero(below >= -distance)
        if len(tokens) >= count:
            return tokens
    return _all_tokens(len(below))


def _nucleus(
    powers: Float[np.ndarray, "vocabulary"], tokens: Int[np.ndarray, "kept"], top_p: float
) -> Int[np.ndarray, "nucleus"]:
    """Return the smallest set of the likeliest kept tokens whose share of the kept mass reaches `top_p`."""
    kept = powers[tokens] if len(tokens) < len(powers) else powers
    needed = top_p * kept.sum()
    for distance in DISTANCES:
        likely = kept >= np.exp(-distance)  # with all that tie, so that the cut stays exact
        if kept[likely].sum() >= needed:
            tokens, kept = tokens[likely], kept[likely]
            break
    order = np.argsort(-kept, kind="stable")
    share_before = np.cumsum(kept[order]) - kept[order]
    chosen = order[share_before < needed]
    return np.sort(tokens[chosen if len(chosen) else order[:1]])  # top_p = 0 keeps the likeliest token


def _check(scores: np.ndarray, temperature: float, top_k: int, top_p: float, min_p: float) -> None:
    if scores.ndim != 1 or not len(scores):
        raise ValueError(f"logits must be one row of scores, not an array of shape {scores.shape}")
    largest = scores.max()  # nan where there is one
    if np.isnan(largest) or largest == np.inf:
        raise ValueError("logits hold nan or +inf: no distribution follows from them")
    if largest == -np.inf:
        raise ValueError("logits are all -inf: no token can come")
    if not (np.isfinite(temperature) and temperature >= 0):
        raise ValueError(f"temperature must be finite and at least 0, not {temperature}")
    if top_k < 0:
        raise ValueError(f"top_k must be at least 0, not {top_k}")
    if not 0 <= top_p <= 1:
        raise ValueError(f"top_p must be between 0 and 1, not {top_p}")
    if not 0 <= min_p <= 1:
        raise ValueError(f"min_p must be between 0 and 1, not {min_p}")
