"""The texts that ship, how a text is cut in two, and what of a reader's own can't be used."""

import pytest

from core.data.texts_to_learn import COLUMN, LEAST, MOST, TEXTS, built_in, decode, divide, trouble


@pytest.mark.parametrize("name", TEXTS)
def test_what_ships_is_text_in_short_lines(name: str) -> None:
    text = built_in(name)
    assert 900_000 < len(text) < 1_300_000
    lengths = [len(line) for line in text.splitlines()]
    assert sum(length > COLUMN for length in lengths) / len(lengths) < 1e-3  # a word that is longer stands alone
    assert "\n\n\n" not in text
    parts = divide(text)
    assert parts.train + parts.held_out == text
    assert len(parts.held_out) == 50_000
    assert 60 < len(parts.vocabulary) < 90
    assert parts.encode(parts.held_out).count(0) < 50
    assert not trouble(text[:MOST])


def test_ids_are_those_of_the_vocabulary_and_rare_characters_have_none() -> None:
    parts = divide("ab" * 1000 + "π" + "ba" * 200)
    assert parts.vocabulary == ("a", "b")
    assert parts.encode("abπ") == [1, 2, 0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("short", f"at least {LEAST:,}"),
        ("a" * (MOST + 1), f"at most {MOST:,}"),
        ("a" * LEAST, "fewer than two"),
        ("".join(chr(0x4E00 + n) for n in range(3000)), "nothing to learn"),
        ("ab" * 700 + "".join(chr(0x4E00 + n) for n in range(800)), "too rarely"),
        ("don't stop " * 300, ""),
    ],
)
def test_what_cant_be_used_is_said(text: str, said: str) -> None:
    assert (said in trouble(text)) if said else not trouble(text)


def test_a_file_is_read_as_plain_text() -> None:
    assert decode("\ufeffa\r\nb\rc\x07é".encode()) == "a\nb\ncé"
    for content in (b"\xff\xfe\x00", b"PK\x03\x04\x80\x81", b"abc\0def"):
        with pytest.raises(ValueError, match=r"^It "):
            decode(content)
