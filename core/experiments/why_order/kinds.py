"""Three sequences, and how much an item some steps back says about the next one: letters, days, samples of a voice."""

import re

import numpy as np
from jaxtyping import Float, Int

from core.data.daily import load_weather
from core.data.prose import load_prose
from core.data.sound import WORDS, load_clip
from core.experiments.why_order.results import FARTHEST, LookBack
from core.progress import Steps

LETTERS, LEVELS, LOUDNESSES = 400_000, 10, 16
BLOCKS = 20  # of a sequence, each left out in turn for the interval
SEED = 0  # of the shuffle


def look_back() -> Steps[LookBack]:
    """See `why_order.look_back`."""
    # Snippets of reviews and editorials in small letters; all signs between two words count as one blank, 0.
    text = re.sub("[^a-z]+", " ", load_prose().train.lower())[:LETTERS]
    high = load_weather().values[:, 1]
    voice = np.concatenate([load_clip(name) for name in WORDS])
    sequences = (
        np.array([0 if letter == " " else ord(letter) - 96 for letter in text]),
        levels(high, LEVELS),
        levels(voice, LOUDNESSES),
    )
    shuffled = [np.random.default_rng(SEED).permutation(sequence) for sequence in sequences]
    known, spread, chance = (np.zeros((len(sequences), FARTHEST)) for _ in range(3))
    for lag in range(1, FARTHEST + 1):
        for kind, (sequence, mixed) in enumerate(zip(sequences, shuffled, strict=True)):
            known[kind, lag - 1], spread[kind, lag - 1] = removed(sequence, lag)
            chance[kind, lag - 1], _ = removed(mixed, lag)
        yield lag, FARTHEST
    piece = FARTHEST + 1
    loudest = int(np.abs(voice[FARTHEST:]).argmax())
    return LookBack(
        known=known.astype(np.float32), spread=spread.astype(np.float32), shuffled=chance.astype(np.float32),
        letters=text[-piece:], days=high[-piece:].astype(np.float32), samples=voice[loudest : loudest + piece].astype(np.float32),
        lengths=tuple(map(len, sequences)),
    )  # fmt: skip


def levels(values: Float[np.ndarray, "steps"], count: int) -> Int[np.ndarray, "steps"]:
    """Return each value as one of `count` levels, from 0, that hold about equally many of them."""
    ends = np.quantile(values, np.linspace(0, 1, count + 1)[1:-1])
    return np.searchsorted(ends, values, side="right")


def removed(sequence: Int[np.ndarray, "steps"], lag: int) -> tuple[float, float]:
    """Return which share of the uncertainty about an item is removed by the one `lag` steps back, and 1.96 standard errors.

    I(X_(t-lag); X_t) / H(X_t): mutual information over entropy (Shannon 1948), from counts of pairs, less what counts of
    independent items would give on average (Miller 1955). The standard error is the jackknife's over twenty blocks (Künsch
    1989). Items are whole numbers from 0.
    """
    symbols = int(sequence.max()) + 1
    before, now = sequence[:-lag], sequence[lag:]
    block = np.arange(len(now)) * BLOCKS // len(now)
    pairs = np.bincount((block * symbols + before) * symbols + now, minlength=BLOCKS * symbols * symbols)
    counts = pairs.reshape(BLOCKS, symbols, symbols)
    whole = counts.sum(0)
    without = np.array([_share(whole - left_out) for left_out in counts])
    error = np.sqrt((BLOCKS - 1) / BLOCKS * np.square(without - without.mean()).sum())
    return _share(whole), 1.96 * float(error)


def _share(counts: Int[np.ndarray, "before now"]) -> float:
    total = int(counts.sum())
    before, now = counts.sum(1), counts.sum(0)
    seen = counts > 0
    expected = np.outer(before, now)[seen] / total
    information = float((counts[seen] * np.log2(counts[seen] / expected)).sum()) / total
    chance = (np.count_nonzero(before) - 1) * (np.count_nonzero(now) - 1) / (2 * total * np.log(2))
    shares = now[now > 0] / total
    return (information - chance) / float(-(shares * np.log2(shares)).sum())
