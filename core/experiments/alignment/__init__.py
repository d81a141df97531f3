"""The lesson on alignment: where the decoder looked when it wrote each word, and whether that was what mattered. No torch.

"Looked at" is a weight: row i of an alignment says how one step of the decoder spread its attention over the source.
"Mattered" is a loss: a source word is hidden from the attention, and each target word's log-probability falls by so many
nats. `core.experiments.alignment.attention` computes both with the models; here stands what follows from the numbers.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int

Kind = Literal["guided", "additive", "dot"]
END_PIECE, SPACE = "</s>", "▁"
END_NAME = "(end)"
FELT = 0.1  # nats: what costs less is not counted as a loss; a chance falls by a tenth


@dataclass(frozen=True)
class Model:
    """A translator that the lesson offers. `words`, `pieces`: the longest source; `looks`: how its attention came about."""

    label: str
    reads: str
    writes: str
    words: int
    pieces: int
    kind: Kind
    looks: str


GUIDED = "the attention head shown here was trained on a word aligner's answers"
LEARNED = "nobody showed it an alignment, it learned where to look by translating"
MODELS = {
    "marian_en_pt": Model("Marian en-pt", "English", "Portuguese", 60, 160, "guided", GUIDED),
    "marian_pt_en": Model("Marian pt-en", "Portuguese", "English", 60, 160, "guided", GUIDED),
    "additive_en_pt": Model("Bahdanau en-pt", "English", "Portuguese", 20, 80, "additive", LEARNED),
    "dot_en_pt": Model("Luong en-pt", "English", "Portuguese", 20, 80, "dot", LEARNED),
    "hub_en_fr": Model("Hub en-fr", "English", "French", 60, 160, "guided", GUIDED),
    "additive_en_fr": Model("Bahdanau en-fr", "English", "French", 20, 80, "additive", LEARNED),
}
DEFAULT_MODEL = "marian_en_pt"
DEFAULT_TEXTS = {
    "English": "The agreement on the European Economic Area was signed in August 1992.",
    "Portuguese": "O acordo sobre o Espaço Económico Europeu foi assinado em Agosto de 1992.",
}
DEFAULT_STEP, DEFAULT_HIDE = 5, 7  # the step that writes "Espaço", and the word "Area", both counted from 1
# Three words of the default sentence that change places, each in the languages of the lesson.
CROSSED = (
    ("european", "europeu", "europeia", "européen", "européenne"),
    ("economic", "económico", "económica", "econômico", "econômica", "économique"),
    ("area", "zone", "espaço", "área", "zona", "espace"),
)


@dataclass(frozen=True)
class Fitted:
    """A reader's text as a model gets it: on one line, its first words; `dropped` words behind them."""

    text: str
    dropped: int


def fit(text: str, words: int) -> Fitted:
    """Return the first `words` words of a text, with single spaces between them."""
    found = text.split()
    return Fitted(" ".join(found[:words]), max(0, len(found) - words))


def shown(piece: str) -> str:
    """Return a piece as a reader sees it: its space as a point, as everywhere in this course, and the end by its name."""
    return END_NAME if piece == END_PIECE else piece.replace(SPACE, "·")


def starts(pieces: Sequence[str]) -> list[int]:
    """Return where words begin: at a piece with a space before it, and at the end."""
    return [n for n, piece in enumerate(pieces) if n == 0 or piece.startswith(SPACE) or piece == END_PIECE]


def groups(pieces: Sequence[str]) -> list[range]:
    """Return the places of each word's pieces; the end is the last word."""
    begin = starts(pieces)
    return [range(start, stop) for start, stop in zip(begin, [*begin[1:], len(pieces)], strict=True)]


@dataclass(frozen=True)
class Table:
    """An alignment to be shown, without the row of the end (its column stays, or rows would not sum to 1).

    - `weights`: how target row i looked at source column j; rows sum to 1.
    - `logprobs`: natural logarithm of each target's chance.
    - `costs`: nats that target i lost when source word j was hidden; None where columns are pieces of words.
    """

    source: tuple[str, ...]
    target: tuple[str, ...]
    weights: Float[np.ndarray, "target source"]
    logprobs: Float[np.ndarray, "target"]
    costs: Float[np.ndarray, "target source"] | None

    @cached_property
    def looked(self) -> Int[np.ndarray, "target"]:
        """The source place that each target looked at most."""
        return self.weights.argmax(1)

    @cached_property
    def mattered(self) -> Int[np.ndarray, "target"]:
        """The source word whose hiding costs each target most; raises `ValueError` without costs."""
        return self.losses.argmax(1)

    @cached_property
    def losses(self) -> Float[np.ndarray, "target source"]:
        """The costs; raises `ValueError` where there are none."""
        if self.costs is None:
            raise ValueError("costs are known for whole words only")
        return self.costs

    @cached_property
    def agree(self) -> Bool[np.ndarray, "target"]:
        """Whether the word looked at most is the one that mattered most."""
        found: np.ndarray = self.looked == self.mattered
        return found

    @cached_property
    def felt(self) -> Bool[np.ndarray, "target"]:
        """Whether hiding any one word cost this target `FELT` nats or more."""
        found: np.ndarray = self.losses.max(1, initial=-np.inf) >= FELT
        return found


