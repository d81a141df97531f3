"""How the next token is chosen: greedily, by drawing, or by keeping several texts alive (beam search).

A policy looks at the scores and says what to read next. It knows no model: whoever runs one (`LanguageModel.stream`
alone, `Engine` for many readers) hands it scores and obeys, so a policy is tested on scores that a test made up.
"""

import math
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from core.generation.drawing import draw as draw
from core.generation.drawing import uniform as uniform
from core.generation.filters import nearest, next_token_choices
from core.generation.seeds import checked

RIVALS = 6  # the likeliest tokens that a step remembers: the chosen one and five others


@dataclass(frozen=True)
class Step:
    """One generated token and what stood beside it.

    - `token`: its number in the vocabulary; `text` is filled in by the model that can spell it.
    - `logprob`: natural logarithm of its chance under the model alone, before temperature and filters.
    - `drawn`: its chance in the distribution that it was drawn from (1 when greedy).
    - `rank`: 1 for the likeliest token.
    - `rivals`: the likeliest tokens with their chances under the model alone, best first, the chosen one left out.
    """

    token: int
    logprob: float
    drawn: float
    rank: int
    rivals: tuple[tuple[int, float], ...]
    text: str = ""


@dataclass(frozen=True)
class Move:
    """What a policy wants read next: `tokens[i]` is appended to the text that row `parents[i]` held."""

    tokens: tuple[int, ...]
    parents: tuple[int, ...]
    done: bool


@runtime_checkable
class Policy(Protocol):
    """A way to choose tokens; one object serves one text (or one beam of texts) from start to end."""

    rows: int
    """How many texts it keeps alive at once."""

    @property
    def length(self) -> int:
        """How many tokens its text has so far."""
        ...

    def advance(self, scores: Float[Tensor, "rows vocabulary"]) -> Move:
        """Look at the scores after the last move (one row the first time) and choose the next move."""
        ...


def likeliest(below: Float[np.ndarray, "vocabulary"], count: int) -> list[int]:
    """Return the best tokens by how far their scores are `below` the highest, best first; of equal ones the lower number."""
    near = nearest(below, count)
    found: list[int] = near[np.argsort(-below[near], kind="stable")[:count]].tolist()
    return found


