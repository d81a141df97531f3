"""Text to numbers and back without loss, and every token visible."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer as Backend
from transformers.convert_slow_tokenizer import bytes_to_unicode

from core.pretrained.tokens import Tokenizer, byte_alphabet, visible
from tests.core.pretrained.conftest import SPECIAL

TEXTS = {
    "plain": "Hello, world",
    "spaces": "  two  and a trailing one ",
    "lines": "a\n\nb\r\nc\t\td\n",
    "emoji": "👩‍👩‍👧‍👦 🇫🇷 🏳️‍🌈 👋🏽",
    "right to left": "שלום עולם, مرحبا بالعالم, \u202eoverridden\u202c",
    "control": "\x00\x01\x02\x7f\x1b[31mred\x85",
    "combining": "e\u0301 is not \u00e9, ﬁ, Å Å",
    "wide": "日本語テキスト 한국어 ½ Ⅷ x² ٣٤٥",
    "spaces of all kinds": "\u00a0\u2003\u3000\u200b\u200d\ufeff\u2028\u2029",
    "byte order mark first": "\ufefftext",
    "private and last": "\ue000 \U0010ffff \ufffd",
    "markers": "<|im_end|> <|im_start|>user\nhi<|endoftext|>",
    "long": "ab " * 500,
    "empty": "",
}


@pytest.fixture(scope="module")
def tokenizer(tokenizer_file: Path) -> Tokenizer:
    return Tokenizer(tokenizer_file)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_round_trip(tokenizer: Tokenizer, text: str) -> None:
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert b"".join(tokenizer.token_bytes(i) for i in ids) == text.encode()
    assert all(0 <= i < tokenizer.size for i in ids)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_round_trip_of_anything(tokenizer_file: Path, text: str) -> None:
    tokenizer = CACHE.setdefault(tokenizer_file, Tokenizer(tokenizer_file))
    assert tokenizer.decode(tokenizer.encode(text)) == text


CACHE: dict[Path, Tokenizer] = {}  # hypothesis calls the function above a hundred times


def test_merges_are_used(tokenizer: Tokenizer) -> None:
    assert [tokenizer.token_bytes(i) for i in tokenizer.encode("the the")] == [b"the", b" the"]
    assert [tokenizer.token_bytes(i) for i in tokenizer.encode("\n\n")] == [b"\n\n"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("\ud83d", "\ufffd"),
        ("a\udc00b", "a\ufffdb"),
        ("\ud83da", "\ufffda"),
        ("\ud83d\ud83d\ude00", "\ufffd😀"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("\ud83d\ude00", "😀"),  # two halves that were torn apart by a language that counts in halves
        ("end\ud800", "end\ufffd"),
    ],
    ids=ascii,
)
def test_a_lone_surrogate_is_a_replacement_character(tokenizer: Tokenizer, text: str, read: str) -> None:
    assert tokenizer.decode(tokenizer.encode(text)) == read


@pytest.mark.parametrize("marker", SPECIAL)
def test_a_marker_that_a_reader_types_is_text(tokenizer: Tokenizer, tokenizer_file: Path, marker: str) -> None:
    backend = Backend.from_file(str(tokenizer_file))
    number = backend.token_to_id(marker)
    assert backend.encode(marker).ids == [number]  # what would happen without care
    for text in (marker, f"a{marker}b", f" {marker} ", marker * 3):
        assert number not in tokenizer.encode(text)
        assert tokenizer.decode(tokenizer.encode(text)) == text
    assert tokenizer.decode([number]) == tokenizer.label(number) == marker


def test_torn_characters(tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode("é😀")
    assert [tokenizer.label(i) for i in ids] == ["\\xc3", "\\xa9", "\\xf0", "\\x9f", "\\x98", "\\x80"]
    assert tokenizer.decode(ids[:1]) == "\ufffd"
    assert tokenizer.decode(ids[:4]) == "é\ufffd"
    assert tokenizer.decode(ids[1:]) == "\ufffd😀"
    assert tokenizer.decode([]) == ""


@pytest.mark.parametrize("number", [-1, 10**6])
def test_a_number_outside_the_vocabulary(tokenizer: Tokenizer, number: int) -> None:
    for call in (tokenizer.token_bytes, tokenizer.label, lambda n: tokenizer.decode([n])):
        with pytest.raises(KeyError):
            call(number)


def test_every_token_has_a_label_that_can_be_seen(tokenizer: Tokenizer) -> None:
    for number in range(tokenizer.size):
        label = tokenizer.label(number)
        assert label.isprintable()
        assert label.strip() == label != ""


def test_the_byte_alphabet_is_gpt_2_s() -> None:
    assert dict(enumerate(byte_alphabet())) == bytes_to_unicode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (" the", "·the"),
        ("\n\n", "⏎⏎"),
        ("a\tb\r\n", "a⇥b␍⏎"),
        ("\u00a0", "⍽"),
        ("\x00\x1b", "[U+0000][U+001B]"),
        ("\u202ea", "[U+202E]a"),
        ("\u200b\ufeff\u2028\u3000\u00ad", "[U+200B][U+FEFF][U+2028][U+3000][U+00AD]"),
        ("\ue000", "[U+E000]"),
        ("\ud800", "[U+D800]"),
        ("\U000e0041", "[U+E0041]"),
        ("👩‍👧 ❤️", "👩‍👧·❤️"),
        ("שלום é e\u0301", "שלום·é·e\u0301"),
        ("", ""),
    ],
    ids=ascii,
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_nothing_invisible_is_left(text: str) -> None:
    for character in visible(text):
        assert (
            character in "\u200d\ufe0f"
            or unicodedata.category(character)[0] not in "ZC"
            or (
                unicodedata.category(character) == "Cn"  # not yet assigned: some font may have it
            )
        )
