"""A language model whose scores follow from every token it was given, and gates that make an engine wait.

The cache of `FakeModel` holds the tokens themselves, so a row that is lost, mixed up or one token short changes the
scores or raises. `Gate` stops the engine's thread between two pieces of work: tests count steps, not seconds.
"""

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from core.device import Placement
from core.generation.decoding import BeamSearch, Policy, Sampling
from core.pretrained.causal_lm import LanguageModel, Trace

CPU = torch.device("cpu")
EMPTY = -1
PATIENCE = 60.0  # seconds after which a test that waits for the engine has failed

Scorer = Callable[[list[int]], torch.Tensor]


class FakeCache:
    """One row of tokens a text."""

    def __init__(self, rows: int, length: int) -> None:
        self.tokens = np.full((rows, length), EMPTY)

    def copy(self, sources: list[int], targets: list[int], length: int) -> None:
        self.tokens[targets, :length] = self.tokens[sources, :length].copy()
        self.tokens[targets, length:] = EMPTY


class Gate:
    """Where the engine's thread stops until the test lets it through; open until it is shut."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._shut = False
        self._allowed = 0
        self._stands = False

    def pass_through(self) -> None:
        with self._changed:
            self._stands = True
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: not self._shut or self._allowed > 0, PATIENCE)
            self._stands = False
            self._allowed = max(0, self._allowed - 1)

    def shut(self) -> None:
        with self._changed:
            self._shut, self._allowed = True, 0

    def open(self) -> None:
        with self._changed:
            self._shut = False
            self._changed.notify_all()

    def wait(self) -> None:
        """Wait until the engine stands in front of the shut gate."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._shut and self._stands and not self._allowed, PATIENCE)

    def one(self) -> None:
        """Let one piece of work through and wait until the engine stands here again."""
        self.wait()
        with self._changed:
            self._allowed = 1
            self._changed.notify_all()
        self.wait()


class FakeModel(LanguageModel):
    """Scores that `scorer` makes of a text; `events` says what was asked of it, in order.

    `on_call` is called in the engine's thread before every step ("step", ids) and every layer of a prompt
    ("prefill", ids); `gate` comes after it.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        vocabulary: int = 17,
        context: int = 512,
        layers: int = 3,
        device: str = "cpu",
        end_tokens: tuple[int, ...] = (),
        on_call: Callable[[str, list[int]], None] | None = None,
    ) -> None:
        self.name, self.context, self.end_tokens = "fake", context, end_tokens
        self.placement = Placement(torch.device(device), "fp32", 1)
        self.seed, self.vocabulary, self.layers = seed, vocabulary, layers
        self.on_call = on_call or (lambda kind, ids: None)
        self.gate = Gate()
        self.events: list[tuple[str, list[int]]] = []

    def scores(self, text: list[int]) -> torch.Tensor:
        rng = np.random.default_rng([self.seed, len(text), *text])
        return torch.from_numpy(rng.normal(size=self.vocabulary) * 1.5).float()

    def encode(self, text: str) -> list[int]:
        return [ord(letter) % self.vocabulary for letter in text]

    def decode(self, ids: list[int]) -> str:
        return "".join(chr(ord("a") + token) for token in ids)

    def label(self, token: int) -> str:
        return self.decode([token])

    def exact_logits(
        self, ids: list[int], *, last_only: bool = False
    ) -> Generator[tuple[int, int], None, torch.Tensor]:
        self.check(ids)
        for done in range(1, self.layers + 1):
            self._called("exact", ids)
            yield done, self.layers
        return torch.stack([self.scores(ids[: i + 1]) for i in range(len(ids) - 1 if last_only else 0, len(ids))])

    def trace(self, ids: list[int]) -> Trace:
        raise NotImplementedError

    def new_cache(self, rows: int, length: int) -> FakeCache:
        return FakeCache(rows, min(length, self.context))

    def prefill(self, ids: list[int], cache: FakeCache, row: int) -> Generator[None, None, torch.Tensor]:
        self.check(ids)
        cache.tokens[row] = EMPTY
        for _ in range(self.layers):
            self._called("prefill", ids)
            yield
        cache.tokens[row, : len(ids)] = ids
        return self.scores(ids)[None]

    def step(self, ids: list[int], positions: list[int], cache: FakeCache) -> torch.Tensor:
        self._called("step", ids)
        found = []
        for row, (token, position) in enumerate(zip(ids, positions, strict=True)):
            cache.tokens[row, position] = token
            text = cache.tokens[row, : position + 1].tolist()
            # A beam that has fewer texts than rows keeps the rest of its rows at position 0: nobody looks at those.
            assert EMPTY not in text or position == 0, f"row {row} has a hole: {text}"
            found.append(self.scores(text))
        return torch.stack(found)

    def steps(self) -> list[int]:
        """Return how many rows each step had."""
        return [len(ids) for kind, ids in self.events if kind == "step"]

    def _called(self, kind: str, ids: list[int]) -> None:
        self.events.append((kind, list(ids)))
        self.on_call(kind, ids)
        self.gate.pass_through()


def alone(policy: Policy, ids: list[int], scorer: Scorer, context: int = 10**6) -> Policy:
    """Let `policy` write after `ids` with scores of whole texts, no cache and nobody else: the reference."""
    texts, length, done = [list(ids)], len(ids), False
    while not done:
        move = policy.advance(torch.stack([scorer(text) for text in texts]))
        texts = [[*texts[parent], token] for token, parent in zip(move.tokens, move.parents, strict=True)]
        length += 1
        done = move.done or length >= context
    return policy


def written(policy: Policy) -> Any:
    """Return all that a policy holds of its text, to be compared with another's."""
    if isinstance(policy, BeamSearch):
        return policy.nodes, policy.live, policy.ended
    assert isinstance(policy, Sampling)
    return policy.steps


def tokens_of(policy: Policy) -> list[int]:
    """Return the text: the likeliest one of a beam."""
    if isinstance(policy, BeamSearch):
        return [policy.nodes[i].token for i in policy.best()]
    assert isinstance(policy, Sampling)
    return [step.token for step in policy.steps]


@contextmanager
def shut(model: FakeModel) -> Iterator[Gate]:
    """Let the engine stop at every call while the block runs."""
    model.gate.shut()
    try:
        yield model.gate
    finally:
        model.gate.open()
