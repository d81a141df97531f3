"""English sentences and their French translations from the help pages of LibreOffice: modern, plain, by human translators.

The pages are those of the Debian packages libreoffice-help-en-us and libreoffice-help-fr (7.4.7, MPL-2.0), unpacked
and not installed. They are used to train and measure a translator, and nothing of them ships with the app. A page has
the same name in both languages, and a paragraph that was translated keeps its id.
"""

import random
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

from core.data.pairs import LONGEST, SHORTEST, Pair
from core.data.prose import tidy

LANGUAGES = ("en-US", "fr")
TEXTS = ("p", "h1", "h2", "h3", "h4", "h5", "h6")
CODE = ("code", "codeintable", "smathcode")  # classes of paragraphs that hold a program and not a sentence
EMPTY = frozenset(("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"))
FEWEST, MOST = 0.5, 2.2  # characters of a translation, as a share of its source's
SENTENCE_END = re.compile(r"(?<=[a-zà-ÿ0-9)\"»][.!?]) (?=[A-ZÀ-Ý\"«])")


class _Page(HTMLParser):
    """Collects the text of each paragraph and heading that has an id, in reading order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[tuple[str, int], str] = {}
        self._seen: Counter[str] = Counter()
        self._open: list[tuple[str, bool]] = []  # elements that are open, and whether what they hold is left out
        self._key: tuple[str, int] | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in EMPTY:
            self._text.append(" ")
            return
        # What holds for one system or one program only stands beside the default, in an element with a class.
        self._open.append((tag, tag == "pre" or ("hidden" in given and "class" in given)))
        if tag in TEXTS:
            self._close()
            name = given.get("id")
            if name and given.get("class") not in CODE:
                self._key = (name, self._seen[name])
                self._seen[name] += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in TEXTS:
            self._close()
        if any(name == tag for name, _ in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._key and not any(left_out for _, left_out in self._open):
            self._text.append(data)

    def _close(self) -> None:
        if self._key:
            self.found[self._key] = tidy("".join(self._text))
        self._key, self._text = None, []


def paragraphs(html: str) -> dict[tuple[str, int], str]:
    """Return a page's paragraphs and headings by (id, how often that id came before), as plain text in reading order.

    What is shown for one operating system or program only is left out, and so are programs.
    """
    page = _Page()
    page.feed(html)
    page.close()
    return page.found


def sentences_of(english: str, french: str) -> list[tuple[str, str]]:
    """Return a paragraph and its translation sentence by sentence, or whole where the numbers of sentences differ."""
    sources, targets = SENTENCE_END.split(english), SENTENCE_END.split(french)
    if len(sources) != len(targets) or not all(map(_alike, sources, targets)):
        return [(english, french)]
    return list(zip(sources, targets, strict=True))


def translates(english: str, french: str) -> bool:
    """Return whether the one may be a translation of the other, as far as their looks tell.

    Their lengths are alike, they hold the same numbers, and they are not the same text, as where nobody has translated.
    """
    numbers = (Counter(re.findall(r"\d+", text)) for text in (english, french))
    return (
        english.lower() != french.lower()
        and _alike(english, french)
        and next(numbers) == next(numbers)
        and sum(map(str.isalpha, english)) > 0.7 * len(english.replace(" ", ""))
    )


def _alike(english: str, french: str) -> bool:
    # A few characters more or less say nothing about a short text.
    return FEWEST * len(english) - 5 <= len(french) <= MOST * len(english) + 10


def help_pairs(folder: Path, *, seed: int = 0) -> list[Pair]:
    """Return sentences of 3 to 40 words, each source once with its first translation, in an order drawn from `seed`.

    folder: the one that holds en-US/ and fr/ (usr/share/libreoffice/help in the unpacked packages). The first
    `HELD_OUT["help"]` are never trained on. Raises `OSError` where there are no pages.
    """
    root, other = (folder / language / "text" for language in LANGUAGES)
    names = sorted(path.relative_to(root) for path in root.rglob("*.html"))
    if not names:
        raise OSError(f"no help pages in {root}")
    found: dict[str, tuple[str, str]] = {}
    for name in names:
        if not (other / name).exists():
            continue
        source, target = (paragraphs((place / name).read_text("utf-8")) for place in (root, other))
        for key, text in source.items():
            for english, french in sentences_of(text, target.get(key, "")):
                if SHORTEST <= len(english.split()) <= LONGEST and translates(english, french):
                    found.setdefault(folded(english), (english, french))
    pairs = [Pair("help", *pair) for _, pair in sorted(found.items())]
    random.Random(seed).shuffle(pairs)
    return pairs


def folded(text: str) -> str:
    """Two sources that differ in capitals, numbers and the marks at their ends are one."""
    return re.sub(r"\d+", "0", text.lower()).strip(" .:;,!?\"'")
