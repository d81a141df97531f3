"""Subwords of the small translators: what is learned, what is read, what is written."""

import pytest

from core.models.seq2seq import END, PAD, START
from core.pretrained.translation.subwords import UNKNOWN, Subwords

TEXTS = ["The cats sat on the mats.", "Os gatos sentaram-se nos tapetes.", "It was 1992, a good year (for cats)!"] * 20


@pytest.fixture(scope="module")
def pieces() -> Subwords:
    return Subwords.learn(TEXTS, 120)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("The cats sat.", "The cats sat."),
        ("  the \n\t cats  ", "the cats"),
        ("“cats”", '"cats"'),
        ("it’s", "it's"),
        ("", ""),
        (" \x00\x07 ", ""),
    ],
)
def test_a_text_comes_back_as_it_was_read(pieces: Subwords, typed: str, read: str) -> None:
    known = Subwords.learn([*TEXTS, '"it\'s"'], 130)
    numbers, shown = known.encode(typed)
    assert known.text(numbers) == read
    assert numbers[-1] == END
    assert shown[-1] == "</s>"
    assert len(numbers) == len(shown)
    assert "".join(shown[:-1]).replace("▁", " ").strip() == read


def test_frequent_words_are_one_piece_and_digits_are_apart(pieces: Subwords) -> None:
    assert pieces.encode("the cats")[1] == ["▁the", "▁cats", "</s>"]
    assert pieces.encode("1992")[1] == ["▁1", "9", "9", "2", "</s>"]


def test_what_has_no_piece_is_shown_as_typed(pieces: Subwords) -> None:
    numbers, shown = pieces.encode("cats 😀 שלום")
    assert numbers.count(UNKNOWN) >= 5
    assert "".join(shown[:-1]).replace("▁", " ").strip() == "cats 😀 שלום"


def test_typed_signs_of_the_model_are_text(pieces: Subwords) -> None:
    numbers, _ = pieces.encode("</s><s><pad>")
    assert numbers[-1] == END
    assert not {END, START, PAD} & set(numbers[:-1])


def test_a_lone_surrogate_is_read(pieces: Subwords) -> None:
    assert pieces.encode("cats \ud800")[0][-1] == END


def test_it_is_stored_as_text_and_read_again(pieces: Subwords) -> None:
    again = Subwords(pieces.to_json())
    assert again.encode("The cats sat on 3 mats.") == pieces.encode("The cats sat on 3 mats.")
    assert again.size == pieces.size > 80
    with pytest.raises(ValueError, match="not a tokenizer"):
        Subwords("{}")


def test_pieces_have_numbers(pieces: Subwords) -> None:
    numbers, shown = pieces.encode("the cats")
    assert [pieces.number(piece) for piece in shown] == numbers
    assert pieces.written(numbers) == shown
    for unknown in ("▁zebra", "<pad>", "<s>"):
        with pytest.raises(ValueError, match="not a piece"):
            pieces.number(unknown)
