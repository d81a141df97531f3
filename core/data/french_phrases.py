"""Noun phrases, dates and places in English and French at once, for the controlled sentences."""

import random
from dataclasses import dataclass

from core.data import french_lexicon as lex
from core.data.controlled import article, plural
from core.data.french_forms import PERSONS, agreeing, plural_of, vowel
from core.data.lexicon import words

Entries = tuple[tuple[str, str], ...]
MASS = frozenset(
    words("""
    peace health justice freedom music work trade climate growth life truth history education development energy
    economy society culture science technology
""")
)
OWNERS = {"my": ("mon", "ma", "mes"), "his": ("son", "sa", "ses"), "her": ("son", "sa", "ses"),
          "our": ("notre", "notre", "nos"), "your": ("votre", "votre", "vos"), "their": ("leur", "leur", "leurs")}  # fmt: skip


@dataclass(frozen=True)
class Both:
    """A part of a sentence in English and French; for a noun phrase also what has to agree with it."""

    english: str
    french: str
    gender: str = "m"
    several: bool = False
    person: str = "il"  # one of PERSONS

    @property
    def third(self) -> bool:
        """Whether an English verb takes an s after it."""
        return self.person == "il"


class Phrases:
    """Draws parts of sentences in both languages; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def chance(self, share: float) -> bool:
        """Return True so often."""
        return self.rng.random() < share

    def one(self, listed: Entries) -> Both:
        """Return one of the entries, with its gender if it has one."""
        english, french = self.rng.choice(listed)
        word, _, gender = french.partition("/")
        return Both(english, word, gender) if gender in ("m", "f") else Both(english, french)

    def noun(self, listed: Entries, *, most: int = 2, plain: bool = False) -> Both:
        """Return a noun phrase about one of these nouns, with at most so many adjectives."""
        head = self.one(listed)
        several = self.chance(0.25) and head.english not in MASS
        abstract = listed in (lex.DOCUMENTS, lex.BODIES, lex.ABSTRACT)
        kinds = [(lex.BEFORE, 0.2), (lex.QUALITY, 0.25), (lex.ORIGINS, 0.2)]
        kinds.insert(*((3, (lex.FIELDS, 0.3)) if abstract else (2, (lex.COLOURS, 0.1))))
        chosen = [self.rng.choice(words) for words, share in kinds if self.chance(share)][:most]
        matter = abstract and self.chance(0.2)
        return self._determined(self._described(head, chosen, several, matter), plain)

    def _described(self, head: Both, chosen: list[tuple[str, str]], several: bool, matter: bool) -> Both:
        words, noun = [english for english, _ in chosen], plural_of(head.french) if several else head.french
        behind, before = "", ""
        for one in chosen:
            if one in lex.BEFORE:
                before = agreeing(one[1], head.gender, several, noun) + " "
            else:
                behind = f" {agreeing(one[1], head.gender, several)}{behind}"
        if matter:
            about = self.one(lex.MATTERS)
            words, behind = [*words, about.english], f" {about.french}{behind}"
        english = " ".join([*words, plural(head.english) if several else head.english])
        return Both(english, f"{before}{noun}{behind}", head.gender, several, "ils" if several else "il")

    def _determined(self, what: Both, plain: bool) -> Both:
        """Return it with an article, a number, an owner."""
        one = 2 if what.several else 1 if what.gender == "f" else 0
        draw = self.rng.random()
        english, french = f"the {what.english}", f"{('le', 'la', 'les')[one]} {what.french}"
        if draw < 0.15:
            name = self.rng.choice(list(OWNERS))
            word = OWNERS[name][one]
            word = {"ma": "mon", "sa": "son"}.get(word, word) if vowel(what.french) else word
            english, french = f"{name} {what.english}", f"{word} {what.french}"
        elif draw < 0.23:
            word = "cet" if one == 0 and vowel(what.french) else ("ce", "cette", "ces")[one]
            english, french = f"{'these' if what.several else 'this'} {what.english}", f"{word} {what.french}"
        elif draw < 0.27 and not what.several:
            english, french = f"every {what.english}", f"chaque {what.french}"
        elif draw < 0.45 and what.several:
            number = self.one(lex.NUMBERS)
            english, french = f"{number.english} {what.english}", f"{number.french} {what.french}"
        elif draw < 0.55 and not what.several and what.english not in MASS:
            english, french = article(what.english), f"{('un', 'une')[one]} {what.french}"
        elif draw < 0.7 and not plain:
            owner = self.person_phrase()
            if self.chance(0.6):
                tail = "'" if owner.several and owner.english.endswith("s") else "'s"
                english = f"{owner.english}{tail} {what.english}"
            else:
                english = f"the {what.english} of {owner.english}"
            french = f"{french} de {owner.french}"
        return Both(english, french, what.gender, what.several, what.person)

    def person_phrase(self) -> Both:
        """Return a name, or somebody described in few words."""
        return self._name() if self.chance(0.3) else self.noun(lex.PEOPLE, most=1, plain=True)

    def _name(self) -> Both:
        name = self.one(lex.NAMES)
        return Both(name.english, name.french, "f" if name.english in lex.WOMEN else "m")

    def institution(self) -> Both:
        """Return a name such as "the European Monetary Union", in capitals or not."""
        head = self.one(lex.AREAS)
        chosen = [self.rng.choice(lex.ORIGINS)] if self.chance(0.75) else []
        chosen += [self.rng.choice(lex.FIELDS)] if self.chance(0.8) or not chosen else []
        what = self._described(head, chosen, False, False)
        english = what.english.title() if self.chance(0.6) else what.english
        return Both(f"the {english}", f"{'la' if head.gender == 'f' else 'le'} {what.french}", head.gender)

    def person(self) -> Both:
        """Return somebody: a pronoun, a name or a description."""
        draw = self.rng.random()
        if draw < 0.35:
            who = self.one(lex.PRONOUNS)
            person = who.french if who.french in PERSONS else "il"
            return Both(
                who.english, who.french, "f" if who.english == "she" else "m", who.english in ("we", "they"), person
            )
        return self._name() if draw < 0.5 else self.noun(lex.PEOPLE)

    def body(self) -> Both:
        """Return a group that acts."""
        return self.institution() if self.chance(0.35) else self.noun(lex.BODIES, plain=True)

    def document(self) -> Both:
        """Return something written, often with what it is about."""
        base = self.noun(lex.DOCUMENTS, plain=True)
        if self.chance(0.5):
            about = self.institution() if self.chance(0.6) else self.noun(lex.ABSTRACT, plain=True)
            preposition = "on" if self.chance(0.7) else "about"
            english, french = f"{base.english} {preposition} {about.english}", f"{base.french} sur {about.french}"
            return Both(english, french, base.gender, base.several, base.person)
        return base

    def when(self) -> Both:
        """Return a date or another word for when."""
        draw, year = self.rng.random(), self.rng.randint(1900, 2025)
        month, day = self.one(lex.MONTHS), self.rng.randint(2, 28)
        if draw < 0.3:
            return Both(f"in {month.english} {year}", f"en {month.french} {year}")
        if draw < 0.4:
            return Both(f"in {year}", f"en {year}")
        if draw < 0.5:
            written = f"{month.english} {day}," if self.chance(0.5) else f"{day} {month.english}"
            return Both(f"on {written} {year}", f"le {day} {month.french} {year}")
        if draw < 0.6:
            week = self.one(lex.DAYS)
            return Both(f"on {week.english}", week.french)
        return self.one(lex.WHEN)

    def where(self) -> Both:
        """Return a place."""
        if self.chance(0.4):
            return self.one(lex.LANDS)
        near = {"in": "dans", "near": "près de", "behind": "derrière", "in front of": "devant", "next to": "à côté de"}
        english, place = self.rng.choice(list(near)), self.noun(lex.PLACES, most=1, plain=True)
        return Both(f"{english} {place.english}", f"{near[english]} {place.french}")
