"""What the lesson on GPT sampling shows: the next token's distribution, and what temperature does to it.

Plain numpy and the filters only, so that a page can show a recorded result before torch is imported.
The texts that are written with it are in `core.experiments.gpt_sampling.texts`.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float, Int

from core.generation.filters import entropy_bits, next_token_distribution

if TYPE_CHECKING:
    from core.pretrained.causal_lm import LanguageModel

DEFAULT_PROMPT = "To date, the cleverest thinker of all time was"
MAX_PROMPT_TOKENS = 512
LABELLED = 64  # tokens whose spelling is kept: no filter changes the order, so these stay the likeliest
SWEEP = tuple(round(0.05 * i, 2) for i in range(1, 41))

# The same prompt through another model, as the course notes print it (tokens with their chances, per cent).
NOTES = (
    ("·the", 8.82),
    ("·probably", 4.37),
    ("·John", 4.04),
    ("·Sir", 3.66),
    ("·Albert", 3.63),
    ("·Ber", 3.31),
    ("·a", 2.90),
    ("·Isaac", 2.01),
    ("·undoubtedly", 1.58),
    ("·arguably", 1.33),
    ("·Im", 1.16),
    ("·Einstein", 1.13),
    ("·Ludwig", 1.04),
)


@dataclass(frozen=True)
class NextToken:
    """The scores of every token that may follow a prompt.

    `ids` is the prompt as it was read, `dropped` how many tokens were cut off its front to make it fit, `order`
    the likeliest tokens, best first, and `labels` their spelling with spaces and line ends made visible.
    """

    model: str
    ids: tuple[int, ...]
    dropped: int
    logits: Float[np.ndarray, "vocabulary"]
    order: Int[np.ndarray, "labelled"]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Filters:
    """The reader's settings, in the order in which they act."""

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0


@dataclass(frozen=True)
class Choice:
    """The distribution that the next token is drawn from, ready to be shown.

    `labels`, `base`, `probs` and `kept` are the likeliest tokens, best first; the other numbers are over the whole
    vocabulary. Entropies are in bits.
    """

    labels: tuple[str, ...]
    tokens: Int[np.ndarray, "rows"]
    base: Float[np.ndarray, "rows"]
    probs: Float[np.ndarray, "rows"]
    kept: Bool[np.ndarray, "rows"]
    filters: Filters
    vocabulary: int
    kept_count: int
    removed_mass: float
    base_entropy: float
    entropy: float

    @property
    def effective_choices(self) -> float:
        """Return 2^entropy: how many equally likely tokens would be as uncertain."""
        return float(2.0**self.entropy)

    @property
    def out(self) -> str:
        """Return what became of a token that is not kept: temperature 0 is no filter, it leaves all but one out."""
        return "cut" if self.filters.temperature else "left out"

    @cached_property
    def top(self) -> tuple[str, float]:
        """Return the likeliest token and its chance of being drawn."""
        return self.labels[0], float(self.probs[0])


@dataclass(frozen=True)
class Sweep:
    """Entropy in bits of the next token against temperature, without and with the other filters."""

    temperatures: Float[np.ndarray, "steps"]
    plain: Float[np.ndarray, "steps"]
    filtered: Float[np.ndarray, "steps"]


def fit_prompt(ids: list[int], limit: int = MAX_PROMPT_TOKENS) -> tuple[list[int], int]:
    """Return the last `limit` tokens and how many were dropped before them."""
    return ids[-limit:], max(0, len(ids) - limit)


def next_token(model: "LanguageModel", ids: list[int]) -> Generator[tuple[int, int], None, NextToken]:
    """Yield (layers done, layers) and return the exact scores after `ids`; raises `ValueError` for no tokens."""
    kept, dropped = fit_prompt(ids, min(MAX_PROMPT_TOKENS, model.context // 2))  # as much room is left for an answer
    scores = yield from model.exact_logits(kept, last_only=True)
    logits = scores[-1].numpy(force=True)
    order = np.argsort(-logits, kind="stable")[:LABELLED]
    labels = tuple(model.label(int(token)) for token in order)
    return NextToken(model.name, tuple(kept), dropped, logits, order, labels)


def choose(next_token: NextToken, filters: Filters, rows: int = 13) -> Choice:
    """Return the distribution after `filters`, and the `rows` likeliest tokens of it."""
    found = next_token_distribution(next_token.logits, **vars(filters))
    order = next_token.order[:rows]
    return Choice(
        labels=next_token.labels[:rows],
        tokens=order,
        base=found.base[order],
        probs=found.probs[order],
        kept=found.kept[order],
        filters=filters,
        vocabulary=len(found.base),
        kept_count=int(found.kept.sum()),
        removed_mass=found.removed_mass,
        base_entropy=entropy_bits(found.base),
        entropy=entropy_bits(found.probs),
    )


def sweep(next_token: NextToken, filters: Filters) -> Sweep:
    """Return the entropy at each temperature of `SWEEP`, with temperature alone and with all filters."""
    plain, filtered = [], []
    for temperature in SWEEP:
        plain.append(entropy_bits(next_token_distribution(next_token.logits, temperature=temperature).probs))
        others = {**vars(filters), "temperature": temperature}
        filtered.append(entropy_bits(next_token_distribution(next_token.logits, **others).probs))
    return Sweep(np.array(SWEEP), np.array(plain), np.array(filtered))


def other_temperature(temperature: float) -> float:
    """Return the temperature that the page's question goes to: twice as high where the control allows it, else half."""
    return temperature * 2 if 0 < temperature <= 1 else max(temperature, 1.0) / 2


def predict_change(next_token: NextToken, filters: Filters, after: Filters | None = None) -> tuple[float, float, str]:
    """Return the top token's chance now and `after` (at `other_temperature` if not given), and which answer is right.

    The answers: "less than half", "less" (but at least half), "same" (to a hundredth of a per cent), "more".
    """
    after = after or replace(filters, temperature=other_temperature(filters.temperature))
    now, then = (choose(next_token, f, rows=1).top[1] for f in (filters, after))
    if abs(now - then) < 1e-4:
        return now, then, "same"
    if then > now:
        return now, then, "more"
    return now, then, "less than half" if then < now / 2 else "less"
