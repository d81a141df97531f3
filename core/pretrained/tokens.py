"""Text to token numbers and back, and how a token is shown: spaces, line ends and broken characters visible."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from tokenizers import Regex, models, pre_tokenizers
from tokenizers import Tokenizer as Backend

_VISIBLE = {" ": "·", "\n": "⏎", "\r": "␍", "\t": "⇥", "\u00a0": "⍽"}


class Tokenizer:
    """A byte-level BPE tokenizer (Sennrich et al. 2016; Radford et al. 2019) read from `tokenizer.json`."""

    def __init__(self, file: Path) -> None:
        self._backend = Backend.from_file(str(file))
        read_as_text(self._backend)

    def encode(self, text: str) -> list[int]:
        """Return the token numbers of `text`; lone surrogates become U+FFFD."""
        return self._backend.encode(whole(text)).ids

    def decode(self, ids: list[int]) -> str:
        """Return the text of `ids`; bytes that form no character become U+FFFD."""
        return b"".join(self.token_bytes(i) for i in ids).decode("utf-8", "replace")

    def token_bytes(self, token: int) -> bytes:
        """Return the bytes that `token` stands for; raises `KeyError` for a number outside the vocabulary."""
        return self._bytes[token]

    def label(self, token: int) -> str:
        """Return `token` as it is shown to a reader: see `visible`; bytes of a part of a character as \\xNN."""
        raw = self.token_bytes(token)
        try:
            return visible(raw.decode("utf-8"))
        except UnicodeDecodeError:
            return "".join(f"\\x{byte:02x}" for byte in raw)

    @property
    def size(self) -> int:
        """Return how many tokens there are."""
        return self._backend.get_vocab_size()

    @cached_property
    def _bytes(self) -> dict[int, bytes]:
        special = self._backend.get_added_tokens_decoder()
        spelling = {char: byte for byte, char in enumerate(byte_alphabet())}
        return {
            number: token.encode() if number in special else bytes(spelling[c] for c in token)
            for token, number in self._backend.get_vocab().items()
        }


def read_as_text(backend: Backend, names: Iterable[str] = ()) -> None:
    """Make a tokenizer read all that is typed as text: "<|im_end|>" is these ten characters, not the end of a turn.

    names: the model's own marks, such as "</s>", where the tokenizer does not list them as special. A unigram model looks
    for every piece of its table in a text, its own marks too: there such a text is cut after its first character.
    """
    backend.encode_special_tokens = True
    if not isinstance(backend.model, models.Unigram):
        return
    special = [token.content for token in backend.get_added_tokens_decoder().values() if token.special]
    marks = sorted({name for name in (*names, *special) if len(name) > 1})
    if not marks:
        return
    inside = "|".join(f"{re.escape(mark[0])}(?={re.escape(mark[1:])})" for mark in marks)
    cut = pre_tokenizers.Split(Regex(inside), "isolated")
    before = backend.pre_tokenizer
    backend.pre_tokenizer = pre_tokenizers.Sequence([before, cut]) if before else cut


def whole(text: str) -> str:
    """Return `text` with U+FFFD for every surrogate that lacks its other half: no other text can be written down."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def byte_alphabet() -> list[str]:
    """Return the printable character that stands for each of the 256 bytes in a byte-level vocabulary (GPT-2)."""
    printable = {*range(33, 127), *range(161, 173), *range(174, 256)}
    spare = iter(range(256, 512))
    return [chr(byte) if byte in printable else chr(next(spare)) for byte in range(256)]


def visible(text: str) -> str:
    """Return `text` with white space, control and format characters replaced by something that can be seen."""
    return "".join(_VISIBLE.get(c) or (c if _shows(c) else f"[U+{ord(c):04X}]") for c in text)


def _shows(character: str) -> bool:
    # A joiner between emoji and a variation selector do show: they change their neighbours.
    return character in "\u200d\ufe0f" or unicodedata.category(character) not in (
        "Cc",
        "Cf",
        "Cs",
        "Co",
        "Zl",
        "Zp",
        "Zs",
    )
