"""Text to the pieces of words that a translation model knows, and back: SentencePiece (Kudo and Richardson 2018).

A text's pieces are those whose chances multiply to the most among all ways to cut it (Kudo 2018, unigram model).
"""

import json
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from tokenizers import Regex, models, normalizers, pre_tokenizers
from tokenizers import Tokenizer as Backend

from core.pretrained.tokens import read_as_text
from core.pretrained.translation.known import Cut, plain

END_PIECE, UNKNOWN_PIECE, PADDING_PIECE = "</s>", "<unk>", "<pad>"

# Numbers of fields in a SentencePiece file, and values that they may have.
PIECES, TRAINER, NORMALIZER = 1, 2, 3
PIECE_TEXT, PIECE_SCORE, PIECE_ROLE = 1, 2, 3
NORMAL, UNKNOWN, CONTROL, USER_DEFINED = 1, 2, 3, 4
NOT_TYPED = " "  # stands for the unknown piece, whose own name can be typed: no piece of a text holds a space
TRAINER_KIND, UNIGRAM, NORMALIZER_MAP = 3, 1, 2


class Pieces(Protocol):
    """What every tokenizer of a translator can do. All that is typed is text: "</s>" is four characters, not the end."""

    def encode(self, text: str) -> tuple[list[int], list[str]]:
        """Return the numbers of a text's pieces and the pieces as they stand in it, both with the end's.

        The text is read as `core.pretrained.translation.known.plain` has it.
        """

    def cut(self, text: str) -> Cut:
        """Return how a text is cut, for `core.pretrained.translation.known`: without the end."""

    def written(self, numbers: Sequence[int]) -> list[str]:
        """Return the target pieces of these numbers."""

    def number(self, piece: str) -> int:
        """Return the number of a target piece; raises `ValueError` for one that the model does not know."""

    def text(self, numbers: Sequence[int]) -> str:
        """Return the text that these numbers of target pieces spell."""


class MarianPieces:
    """The pieces of our own Marian: one vocabulary for both languages, read from the package's `tokenizer.json`.

    What has no piece, an emoji for example, is read as piece 1, "<unk>", and shown as it was typed.
    """

    def __init__(self, folder: Path) -> None:
        self._backend = Backend.from_file(str(folder / "tokenizer.json"))
        read_as_text(self._backend, (END_PIECE, UNKNOWN_PIECE))
        self._end, self._unknown = self.number(END_PIECE), self.number(UNKNOWN_PIECE)

    def encode(self, text: str) -> tuple[list[int], list[str]]:
        """See `Pieces.encode`; lone surrogates become U+FFFD."""
        encoding = self._backend.encode(plain(text), add_special_tokens=False)
        return [*encoding.ids, self._end], [*encoding.tokens, END_PIECE]

    def cut(self, text: str) -> Cut:
        """See `Pieces.cut`."""
        encoding = self._backend.encode(plain(text), add_special_tokens=False)
        unknown = [number == self._unknown for number in encoding.ids]
        return Cut(encoding.tokens, encoding.offsets, unknown, self._backend.normalizer.normalize_str)

    def written(self, numbers: Sequence[int]) -> list[str]:
        """See `Pieces.written`."""
        return [self._backend.id_to_token(number) or UNKNOWN_PIECE for number in numbers]

    def number(self, piece: str) -> int:
        """See `Pieces.number`."""
        number = self._backend.token_to_id(piece)
        if number is None:
            raise ValueError(f"{piece!r} is not a piece that this model knows")
        return number

    def text(self, numbers: Sequence[int]) -> str:
        """See `Pieces.text`."""
        return self._backend.decode(list(numbers))


