"""Texts that a language model wrote: token by token, with the branches that a reader takes, and how four of them differ.

No torch: the model does its work in the engine's thread, this puts its results in shape.
"""

import math
import re
from codecs import getincrementaldecoder
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from core.experiments.gpt_sampling.results import Filters

BANDS = (1, 10, 100)  # ranks: the likeliest, 2 to 10, 11 to 100, beyond
MAX_FORKS = 12
METHODS = ("Greedy", "Pure sampling", "Your filters", "Beam search")
END = "(end)"  # how a token that ends a text is spelled: the model's own sign for it is nobody's concern


@dataclass(frozen=True)
class Settings:
    """How a text is drawn: all that it depends on besides the prompt and the model."""

    filters: Filters = field(default_factory=Filters)
    strategy: str = "sample"
    beams: int = 4
    seed: int = 1
    tokens: int = 40

    @property
    def drawn_with(self) -> Filters:
        """Return the filters that act: with the beam none does, and greedy is temperature 0."""
        return {"sample": self.filters, "greedy": Filters(temperature=0.0), "beam": Filters()}[self.strategy]

    def essential(self) -> "Settings":
        """Return the same with everything that the strategy does not look at at its default, to know equal texts."""
        if self.strategy == "greedy":
            return Settings(strategy="greedy", tokens=self.tokens)
        if self.strategy == "beam":
            return Settings(strategy="beam", beams=self.beams, tokens=self.tokens)
        return replace(self, beams=Settings.beams)


def four_settings(settings: Settings) -> list[Settings]:
    """Return the settings of the four ways to draw, in the order of `METHODS`."""
    return [
        replace(settings, strategy="greedy"),
        replace(settings, strategy="sample", filters=Filters()),
        replace(settings, strategy="sample"),
        replace(settings, strategy="beam"),
    ]


@dataclass(frozen=True)
class Word:
    """One generated token, spelled out: `label` with spaces made visible, `text` as it is.

    `drawn` is its probability in the filtered distribution; `probability` and `rivals` are under the model alone.
    """

    token: int
    label: str
    text: str
    probability: float
    logprob: float
    drawn: float
    rank: int
    rivals: tuple[tuple[int, str, float], ...] = ()
    forced: bool = False

    @property
    def band(self) -> int:
        """Return 0 for the likeliest token, 1 for ranks 2 to 10, 2 for 11 to 100, 3 beyond."""
        return sum(self.rank > limit for limit in BANDS)

    @property
    def partial(self) -> bool:
        """Return whether the token is a part of a character: its label then spells its bytes."""
        return "\ufffd" in self.text and re.fullmatch(r"(\\x[0-9a-f]{2})+", self.label) is not None

    @property
    def raw(self) -> bytes:
        """Return the bytes that the token stands for, none where it ends the text."""
        return bytes.fromhex(self.label.replace("\\x", "")) if self.partial else self.text.encode()


@dataclass(frozen=True)
class Text:
    """A generated text; `finished` is whether it came to its end rather than being stopped.

    `tree` holds every token that a beam search ever kept.
    """

    words: tuple[Word, ...]
    string: str
    finished: bool
    tree: tuple["BeamNode", ...] = ()

    @property
    def logprob(self) -> float:
        """Return the total log-probability under the model alone, in nats."""
        return sum(word.logprob for word in self.words)

    @property
    def typical(self) -> float:
        """Return the geometric mean of its tokens' probabilities under the model alone, 0 for a text without any."""
        return math.exp(self.logprob / len(self.words)) if self.words else 0.0

    def pieces(self) -> list[str]:
        """Return what each word adds to the text as it reads: a character is added by the word that completes it."""
        decoder = getincrementaldecoder("utf-8")("replace")
        return [decoder.decode(word.raw) for word in self.words]

    def reading(self, start: int = 0) -> str:
        """Return the text from word `start` on, its bytes read together; what is no character yet is left out."""
        return "".join(self.pieces()[start:])


