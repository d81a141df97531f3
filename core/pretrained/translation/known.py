"""Which characters of a text a translator does not know, and typographic signs, which are read as the plain ones.

The models have seen plain text: typographic quotes, dashes and spaces were made plain before training, as Moses'
`normalize-punctuation.perl` does (Koehn et al. 2007). Read as they are typed they would be unknown, and an unknown piece
draws a wild guess: "50 µm" became "50 million euros". What stays unknown is not guessed away here but told:
`Translator.unknown` returns the positions of such characters in the text, `characters` names them.

    >>> plain("“quoted” – text…")
    '"quoted" - text...'
    >>> load_translator("en-pt").unknown("“The price” is £5.")
    (15,)
    >>> characters("“The price” is £5.", (15,))
    ('£',)
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.pretrained.tokens import visible, whole

JOINER = "\u200d"

# What is typed -> what is read. Most are one to one; `origins` leads back from the others.
SIGNS = {
    **dict.fromkeys("“”„‟«»″〝〞", '"'),
    **dict.fromkeys("‘’‚‛‹›′´", "'"),
    **dict.fromkeys("‐‑‒–−﹣－", "-"),  # hyphens, the dash between numbers, the minus sign
    **dict.fromkeys("—―", " - "),
    "…": "...",
    "‥": "..",
    "⁄": "/",
    "ﬀ": "ff",
    "ﬁ": "fi",
    "ﬂ": "fl",
    "ﬃ": "ffi",
    "ﬄ": "ffl",
    "▁": "_",  # looks like it, and is how the pieces write a space
    # Spaces that do not break or have a width of their own; NUL, the one control character that would be a piece.
    **dict.fromkeys("\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "),
    **dict.fromkeys("\x00\u200b\u2028\u2029", " "),
    # Nothing to be seen: soft hyphen, joiners, direction marks, byte order mark.
    **dict.fromkeys("\u00ad\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff", ""),
}  # fmt: skip
TABLE = str.maketrans(SIGNS)


def plain(text: str) -> str:
    """Return the text as the translators read it: typographic signs as plain ones, lone surrogates as U+FFFD.

    Text in plain ASCII comes back as it is, but for NUL, which is a space. A translator reads this by itself.
    """
    return whole(text).translate(TABLE)


def origins(text: str) -> tuple[int, ...]:
    """Return for each character of `plain(text)` the position in `text` of the one that it was made from.

    >>> plain("a… b"), origins("a… b")
    ('a... b', (0, 1, 1, 1, 2, 3))
    """
    return tuple(at for at, character in enumerate(whole(text)) for _ in SIGNS.get(character, character))


@dataclass(frozen=True)
class Cut:
    """How a tokenizer cut `plain(text)`: its pieces, where each stands there (start, stop), and which are unknown.

    `normal`: what the tokenizer makes of a text before it cuts it.
    """

    pieces: Sequence[str]
    spans: Sequence[tuple[int, int]]
    unknown: Sequence[bool]
    normal: Callable[[str], str]

    def changed(self, read: str) -> set[int]:
        """Return the positions of characters that are lost, or become another number ("²" is read as 2)."""
        return {at for at, character in enumerate(read) if not character.isascii() and _changed(character, self.normal)}


def unknown(text: str, cut: Cut) -> tuple[int, ...]:
    """Return the positions in the typed text, from 0 and in order, of the characters that the model has no piece for.

    Counted too are characters that are lost although they can be seen, and numbers that are taken for others. White
    space, control characters and what can't be seen are not.
    """
    read, came_from, typed = plain(text), origins(text), whole(text)
    found = cut.changed(read)
    for (start, stop), without in zip(cut.spans, cut.unknown, strict=True):
        found |= set(range(start, stop)) if without else set()
    positions = {came_from[at] for at in found if not _unseen(read[at])}
    for at, character in enumerate(typed):
        if at - 1 in positions and _belongs(character):
            positions.add(at)
    return tuple(sorted(positions))


def unknown_pieces(text: str, cut: Cut) -> tuple[int, ...]:
    """Return the positions, from 0 and in order, of the pieces that hold what `unknown` finds."""
    changed = cut.changed(plain(text))
    rows = zip(cut.pieces, cut.spans, cut.unknown, strict=True)
    return tuple(
        at
        for at, (piece, span, without) in enumerate(rows)
        if without or (piece != "▁" and not changed.isdisjoint(range(*span)))
    )


def characters(text: str, positions: Sequence[int]) -> tuple[str, ...]:
    """Return what stands at these positions of a text, each once, in order, as it can be shown to a reader.

    What belongs together stays together: a letter and its accents, the parts of an emoji. An accent on a letter that is
    known stands on a dotted circle.

    >>> characters("£5 and £6, 50 µm", (0, 7, 14))
    ('£', 'µ')
    """
    typed, found = whole(text), list[str]()
    for before, at in zip((-2, *positions), positions, strict=False):
        joined = before == at - 1 and (_belongs(typed[at]) or typed[before] == JOINER)
        if joined:
            found[-1] += typed[at]
        else:
            found.append("◌" + typed[at] if _belongs(typed[at]) else typed[at])
    return tuple(dict.fromkeys(visible(unicodedata.normalize("NFC", each)) for each in found))


def _changed(character: str, normal: Callable[[str], str]) -> bool:
    """Return whether a character is lost or becomes another number before the text is cut."""
    if _unseen(character):
        return False
    read = normal(character)
    return not read.strip() or (unicodedata.category(character) == "No" and read != character)


def _unseen(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Zs", "Zl", "Zp")


def _belongs(character: str) -> bool:
    """Return whether a character changes the one before it: an accent, a variation selector, a joiner, a tone of skin."""
    return character == JOINER or unicodedata.category(character)[0] == "M" or "🏻" <= character <= "🏿"
