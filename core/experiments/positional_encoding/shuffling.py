"""A text as it stands and with two words exchanged, as the encoder reads both: with positions, with two exchanged, with none."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from core.experiments.encoder import encoder
from core.experiments.positional_encoding.results import Orders, Pairs, exchange, words_of
from core.pretrained.encoder import LONGEST, NO_POSITIONS, load_encoder
from core.progress import Steps

PAIRS = (
    ("hot dog", "dog hot"),
    ("hot dog", "dog that is hot"),
    ("hot dog", "sausage"),
    ("The dog bit the man.", "The man bit the dog."),
)


def orders(text: str, first: int, second: int) -> Steps[Orders]:
    """Return what exchanging two words (from 0) does; yields and raises as `compare_orders` does."""
    reader = yield from encoder()
    exchanged, words = exchange(text, first, second), words_of(text)
    one, two = sorted((words[first], words[second]))
    ids, tokens, spans = reader.pieces(text)
    others = reader.pieces(exchanged)[0]
    stands = tuple(range(len(ids))) if others == ids else _stands(spans, one, two)  # twice the same word: nothing moves
    if len(others) != len(ids) or any(others[there] != ids[here] for here, there in enumerate(stands)):
        raise ValueError("when they change places, these words are read as other pieces: choose two other words")
    before = [reader.trace(text, positions=p).hidden[-1] for p in (None, None, NO_POSITIONS)]
    moved = reader.trace(text, positions=stands).hidden[-1]
    after = [reader.trace(exchanged, positions=p).hidden[-1][list(stands)] for p in (None, NO_POSITIONS)]
    pairs = list(zip(before, (after[0], moved, after[1]), strict=True))
    differences = [np.linalg.norm(a - b, axis=-1) / np.linalg.norm(a, axis=-1) for a, b in pairs]
    alike = [_cosine(a.mean(0), b.mean(0)) for a, b in pairs]
    return Orders(
        text=text,
        exchanged=exchanged,
        pair=(text[slice(*one)], text[slice(*two)]),
        at=(_first(spans, one), _first(spans, two)),
        tokens=tuple(tokens),
        stands=stands,
        moved=np.array(differences, np.float32),
        alike=(alike[0], alike[1], alike[2]),
        apart=(float(abs(pairs[0][0] - pairs[0][1]).max()), float(abs(pairs[2][0] - pairs[2][1]).max())),
        as_exchanged=float(abs(moved - after[0]).max()),
        is_cut=len(tokens) == LONGEST,
    )


def pairs() -> Pairs:
    """Return the cosines of a few pairs of sentences, with positions and without."""
    reader = load_encoder()
    texts = [text for pair in PAIRS for text in pair]
    found = []
    for positions in (None, NO_POSITIONS):
        vectors = reader.vectors(texts, positions=positions)
        found.append([float(a @ b) for a, b in zip(vectors[::2], vectors[1::2], strict=True)])
    return Pairs(PAIRS, np.array(found, np.float32).T)


def _stands(spans: Sequence[tuple[int, int]], one: tuple[int, int], two: tuple[int, int]) -> tuple[int, ...]:
    """Return where each piece stands once the words `one` and `two` (spans of the text, in order) have changed places."""
    own = [_part(span, one, two) for span in spans]
    sides = range(1, len(spans) - 1)  # the two ends stay
    order = [n for part in (0, 3, 2, 1, 4) for n in sides if own[n] == part]
    places = {piece: place for place, piece in enumerate([0, *order, len(spans) - 1])}
    return tuple(places[n] for n in range(len(spans)))


def _first(spans: Sequence[tuple[int, int]], word: tuple[int, int]) -> int:
    """Return the first piece of a word."""
    return next(n for n, (start, stop) in enumerate(spans) if start >= word[0] and stop > start)


def _part(span: tuple[int, int], one: tuple[int, int], two: tuple[int, int]) -> int:
    """Return whether a piece stands before the first word (0), in it (1), between the two, in the second, or after it (4)."""
    begins = span[0]
    return sum(begins >= border for border in (*one, *two))


def _cosine(one: Float[np.ndarray, "width"], other: Float[np.ndarray, "width"]) -> float:
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