@dataclass(frozen=True)
class Fork:
    """A branch: at word `position` of branch `parent`, `token` was put in place of the word that stood there."""

    parent: int
    position: int
    token: int


@dataclass(frozen=True)
class BeamNode:
    """One token of the beam's tree: `survived` is whether a text that was kept to the end passes through it."""

    label: str
    parent: int
    depth: int
    total: float
    survived: bool
    best: bool


@dataclass(frozen=True)
class Measured:
    """A text's numbers (see `Text.typical`, `repeated_share` and `distinct_share`), and how it was drawn."""

    name: str
    text: str
    tokens: int
    typical: float
    repeated_3grams: float
    distinct_2: float


def repeated_share(tokens: Sequence[int], size: int = 3) -> float:
    """Return the share of the `size`-grams that occurred before in the text; 0 when it is too short to have two."""
    grams = [tuple(tokens[i : i + size]) for i in range(len(tokens) - size + 1)]
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


def distinct_share(tokens: Sequence[int], size: int = 2) -> float:
    """Return distinct-n: different n-grams / n-grams (Li et al. 2016); 1 when there are none."""
    grams = [tuple(tokens[i : i + size]) for i in range(len(tokens) - size + 1)]
    return len(set(grams)) / len(grams) if grams else 1.0


def measure(name: str, text: Text) -> Measured:
    """Return the numbers of one text."""
    tokens = [word.token for word in text.words]
    return Measured(name, text.string, len(tokens), text.typical, repeated_share(tokens), distinct_share(tokens))


def read_forks(raw: str, limit: int = MAX_FORKS) -> tuple[Fork, ...]:
    """Read branches as a link holds them, "parent.position.token" joined by "_".

    Raises `ValueError` when anything in it is malformed, refers to a branch that does not exist yet, or there are
    more than `limit`.
    """
    forks: list[Fork] = []
    for part in raw.split("_") if raw else []:
        numbers = part.split(".")
        if len(numbers) != 3 or not all(n.isascii() and n.isdigit() and len(n) <= 6 for n in numbers):
            raise ValueError(f"not a branch: {part[:40]!r}")
        fork = Fork(*map(int, numbers))
        if fork.parent > len(forks):
            raise ValueError(f"branch {len(forks) + 1} starts from one that does not exist: {fork.parent}")
        forks.append(fork)
    if len(forks) > limit:
        raise ValueError(f"{len(forks)} branches are more than {limit}")
    return tuple(forks)


def write_forks(forks: Sequence[Fork]) -> str:
    """Return branches as a link holds them; the inverse of `read_forks`."""
    return "_".join(f"{f.parent}.{f.position}.{f.token}" for f in forks)


def tree_order(forks: Sequence[Fork]) -> list[tuple[int, int]]:
    """Return (branch, depth) in reading order: each branch followed by those that share its words up to their fork."""
    parents = [shared_with(forks, number) for number in range(1, len(forks) + 1)]
    order: list[tuple[int, int]] = []

    def visit(branch: int, depth: int) -> None:
        order.append((branch, depth))
        for number, parent in enumerate(parents, start=1):
            if parent == branch:
                visit(number, depth + 1)

    visit(0, 0)
    return order


def shared_with(forks: Sequence[Fork], branch: int) -> int:
    """Return the nearest text that `branch` (not 0) shares its words with up to its fork.

    There a branch has its words from its parent: what was taken from it at that place or before is the parent's.
    """
    fork = forks[branch - 1]
    parent = fork.parent
    while parent and fork.position <= forks[parent - 1].position:
        parent = forks[parent - 1].parent
    return parent


def put_here(forks: Sequence[Fork], branch: int) -> dict[int, int]:
    """Return the tokens that the reader put into `branch`, by position; none in the first draw."""
    put = {}
    while branch:
        put[forks[branch - 1].position] = forks[branch - 1].token
        branch = shared_with(forks, branch)
    return put
