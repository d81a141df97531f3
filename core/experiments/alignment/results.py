"""The results of the lesson on alignment: weights, what hiding a word costs, and what follows from the numbers. No torch.

A weight says where a step of the decoder looked. A cost says what it needed: a source word is hidden from the attention,
and the log-probability of each target word, of the very same translation, falls by so many nats.
"""

import difflib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int

Kind = Literal["guided", "additive", "dot"]
END_PIECE, SPACE = "</s>", "▁"
END_NAME = "(end)"
LETTERS = 2000  # characters of a sentence at most
FELT = 0.1  # nats: what costs less is not counted as a loss; a probability falls by a tenth
HALF = math.log(2)  # nats: a probability falls to a half


@dataclass(frozen=True)
class Model:
    """A translator that the lesson offers. `words`, `pieces`: the longest source; `learned`: how its attention came about."""

    label: str
    reads: str
    writes: str
    words: int
    pieces: int
    kind: Kind
    learned: str


GUIDED = "this head of its attention was taught its answer by a word aligner"
LEARNED = "nobody showed it which words belong together: it learned where to look by translating"
MODELS = {
    "additive_en_pt": Model("Bahdanau", "English", "Portuguese", 20, 80, "additive", LEARNED),
    "dot_en_pt": Model("Luong", "English", "Portuguese", 20, 80, "dot", LEARNED),
    "marian_en_pt": Model("Marian", "English", "Portuguese", 60, 160, "guided", GUIDED),
    "marian_pt_en": Model("Marian pt-en", "Portuguese", "English", 60, 160, "guided", GUIDED),
    "additive_en_fr": Model("French", "English", "French", 20, 80, "additive", LEARNED),
    "hub_en_fr": Model("French (hub)", "English", "French", 60, 160, "guided", GUIDED),
}
DEFAULT_MODEL, FRENCH_MODEL = "additive_en_pt", "additive_en_fr"
DEFAULT_TEXT = "The agreement on the European Economic Area was signed in August 1992."
PORTUGUESE_TEXT = "O acordo sobre o Espaço Económico Europeu foi assinado em Agosto de 1992."
FRENCH_TEXT = "The European Economic Area was signed in August 1992."  # one that our French model translates well
DEFAULT_HIDE, DEFAULT_STEP = 6, 11  # positions of the word "Area", and of the step that writes "foi" for "was"
STUDIED = ("additive_en_pt", "dot_en_pt", "marian_en_pt", "marian_pt_en")


def default_text(model: str) -> str:
    """Return the sentence that a model's page opens with."""
    if MODELS[model].writes == "French":
        return FRENCH_TEXT
    return PORTUGUESE_TEXT if MODELS[model].reads == "Portuguese" else DEFAULT_TEXT


@dataclass(frozen=True)
class Fitted:
    """A reader's text as a model gets it: on one line, its first words; `dropped` says whether more came behind them."""

    text: str
    dropped: bool


def fit(text: str, words: int) -> Fitted:
    """Return the first `words` words of a text, at most `LETTERS` characters, with single spaces between them."""
    found = text.lstrip()[: LETTERS + 1].split()
    kept = " ".join(found[:words])[:LETTERS]
    return Fitted(kept, len(found) > words or len(kept) == LETTERS)


def shown(piece: str) -> str:
    """Return a piece as a reader sees it: its space as a point, as everywhere in this course, and the end by its name."""
    return END_NAME if piece == END_PIECE else piece.replace(SPACE, "·")


def groups(pieces: Sequence[str]) -> list[range]:
    """Return the positions of each word's pieces: a word begins at a piece with a space before it; the end is the last."""
    begin = [n for n, piece in enumerate(pieces) if n == 0 or piece.startswith(SPACE) or piece == END_PIECE]
    return [range(start, stop) for start, stop in zip(begin, [*begin[1:], len(pieces)], strict=True)]


@dataclass(frozen=True)
class Table:
    """An alignment of words, without the row of the end (its column stays, or rows would not sum to 1).

    - `weights`: how target row i looked at source column j; rows sum to 1.
    - `logprobs`: natural logarithm of each target's probability.
    - `costs`: nats that target i lost when source word j was hidden.
    """

    source: tuple[str, ...]
    target: tuple[str, ...]
    weights: Float[np.ndarray, "target source"]
    logprobs: Float[np.ndarray, "target"]
    costs: Float[np.ndarray, "target source"]

    @cached_property
    def looked(self) -> Int[np.ndarray, "target"]:
        """The source position that each target looked at most."""
        return self.weights.argmax(1)

    @cached_property
    def needed(self) -> Int[np.ndarray, "target"]:
        """The source word whose hiding costs each target most."""
        return self.costs.argmax(1)

    @cached_property
    def agree(self) -> Bool[np.ndarray, "target"]:
        """Whether the word looked at most is the one that was needed most."""
        found: np.ndarray = self.looked == self.needed
        return found

    @cached_property
    def halved(self) -> Bool[np.ndarray, "target"]:
        """Whether hiding the word that it looked at most takes more than half of a target's probability."""
        found: np.ndarray = self.costs[np.arange(len(self.target)), self.looked] > HALF
        return found

    @cached_property
    def before(self) -> Float[np.ndarray, "target"]:
        """The probability of each target word."""
        found: np.ndarray = np.exp(self.logprobs)
        return found

    def after(self, position: int) -> Float[np.ndarray, "target"]:
        """Return the probability of each target word while source word `position` is hidden."""
        found: np.ndarray = np.minimum(np.exp(self.logprobs - self.costs[:, position]), 1)
        return found