class HubPieces:
    """The pieces of a Marian model as the hub has them: `source.spm`, and their numbers in `vocab.json`.

    Raises `ValueError` for files that are none. Typographic signs become plain ones (`known.plain`), much as transformers
    has it where its optional sacremoses is installed.
    """

    def __init__(self, folder: Path) -> None:
        self._source = sentencepiece((folder / "source.spm").read_bytes())
        self._numbers = json.loads((folder / "vocab.json").read_text("utf-8"))
        if not isinstance(self._numbers, dict) or not {END_PIECE, UNKNOWN_PIECE} <= set(self._numbers):
            raise ValueError(f"vocab.json lacks {END_PIECE} or {UNKNOWN_PIECE}")
        self._spelled = {number: piece for piece, number in self._numbers.items()}
        self.size = 1 + max(self._spelled)

    def encode(self, text: str) -> tuple[list[int], list[str]]:
        """See `Pieces.encode`; lone surrogates become U+FFFD."""
        shown = self._source.encode(plain(text)).tokens
        # A piece has one number for both languages: what the source's file lacks may still have one.
        numbers = [self._numbers.get(piece, self._numbers[UNKNOWN_PIECE]) for piece in shown]
        return [*numbers, self._numbers[END_PIECE]], [*shown, END_PIECE]

    def cut(self, text: str) -> Cut:
        """See `Pieces.cut`."""
        encoding = self._source.encode(plain(text))
        unknown = [piece not in self._numbers for piece in encoding.tokens]
        return Cut(encoding.tokens, encoding.offsets, unknown, self._source.normalizer.normalize_str)

    def written(self, numbers: Sequence[int]) -> list[str]:
        """See `Pieces.written`."""
        return [self._spelled.get(number, UNKNOWN_PIECE) for number in numbers]

    def number(self, piece: str) -> int:
        """See `Pieces.number`."""
        if piece not in self._numbers:
            raise ValueError(f"{piece!r} is not a piece that this model knows")
        return self._numbers[piece]

    def text(self, numbers: Sequence[int]) -> str:
        """See `Pieces.text`."""
        return "".join(self.written(numbers)).replace("▁", " ").strip()


def sentencepiece(content: bytes) -> Backend:
    """Return the tokenizer in a SentencePiece file with a unigram model; raises `ValueError` for another file.

    Only the fields that cutting a text needs are read. A typed "</s>" or "<unk>" is text, not the piece of that name.
    Source of the format: SentencePiece, src/sentencepiece_model.proto.
    """
    pieces: list[tuple[str, float, int | bytes]] = []
    marks = [END_PIECE, UNKNOWN_PIECE, PADDING_PIECE]
    kind: int | bytes = UNIGRAM
    charsmap = b""
    for field, value in _fields(content):
        if field == PIECES:
            piece = dict(_fields(_bytes(value)))
            role, text = piece.get(PIECE_ROLE, NORMAL), _bytes(piece.get(PIECE_TEXT, b"")).decode("utf-8")
            if role in (NORMAL, UNKNOWN, USER_DEFINED):
                (score,) = struct.unpack("<f", _bytes(piece.get(PIECE_SCORE, bytes(4))))
                pieces.append((NOT_TYPED if role == UNKNOWN else text, score, role))
            elif role == CONTROL:
                marks.append(text)
        elif field == TRAINER:
            kind = dict(_fields(_bytes(value))).get(TRAINER_KIND, UNIGRAM)
        elif field == NORMALIZER:
            charsmap = _bytes(dict(_fields(_bytes(value))).get(NORMALIZER_MAP, b""))
    unknown = next((n for n, (*_, role) in enumerate(pieces) if role == UNKNOWN), None)
    if kind != UNIGRAM or unknown is None:
        raise ValueError("not a SentencePiece file with a unigram model")
    backend = Backend(models.Unigram([(text, score) for text, score, _ in pieces], unknown, False))
    mapped = [normalizers.Precompiled(charsmap)] if charsmap else []
    spaces = [normalizers.Replace(Regex(" {2,}"), " "), normalizers.Strip()]
    backend.normalizer = normalizers.Sequence([*mapped, *spaces])
    backend.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    read_as_text(backend, marks)
    return backend


def _fields(content: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield the number and the value of each field of a message in protocol buffers' wire format."""
    at = 0
    while at < len(content):
        key, at = _varint(content, at)
        field, wire = key >> 3, key & 7
        if wire == 0:
            number, at = _varint(content, at)
            yield field, number
            continue
        if wire == 2:
            length, at = _varint(content, at)
        elif wire in (1, 5):
            length = 8 if wire == 1 else 4
        else:
            raise ValueError("not a SentencePiece file")
        if at + length > len(content):
            raise ValueError("a SentencePiece file that is cut short")
        yield field, content[at : at + length]
        at += length


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """The number at `at`, seven bits a byte, lowest first, and where it ends."""
    number = 0
    for shift in range(0, 70, 7):
        if at >= len(content):
            raise ValueError("a SentencePiece file that is cut short")
        number |= (content[at] & 127) << shift
        at += 1
        if content[at - 1] < 128:
            return number, at
    raise ValueError("not a SentencePiece file")


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError("not a SentencePiece file")
    return value
