"""Texts that a character model learns to write from nothing: a novel, speeches, or a reader's own.

Both texts that ship were derived once from the folder that the commands in `core/data/general_text.py` fill:
`python -m core.data.texts_to_learn FOLDER`. They are set in lines of at most 40 characters, as in a narrow column, with an
empty line after each paragraph: so that there is a line to keep count of (Karpathy et al. 2015 found a cell that does).

Licences: the novel (Melville, Moby-Dick, 1851) is in the public domain; the speeches are CC0, their collection PDDL.
"""

import lzma
import sys
import textwrap
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.data.prose import tidy

FOLDER = Path(__file__).parent / "texts"
TEXTS = {"novel": "Moby-Dick (1851)", "speeches": "presidents’ speeches (1961 to 2021)"}
COLUMN = 40  # characters in a line
LEAST, MOST = 2_000, 1_000_000  # characters of a reader's own text
HELD_OUT, HELD_OUT_MOST = 0.1, 50_000  # share of a text, its end, that is never trained on; at most so many characters
RARE = 5  # a character that occurs less often is read as unknown
KINDS_MOST = 500  # different characters that a model can tell apart


@dataclass(frozen=True)
class Parts:
    """A text cut in two: what is learned from, and the end that is kept apart to measure on."""

    train: str
    held_out: str
    vocabulary: tuple[str, ...]

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text's characters, as `core.models.char_lm.CharLM` numbers them; 0 is unknown."""
        ids = {character: number + 1 for number, character in enumerate(self.vocabulary)}
        return [ids.get(character, 0) for character in text]


@lru_cache(maxsize=len(TEXTS))
def built_in(name: str) -> str:
    """Return a text that ships; raises `KeyError` for another name."""
    if name not in TEXTS:
        raise KeyError(name)
    return lzma.decompress((FOLDER / f"{name}.txt.xz").read_bytes()).decode()


@lru_cache(maxsize=len(TEXTS))  # a page asks for it at every move of a control
def parts_of(name: str) -> Parts:
    """Return a text that ships, cut in two; raises as `built_in`."""
    return divide(built_in(name))


def divide(text: str) -> Parts:
    """Cut a text in two; the vocabulary is that of the part to learn from, in the order of the code points."""
    held_out = min(HELD_OUT_MOST, int(HELD_OUT * len(text)))
    train = text[: len(text) - held_out]
    counts = Counter(train)
    often = sorted(counts, key=lambda character: (-counts[character], character))[:KINDS_MOST]
    return Parts(train, text[len(train) :], tuple(sorted(c for c in often if counts[c] >= RARE)))


def trouble(text: str) -> str:
    """Return why a reader's text can't be learned from, in one line; empty where it can."""
    if len(text) < LEAST:
        return f"Your text has {len(text):,} characters: give at least {LEAST:,}."
    if len(text) > MOST:
        return f"Your text has {len(text):,} characters: give at most {MOST:,}."
    parts = divide(text)
    if len(parts.vocabulary) < 2:
        return "Your text has fewer than two different characters that occur often: there is nothing to learn."
    unknown = sum(not number for number in parts.encode(parts.train)) / len(parts.train)
    return f"{unknown:.0%} of your text are characters that occur too rarely to be learned." if unknown > 0.2 else ""


def decode(content: bytes) -> str:
    """Return the text in a file that a reader gave, with plain line ends and no control characters.

    Raises `ValueError`, with a sentence for the reader, for a file that is no text in UTF-8.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("It is no text in UTF-8: save it as plain text (.txt) first.") from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\0"):
        raise ValueError("It holds bytes that no text has.")
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def _set(paragraphs: list[str]) -> str:
    """Return paragraphs in lines of at most `COLUMN` characters, an empty line after each."""
    return "".join(f"{textwrap.fill(each, COLUMN, break_long_words=False)}\n\n" for each in paragraphs)


def _paragraphs(path: Path) -> list[str]:
    return [line for line in map(tidy, path.read_text("utf-8").splitlines()) if line]


def _derive(folder: Path) -> None:
    """Write both texts: the novel whole and in order, every second speech since 1961."""
    novel = folder / "moby-dick" / "package" / "data"
    chapters = sorted(novel.glob("chapter_*.txt"), key=lambda path: int(path.stem.removeprefix("chapter_")))
    speeches = sorted((folder / "sotu" / "package" / "data").glob("[0-9]*.txt"))
    spoken = [path for path in speeches if int(path.name[:4]) >= 1961][::2]
    FOLDER.mkdir(exist_ok=True)
    for name, paths in (("novel", [*chapters, novel / "epilogue.txt"]), ("speeches", spoken)):
        text = _set([paragraph for path in paths for paragraph in _paragraphs(path)])
        packed = lzma.compress(text.encode(), preset=9)
        (FOLDER / f"{name}.txt.xz").write_bytes(packed)
        print(f"{name}: {len(paths)} files, {len(text):,} characters, {len(packed):,} bytes")


if __name__ == "__main__":
    _derive(Path(sys.argv[1]))
