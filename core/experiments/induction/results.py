"""The results of the lesson on induction: plain numpy, so that recorded ones are shown before torch is imported."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

MODEL = "smollm2-135m"
LAYERS, HEADS = 30, 9
WORDS, SEED = 32, 0  # the list of random words that a first visit sees
SHORTEST, LONGEST = 8, 48  # words of a list
SEEDS = 10
COUNTS = (0, 1, 2, 4, 8, 16)  # heads that are switched off together
BET_COUNT = 4
DRAWS = 3  # sets of as many random heads, to compare with
ALONE = 8  # heads that are also switched off one by one
LISTS = 8  # lists over which the averages are
STEPS, EVERY = 400, 10  # of training the small model, and between two looks at it
VOCABULARY, LENGTH, PERIODS = 64, 48, (8, 24)  # of what the small model reads

Head = tuple[int, int]  # layer and head, from 0
CASES = ("before", "best", "both", "others")  # heads without which a list is read again, see `Repeated.off`


def typical(probabilities: Float[np.ndarray, "positions"]) -> float:
    """Return the typical probability: the geometric mean, 1 over the perplexity; 0 for none."""
    return float(np.exp(np.log(np.maximum(probabilities.astype(float), 1e-300)).mean())) if len(probabilities) else 0.0


@dataclass(frozen=True)
class Repeated:
    """A list of n tokens, read twice.

    - `probabilities`, `best`: what the model gave the token that came, from the second of all 2n on, and whether it was
      its likeliest one.
    - `induction`: how much of its attention each head gives, on average over the second pass, to the token that
      followed the same token in the first pass. `previous`: how much it gives to the token right before.
    - `links`, `steps`: those weights of the best induction head and the best previous-token head below it, for each
      token of the list but the last: from its second appearance to its follower; from that follower back to it.
    - `without`, `without_best`: as `probabilities` and `best`, without the heads of each of `CASES`. `others` are two random
      heads that are neither among the best.
    - `dropped`: tokens of the reader's list that are not read.
    """

    tokens: tuple[str, ...]
    dropped: int
    probabilities: Float[np.ndarray, "positions"]
    best: Bool[np.ndarray, "positions"]
    induction: Float[np.ndarray, "layers heads"]
    previous: Float[np.ndarray, "layers heads"]
    links: Float[np.ndarray, "pairs"]
    steps: Float[np.ndarray, "pairs"]
    others: tuple[Head, ...]
    without: Float[np.ndarray, "cases positions"]
    without_best: Bool[np.ndarray, "cases positions"]

    @property
    def first(self) -> Float[np.ndarray, "pairs"]:
        """Return what the tokens had on the first pass, from the second of the list on."""
        return self.probabilities[: len(self.tokens) - 1]

    @property
    def second(self) -> Float[np.ndarray, "pairs"]:
        """Return what the same tokens had on the second pass: that the list begins again can't be foreseen."""
        return self.probabilities[len(self.tokens) :]

    def correct(self, case: str = "") -> int:
        """Return how many tokens of the second pass were the likeliest, of a case's without its heads."""
        best = self.without_best[CASES.index(case)] if case else self.best
        return int(best[len(self.tokens) :].sum())

    def again(self, case: str) -> Float[np.ndarray, "pairs"]:
        """Return `second` without the heads of a case."""
        return self.without[CASES.index(case), len(self.tokens) :]

    def off(self, case: str) -> tuple[Head, ...]:
        """Return the heads of a case: the previous-token head, the best induction head, both, two others."""
        two = (self.before(), self.ranked()[0])
        return {"before": two[:1], "best": two[1:], "both": two, "others": self.others}[case]

    def ranked(self) -> tuple[Head, ...]:
        """Return all heads, the one with the highest induction score first."""
        order = np.argsort(-self.induction.ravel(), kind="stable")
        return tuple((int(n) // self.induction.shape[1], int(n) % self.induction.shape[1]) for n in order)

    def before(self) -> Head:
        """Return the best previous-token head that stands in a layer below the best induction head."""
        below = self.previous[: max(1, self.ranked()[0][0])]
        n = int(below.argmax())
        return n // below.shape[1], n % below.shape[1]


def named(head: Head) -> str:
    """Return a head's name on the page: layer and head, from 1."""
    return f"{head[0] + 1}.{head[1] + 1}"


@dataclass(frozen=True)
class Switched:
    """The typical probability of the second pass without heads.

    - `induction`, `random`: without as many as `COUNTS` says of the heads with the highest scores, and of others.
    - `alone`: without each of the best by itself; `alone_random`: without each of as many others.
    - `heads`, `others`: those heads. `first`: the first pass with every head, to compare with.
    """

    heads: tuple[Head, ...]
    others: tuple[Head, ...]
    induction: Float[np.ndarray, "counts"]
    random: Float[np.ndarray, "draws counts"]
    alone: Float[np.ndarray, "heads"]
    alone_random: Float[np.ndarray, "heads"]
    first: float

    def middle(self) -> Float[np.ndarray, "counts"]:
        """Return the typical value without random heads: the geometric mean over the draws."""
        middle: Float[np.ndarray, counts] = np.exp(np.log(np.maximum(self.random, 1e-300)).mean(0))
        return middle


@dataclass(frozen=True)
class Lists:
    """Over several lists: typical probabilities of both passes, and the share of tokens that was the likeliest."""

    first: Float[np.ndarray, "lists"]
    second: Float[np.ndarray, "lists"]
    correct: Float[np.ndarray, "lists"]


@dataclass(frozen=True)
class Trained:
    """A small model of attention alone while it learns to go on with lists that repeat, looked at every `EVERY` steps.

    - `first`, `second`: typical probability of a token that nothing foretells, and of one that came before.
    - `previous`, `induction`: the highest such score of a head in the first and in the last layer.
    - `without`: the second pass at the end, without each head (layer by layer) in turn.
    """

    layers: int
    seed: int
    parameters: int
    steps: Int[np.ndarray, "reports"]
    first: Float[np.ndarray, "reports"]
    second: Float[np.ndarray, "reports"]
    previous: Float[np.ndarray, "reports"]
    induction: Float[np.ndarray, "reports"]
    without: Float[np.ndarray, "heads"]

    def jump(self) -> tuple[int, int]:
        """Return the steps at which the second pass is over a tenth and over a half for the first time, -1 for never."""
        return tuple(  # type: ignore[return-value]
            int(self.steps[np.argmax(self.second > level)]) if (self.second > level).any() else -1
            for level in (0.1, 0.5)
        )
