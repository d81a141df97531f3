"""Which words of a text are split into two spellings, and how. No torch: a page asks first whether a text will do."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

SPLIT, FEWEST, OFTEN = 12, 4, 10  # words to split, and at least; how often each must occur
LEAST = 1_000  # words of a text
REACH = 4  # words of a passage on each side
MARK = "\u2032"  # ends the second spelling
_FUNCTION = """
a about after again all also although always am among an and another any are around as at away back be because been
before being between both but by can cannot could did do does don done down each either else enough even ever every
few for from get gets go goes had has have having he her here him himself his how however i if in into is isn it it's
its itself just least less let like made make makes many may me might more most much must my never no nor not nothing
now of off often on once one only or other others our out over own perhaps quite rather really s same seems she should
since so some something still such t than that that's the their them themselves then there these they this those
though through to too two under until up upon us very was way we well were what when where whether which while who
whom whose why will with without would yet you your don't doesn't isn't can't didn't won't i'm you're there's he's
she's they're first new three four five mr mrs ms
"""
FUNCTION = frozenset(_FUNCTION.split())


def words_of(text: str) -> list[str]:
    """Return a text's words in small letters; numbers and signs are left out."""
    return re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text.lower())


def choose(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words to split: the most frequent of at least three letters that are no function words of English."""
    often = [w for w, n in Counter(words).most_common(400) if n >= OFTEN and len(w) > 2 and w not in FUNCTION]
    return tuple(often[:SPLIT])


def trouble(text: str) -> str:
    """Return why nothing can be learned from a text, in a sentence for the reader; empty where something can."""
    words = words_of(text)
    if len(words) < LEAST:
        return f"Your text has {len(words):,} words, and {LEAST:,} are needed to learn anything."
    if len(choose(words)) < FEWEST:
        return f"Hardly any word of your text occurs {OFTEN} times: a longer text is needed."
    return ""


def write_twice(words: Sequence[str], split: Sequence[str], rng: np.random.Generator) -> list[str]:
    """Return the text with each split word written with a mark at half of its places, drawn by chance."""
    found = list(words)
    for word in split:
        places = [at for at, other in enumerate(words) if other == word]
        for at in rng.permutation(places)[: len(places) // 2]:
            found[at] = word + MARK
    return found


def passage(tokens: list[str], word: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return words around a place of `word`, one with much to say of it, and some words from elsewhere in the text."""
    places = [n for n in range(REACH, len(tokens) - REACH) if tokens[n] == word][:400] or [REACH]
    at = max(places, key=lambda n: len(set(tokens[n - 2 : n + 3]) - FUNCTION))
    far = [tokens[(at + 997 * n) % len(tokens)] for n in range(1, 4)]
    return tuple(tokens[at - REACH : at + REACH + 1]), tuple(far)