@dataclass(frozen=True)
class Alignment:
    """A sentence as a model translated it, piece by piece, and what hiding each source word costs this very translation.

    `source` and `target` are pieces with their ends ("</s>"; none where the translation was cut). `text` is what was
    read, `unknown` the characters in it that the model does not know. costs[i, w]: nats that target piece i lost when the
    attention could not reach source word w, the end included.
    """

    model: str
    text: str
    unknown: tuple[str, ...]
    source: tuple[str, ...]
    target: tuple[str, ...]
    translation: str
    weights: Float[np.ndarray, "target source"]
    logprobs: Float[np.ndarray, "target"]
    costs: Float[np.ndarray, "target words"]

    @property
    def steps(self) -> int:
        """How many pieces were written, without the end."""
        return len(self.target) - (self.target[-1:] == (END_PIECE,))

    @cached_property
    def words(self) -> Table:
        """The alignment of words: see `merged`."""
        return merged(self)


def merged(alignment: Alignment) -> Table:
    """Return the alignment of words: a row is the mean of its pieces' rows, a column the sum; costs of pieces add up."""
    rows, columns = groups(alignment.target), groups(alignment.source)
    summed = np.add.reduceat(alignment.weights, [column[0] for column in columns], axis=1)
    kept = [row for row in rows if row[0] < alignment.steps]
    return Table(
        source=tuple(_word(alignment.source, column) for column in columns),
        target=tuple(_word(alignment.target, row) for row in kept),
        weights=_rows([summed[row].mean(0) for row in kept], summed),
        logprobs=np.array([alignment.logprobs[row].sum() for row in kept], np.float32),
        costs=_rows([alignment.costs[row].sum(0) for row in kept], alignment.costs),
    )


def _word(pieces: Sequence[str], positions: range) -> str:
    word = "".join(pieces[position] for position in positions)
    return END_NAME if word == END_PIECE else word.replace(SPACE, "") or "␣"


def _rows(rows: list[np.ndarray], like: np.ndarray) -> np.ndarray:
    return np.stack(rows).astype(np.float32) if rows else np.zeros((0, like.shape[1]), np.float32)


@dataclass(frozen=True)
class Hidden:
    """The same sentence translated again while its word number `position` was hidden: the words, and their logprobs.

    `english`: what the first translation says, and what this one says; "" where it is in English or can't be said.
    """

    position: int
    words: tuple[str, ...]
    logprobs: Float[np.ndarray, "words"]
    english: tuple[str, str]


def changes(before: Sequence[str], after: Sequence[str]) -> tuple[set[int], set[int]]:
    """Return which words of the one are not in the other, by position: those that went and those that came."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    kept = [block for block in matcher.get_matching_blocks() if block.size]
    one = {position for block in kept for position in range(block.a, block.a + block.size)}
    two = {position for block in kept for position in range(block.b, block.b + block.size)}
    return set(range(len(before))) - one, set(range(len(after))) - two


@dataclass(frozen=True)
class Inside:
    """The arithmetic of every step: scores, the softmax of them, and the context vector that the weights make.

    `scores`, `weights`: how well each source piece matched, and the model's own softmax of it. `values`: a vector a source
    piece. `contexts`: what the model took. `root` divides the products in the scores (1 where nothing does).
    """

    scores: Float[np.ndarray, "target source"]
    weights: Float[np.ndarray, "target source"]
    values: Float[np.ndarray, "source width"]
    contexts: Float[np.ndarray, "target width"]
    root: float

    def off(self, step: int) -> float:
        """Return how far our own softmax and our own weighted sum are from the model's at a step, at most."""
        weights = softmax(self.scores[step])
        context = weights @ self.values.astype(np.float64)
        return float(max(abs(weights - self.weights[step]).max(), abs(context - self.contexts[step]).max()))


def softmax(scores: Float[np.ndarray, "source"]) -> Float[np.ndarray, "source"]:
    """Return a_j = exp(e_j) / sum_k exp(e_k), in double precision."""
    raised = np.exp(scores.astype(np.float64) - scores.max())
    weights: np.ndarray = raised / raised.sum()
    return weights


def turned(table: Table) -> list[range]:
    """Return the runs of target words whose order differs from that of the words they looked at most, the longest first."""
    positions = table.looked
    cuts = [n for n in range(1, len(positions)) if positions[:n].max() <= positions[n:].min()]
    runs = [range(start, stop) for start, stop in zip([0, *cuts], [*cuts, len(positions)], strict=True)]
    return sorted((run for run in runs if len(run) > 1), key=len, reverse=True)