@dataclass(frozen=True)
class Look:
    """A sentence as a model translated it, piece by piece, and what hiding each source word costs this very translation.

    `source` and `target` are pieces with their ends ("</s>"; none where the translation was cut). `text` is what was
    read. costs[i, w]: nats that target piece i lost when the attention could not reach source word w, the end included.
    """

    model: str
    text: str
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

    @cached_property
    def pieces(self) -> Table:
        """The alignment as the model has it, piece by piece."""
        n = self.steps
        source, target = (tuple(map(shown, pieces)) for pieces in (self.source, self.target[:n]))
        return Table(source, target, self.weights[:n], self.logprobs[:n], None)

    def word_of(self, step: int) -> int:
        """Return which target word the piece of a step (0 is the first) belongs to."""
        return next(n for n, row in enumerate(groups(self.target)) if step in row)

    def first_step(self, word: int) -> int:
        """Return the step that writes a target word's first piece."""
        return groups(self.target)[word][0]


def merged(look: Look) -> Table:
    """Return the alignment of words: a row is the mean of its pieces' rows, a column the sum; losses of pieces add up."""
    rows, columns = groups(look.target), groups(look.source)
    summed = np.add.reduceat(look.weights, [column[0] for column in columns], axis=1)
    kept = [row for row in rows if row[0] < look.steps]
    return Table(
        source=tuple(_word(look.source, column) for column in columns),
        target=tuple(_word(look.target, row) for row in kept),
        weights=_rows([summed[row].mean(0) for row in kept], summed),
        logprobs=np.array([look.logprobs[row].sum() for row in kept], np.float32),
        costs=_rows([look.costs[row].sum(0) for row in kept], look.costs),
    )


def _word(pieces: Sequence[str], places: range) -> str:
    word = "".join(pieces[place] for place in places)
    return END_NAME if word == END_PIECE else word.replace(SPACE, "") or "␣"


def _rows(rows: list[np.ndarray], like: np.ndarray) -> np.ndarray:
    return np.stack(rows).astype(np.float32) if rows else np.zeros((0, like.shape[1]), np.float32)


@dataclass(frozen=True)
class Hidden:
    """The same sentence translated again while its word number `place` was hidden: the words written, and their chances."""

    place: int
    words: tuple[str, ...]
    logprobs: Float[np.ndarray, "words"]


def changes(before: Sequence[str], after: Sequence[str]) -> tuple[set[int], set[int]]:
    """Return which words of the one are not in the other, by place: those that went and those that came."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    kept = [block for block in matcher.get_matching_blocks() if block.size]
    one = {place for block in kept for place in range(block.a, block.a + block.size)}
    two = {place for block in kept for place in range(block.b, block.b + block.size)}
    return set(range(len(before))) - one, set(range(len(after))) - two


@dataclass(frozen=True)
class Inside:
    """The arithmetic of every step: scores, the softmax of them, and the mixture of values that they weigh.

    `scores`, `weights`: how well each source piece matched, and the model's own softmax of it. `values`: a vector a source
    piece. `mixtures`: what the model took. `root` divides the products in the scores (1 where nothing does).
    """

    scores: Float[np.ndarray, "target source"]
    weights: Float[np.ndarray, "target source"]
    values: Float[np.ndarray, "source width"]
    mixtures: Float[np.ndarray, "target width"]
    root: float

    def off(self, step: int) -> tuple[float, float]:
        """Return how far our own softmax and our own weighted sum are from the model's at a step, at most."""
        weights = softmax(self.scores[step])
        mixture = weights @ self.values.astype(np.float64)
        return float(abs(weights - self.weights[step]).max()), float(abs(mixture - self.mixtures[step]).max())


def softmax(scores: Float[np.ndarray, "source"]) -> Float[np.ndarray, "source"]:
    """Return a_j = exp(e_j) / sum_k exp(e_k), in double precision."""
    raised = np.exp(scores.astype(np.float64) - scores.max())
    shares: np.ndarray = raised / raised.sum()
    return shares


@dataclass(frozen=True)
class Crossed:
    """One of the three crossed words: its place in the source, in the target (None: not written), and what that looked at."""

    source: int
    target: int | None
    looked: int | None

    @property
    def right(self) -> bool:
        """Whether the word was written and looked at its own source word most."""
        return self.target is not None and self.looked == self.source


def crossed(table: Table) -> tuple[Crossed, ...]:
    """Return the three crossed words of the default sentence; nothing where the source does not hold all three."""
    found = []
    for names in CROSSED:
        source = next((n for n, word in enumerate(table.source) if _bare(word) in names), None)
        if source is None:
            return ()
        target = next((n for n, word in enumerate(table.target) if _bare(word) in names), None)
        found.append(Crossed(source, target, None if target is None else int(table.looked[target])))
    return tuple(found)


def _bare(word: str) -> str:
    return "".join(character for character in word.lower() if character.isalpha())


def turned(table: Table) -> list[range]:
    """Return the runs of target words whose order differs from that of the words they looked at most, the longest first."""
    places = table.looked
    cuts = [n for n in range(1, len(places)) if places[:n].max() <= places[n:].min()]
    runs = [range(start, stop) for start, stop in zip([0, *cuts], [*cuts, len(places)], strict=True)]
    return sorted((run for run in runs if len(run) > 1), key=len, reverse=True)
