"""Emoji: small pictures by two artists, each with its name in English and French. Made by `core.data.emoji_sheets`."""

import json
import random
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import UInt8

FOLDER = Path(__file__).with_name("emoji_pictures")
SIDE = 32  # pixels
Artist = Literal["noto", "twemoji"]
Language = Literal["en", "fr"]
Part = Literal["train", "pairs", "things"]
ARTISTS: tuple[Artist, ...] = ("noto", "twemoji")
LANGUAGES: tuple[Language, ...] = ("en", "fr")
SEED = 0  # of the split
PAIRS, THINGS = 0.3, 0.1  # of the occupations, and of what shows nobody
SOMEBODY = frozenset(["man", "woman", "person"])
TONES = frozenset(["light", "medium-light", "medium", "medium-dark", "dark", "skin", "tone"])
ALWAYS = "man playing handball"  # the nearest to the course notes' player who throws a ball: kept apart in any case
_WORD = re.compile(r"[\w’'-]+")


@dataclass(frozen=True)
class Emoji:
    """Pictures of 32 x 32 pixels and their names as words, in one order.

    `parts`: "train"; "pairs", somebody and an occupation, whose words were all trained on, but not together, in any skin
    tone; "things", of which nothing was trained on.
    """

    signs: tuple[str, ...]
    names: dict[Language, tuple[tuple[str, ...], ...]]
    pictures: dict[Artist, UInt8[np.ndarray, "emoji 32 32 3"]]
    parts: tuple[Part, ...]

    def of(self, part: Part) -> list[int]:
        """Return the numbers of the pictures of a part."""
        return [number for number, each in enumerate(self.parts) if each == part]


def load_emoji(folder: Path = FOLDER, *, seed: int = SEED) -> Emoji:
    """Return all pictures, parted by `seed`."""
    rows = json.loads((folder / "names.json").read_text("utf-8"))
    names = {language: tuple(words_of(row[1 + at]) for row in rows) for at, language in enumerate(LANGUAGES)}
    with np.load(folder / "pictures.npz", allow_pickle=False) as held:
        pictures = {artist: held[f"{artist}_colours"][held[artist]] for artist in ARTISTS}
    parts = _parted(names["en"], [row[3] for row in rows], random.Random(seed))
    return Emoji(tuple(row[0] for row in rows), names, pictures, parts)


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name, without signs between them."""
    return tuple(word.replace("'", "’") for word in _WORD.findall(name.lower()))


def without_tone(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of an English name that say nothing of a skin tone."""
    return tuple(word for word in words if word not in TONES) if "skin" in words else words


def _parted(names: tuple[tuple[str, ...], ...], people: list[bool], rng: random.Random) -> tuple[Part, ...]:
    """Keep one of the genders of some occupations apart, and some of the things."""
    by_occupation: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    for name, is_people in zip(names, people, strict=True):
        base = without_tone(name)
        if is_people and sum(word in SOMEBODY for word in base) == 1:
            by_occupation[tuple(word for word in base if word not in SOMEBODY)].add(base)
    several = sorted(job for job, bases in by_occupation.items() if job and len(bases) > 1)
    chosen = rng.sample(several, round(PAIRS * len(several)))
    apart = {rng.choice(sorted(by_occupation[job])) for job in chosen} | {words_of(ALWAYS)}
    things = [number for number, is_people in enumerate(people) if not is_people]
    new = set(rng.sample(things, round(THINGS * len(things))))
    return tuple(
        "things" if number in new else "pairs" if is_people and without_tone(name) in apart else "train"
        for number, (name, is_people) in enumerate(zip(names, people, strict=True))
    )
