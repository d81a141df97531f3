"""The dictionary's lines, taken apart."""

from pathlib import Path

from core.data.pronouncing import dictionary, new_words


def test_lines_are_taken_apart(tmp_path: Path) -> None:
    lines = ["'bout B AW1 T", "a AH0", "a(2) EY1", "a's EY1 Z", "aalborg(2) AA1 L # place, danish"]
    (tmp_path / "cmudict.dict").write_text("\n".join(lines) + "\n", "utf-8")
    assert dictionary(tmp_path) == {
        "'bout": (("B", "AW1", "T"),),
        "a": (("AH0",), ("EY1",)),
        "a's": (("EY1", "Z"),),
        "aalborg": (("AA1", "L"),),
    }


def test_new_words_are_words() -> None:
    words = new_words()
    assert list(words) == sorted(words)
    assert all(word.isascii() and word.isalpha() and word.islower() for word in words)
    assert {"chromecast", "favourite", "dropbox"} <= set(words)