@dataclass
class Sampling:
    """Draw each token from the filtered distribution; temperature 0 is greedy.

    `forced` maps positions (0 is the first new token) to tokens that are put there instead of a draw, which is
    how a reader takes another branch. `steps` grows by one for each token. Raises `ValueError` as `seeds.checked` does.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    seed: int = 0
    max_new_tokens: int = 40
    end_tokens: tuple[int, ...] = ()
    forced: dict[int, int] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    rows: int = 1

    def __post_init__(self) -> None:
        """Refuse a seed before anybody waits for a text."""
        checked(self.seed)

    @property
    def length(self) -> int:
        """See `Policy.length`."""
        return len(self.steps)

    def advance(self, scores: Float[Tensor, "one vocabulary"]) -> Move:
        """Choose one token; done after `max_new_tokens` or an end token."""
        position, row = len(self.steps), scores[0].float().numpy(force=True)
        token, drawn = self._pick(position, row)
        below = row - row.max()
        total = math.log(np.exp(below).sum(dtype=np.float64))
        rivals = [other for other in likeliest(below, RIVALS) if other != token]
        step = Step(
            token=token,
            logprob=float(below[token]) - total,
            drawn=drawn,
            rank=int(np.count_nonzero(below > below[token])) + 1,
            rivals=tuple((other, math.exp(float(below[other]) - total)) for other in rivals[: RIVALS - 1]),
        )
        self.steps.append(step)
        done = len(self.steps) >= self.max_new_tokens or token in self.end_tokens
        return Move((token,), (0,), done)

    def _pick(self, position: int, row: Float[np.ndarray, "vocabulary"]) -> tuple[int, float]:
        """Return the token for `position` and the chance it had to be drawn (0 when it was forced past a filter)."""
        choices = next_token_choices(
            row, temperature=self.temperature, top_k=self.top_k, top_p=self.top_p, min_p=self.min_p
        )
        if position not in self.forced:
            place = draw(choices, uniform(self.seed, position))
            return int(choices.tokens[place]), float(choices.chances[place])
        token = self.forced[position]
        return token, float(choices.chances[choices.tokens == token].sum())


@dataclass(frozen=True)
class Node:
    """One token in a beam's tree: `parent` is the index of the node before it, -1 at the root.

    `total` is the log-probability (nats) of the whole text up to here; `depth` counts from 0; `rank` and `rivals`
    are as in `Step`.
    """

    token: int
    parent: int
    depth: int
    total: float
    ended: bool
    rank: int = 1
    rivals: tuple[tuple[int, float], ...] = ()


@dataclass
class BeamSearch:
    """Keep the `beams` likeliest texts at every step (Graves 2012, sequence transduction, algorithm 1).

    Texts are compared by their total log-probability, without a penalty for length. A text that reaches an end
    token stays in the running with its total and is not continued. `nodes` holds every text that was ever among
    the kept ones; `best()` is the likeliest text at the end.
    """

    beams: int
    max_new_tokens: int = 40
    end_tokens: tuple[int, ...] = ()
    nodes: list[Node] = field(default_factory=list)
    live: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.beams < 1:
            raise ValueError(f"beams must be at least 1, not {self.beams}")
        self.rows = self.beams

    def advance(self, scores: Float[Tensor, "rows vocabulary"]) -> Move:
        """Extend every live text by its likeliest tokens and keep the best `beams` of all; `ValueError` for nan or +inf."""
        chances = scores.double().log_softmax(-1)
        totals = torch.tensor([self.nodes[i].total for i in self.live] or [0.0], dtype=torch.float64)
        # Only the best `beams` extensions of a text can be among the best `beams` of all texts.
        found, tokens = chances.to("cpu").topk(min(max(self.beams, RIVALS), chances.shape[-1]))
        if found.isnan().any():  # it stands for all of a row: a softmax hands it on, and nothing is larger
            raise ValueError("logits hold nan or +inf, or are all -inf: no distribution follows from them")
        candidates = [
            (float(totals[row] + found[row, k]), row, int(tokens[row, k]))
            for row in range(len(found))
            for k in range(min(self.beams, found.shape[1]))
            if found[row, k] > -torch.inf
        ]
        finished = [(self.nodes[i].total, -1, i) for i in self.ended]
        kept = sorted(candidates + finished, key=lambda c: (-c[0], c[1], c[2]))[: self.beams]
        self.ended = [node for _, row, node in kept if row < 0]
        live, parents = [], []
        for total, row, token in kept:
            if row < 0:
                continue
            parent = self.live[row] if self.live else -1
            depth = self.nodes[parent].depth + 1 if parent >= 0 else 0
            over = token in self.end_tokens
            likeliest = list(zip(tokens[row].tolist(), found[row].exp().tolist(), strict=True))
            rank = [t for t, _ in likeliest].index(token) + 1
            rivals = tuple((t, p) for t, p in likeliest if t != token)[: RIVALS - 1]
            self.nodes.append(Node(token, parent, depth, total, over, rank, rivals))
            if over:
                self.ended.append(len(self.nodes) - 1)
            else:
                live.append(len(self.nodes) - 1)
                parents.append(row)
        self.live = live
        long_enough = bool(live) and self.nodes[live[0]].depth + 1 >= self.max_new_tokens
        return Move(tuple(self.nodes[i].token for i in live), tuple(parents), not live or long_enough)

    @property
    def length(self) -> int:
        """See `Policy.length`."""
        return 1 + max((self.nodes[i].depth for i in self.live + self.ended), default=-1)

    def best(self) -> list[int]:
        """Return the node numbers of the likeliest text, first token first; empty before the first move."""
        ends = self.live + self.ended
        return self.path(max(ends, key=lambda i: self.nodes[i].total)) if ends else []

    def best_by_mean(self) -> list[int]:
        """Return the tokens of the text with the highest log-probability a token, end included.

        By their totals alone short texts would win (Wu et al. 2016, eq. 14, with alpha = 1).
        """
        last = max(self.live + self.ended, key=lambda node: self.nodes[node].total / (self.nodes[node].depth + 1))
        return [self.nodes[node].token for node in self.path(last)]

    def path(self, node: int) -> list[int]:
        """Return the node numbers from the first token to `node`."""
        path = []
        while node >= 0:
            path.append(node)
            node = self.nodes[node].parent
        return path[::-1]

    def survivors(self) -> set[int]:
        """Return the nodes that some text still alive or ended passes through; all others were pruned."""
        return {node for end in self.live + self.ended for node in self.path(end)}
