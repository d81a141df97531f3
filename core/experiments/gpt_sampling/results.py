"""The next token's distribution, and what temperature and filters make of it. Plain numpy: a recorded one needs no torch."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from core.generation.drawing import draw, uniform
from core.generation.filters import entropy_bits, next_token_choices, next_token_distribution

DEFAULT_MODEL = "smollm2-135m"
DEFAULT_PROMPT = "To date, the cleverest thinker of all time was"
MAX_PROMPT_TOKENS = 512
LABELLED = 1024  # tokens whose spelling is kept: no filter changes the order, so these stay the likeliest
SHOWN = 10  # of them in the picture
READ = 3  # tokens of the prompt whose spelling is kept, its last ones
TEMPERATURES = tuple(round(0.05 * i, 2) for i in range(1, 41))
LOWEST = TEMPERATURES[0]

# The same prompt through another model, as the course notes print it (tokens with their probabilities, per cent).
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

    `ids` is the prompt as it was read, `read` the spelling of its last tokens, `dropped` how many tokens were cut off
    its front to make it fit, `lost` how many characters have no token. `order` are the likeliest tokens, best first,
    and `labels` their spelling with spaces and line ends made visible.
    """

    model: str
    ids: tuple[int, ...]
    read: tuple[str, ...]
    dropped: int
    lost: int
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

    `labels`, `logits`, `base` (the model's own), `probs` (drawn from) and `kept` are the likeliest tokens, best first;
    the other numbers are over the whole vocabulary. Entropies are in bits. `drawn` is the token that is drawn with
    `seed`, empty where it is none of the labelled ones.
    """

    labels: tuple[str, ...]
    logits: Float[np.ndarray, "rows"]
    base: Float[np.ndarray, "rows"]
    probs: Float[np.ndarray, "rows"]
    kept: Bool[np.ndarray, "rows"]
    filters: Filters
    vocabulary: int
    kept_count: int
    removed_mass: float
    entropy: float
    drawn: str

    @property
    def effective(self) -> float:
        """Return 2^entropy: how many equally likely tokens would be as uncertain."""
        return float(2.0**self.entropy)

    @property
    def top(self) -> tuple[str, float]:
        """Return the likeliest token and its probability of being drawn."""
        return self.labels[0], float(self.probs[0])

    @property
    def is_own(self) -> bool:
        """Return whether what is drawn from is the model's own distribution."""
        return self.filters == Filters()


@dataclass(frozen=True)
class Sweep:
    """Entropy in bits of the next token against temperature, without and with the other filters."""

    temperatures: Float[np.ndarray, "steps"]
    plain: Float[np.ndarray, "steps"]
    filtered: Float[np.ndarray, "steps"]


def ends_in_blank(text: str) -> bool:
    """Return whether a text ends in a blank, of which the next token would otherwise bring its own."""
    return text != text.rstrip()


def fit_prompt(ids: list[int], limit: int = MAX_PROMPT_TOKENS) -> tuple[list[int], int]:
    """Return the last `limit` tokens and how many were dropped before them."""
    return ids[-limit:], max(0, len(ids) - limit)


def choose(next_token: NextToken, filters: Filters, seed: int = 1, rows: int = SHOWN) -> Choice:
    """Return the distribution after `filters`, the `rows` likeliest tokens of it, and the one that is drawn."""
    found = next_token_distribution(next_token.logits, **vars(filters))
    choices = next_token_choices(next_token.logits, **vars(filters))
    order = next_token.order[:rows]
    drawn = int(choices.tokens[draw(choices, uniform(seed, 0))])
    spelled = dict(zip(next_token.order.tolist(), next_token.labels, strict=True))
    return Choice(
        labels=next_token.labels[:rows],
        logits=next_token.logits[order],
        base=found.base[order],
        probs=found.probs[order],
        kept=found.kept[order],
        filters=filters,
        vocabulary=len(found.base),
        kept_count=int(found.kept.sum()),
        removed_mass=found.removed_mass,
        entropy=entropy_bits(found.probs),
        drawn=spelled.get(drawn, ""),
    )


def sweep(next_token: NextToken, filters: Filters) -> Sweep:
    """Return the entropy at each of `TEMPERATURES`, with temperature alone and with all filters."""
    plain = [_entropy(next_token, Filters(temperature)) for temperature in TEMPERATURES]
    filtered = plain
    if replace(filters, temperature=1.0) != Filters():
        filtered = [_entropy(next_token, replace(filters, temperature=temperature)) for temperature in TEMPERATURES]
    return Sweep(np.array(TEMPERATURES), np.array(plain), np.array(filtered))


def _entropy(next_token: NextToken, filters: Filters) -> float:
    return entropy_bits(next_token_choices(next_token.logits, **vars(filters)).chances)


def other_temperature(temperature: float) -> float:
    """Return the temperature that the page's bet goes to: twice as high where the control allows it, else half."""
    if temperature < LOWEST:
        return 0.5
    return temperature * 2 if temperature <= 1 else temperature / 2


FAR, NEAR, SAME, MORE = "more than halved", "lower, not halved", "the same", "higher"


def compare(next_token: NextToken, before: Filters, after: Filters) -> tuple[float, float, str]:
    """Return the likeliest token's probability `before` and `after`, and what became of it.

    One of `FAR`, `NEAR`, `SAME` (to a hundredth of a per cent) and `MORE`, which exclude each other.
    """
    now, then = (choose(next_token, f, rows=1).top[1] for f in (before, after))
    if abs(now - then) < 1e-4:
        return now, then, SAME
    if then > now:
        return now, then, MORE
    return now, then, FAR if then < now / 2 else NEAR  # exactly half is not more than halved
