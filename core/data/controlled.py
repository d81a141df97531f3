"""Controlled English: correct sentences of every length from 3 to 40 words, put together from a few thousand words.

Natural sentences are too varied for a translator of a few million parameters that is trained for hours. These are
not: the same words and patterns come again in ever new combinations, so that what such a translator gets wrong says
something about its design. Patterns whose words change places in Romance languages are frequent on purpose: stacked
adjectives, compound nouns, "the agreement on the European Economic Area was signed in August 1992".
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from core.data import lexicon as lex

VOWELS = "aeiou"
DOUBLING = frozenset(lex.words("run win swim cut begin sit forget stop drop travel"))
PLURALS = {"man": "men", "woman": "women", "child": "children", "wife": "wives", "mouse": "mice", "sheep": "sheep",
           "fish": "fish", "goose": "geese", "wolf": "wolves", "knife": "knives", "thief": "thieves", "shelf": "shelves",
           "policeman": "policemen", "fisherman": "fishermen", "life": "lives", "crisis": "crises"}  # fmt: skip
SUBJECTS = {"I": 1, "you": 2, "he": 3, "she": 3, "we": 4, "they": 4}
OBJECTS = ("me", "you", "him", "her", "us", "them")
OWNERS = ("my", "your", "his", "her", "our", "their")


@dataclass(frozen=True)
class Verb:
    """A verb in the forms that the grammar needs; `particle` follows it ("wait for", "wake up")."""

    base: str
    third: str
    past: str
    participle: str
    particle: str = ""

    @property
    def gerund(self) -> str:
        """Return the form in -ing."""
        if self.base in DOUBLING:
            return self.base + self.base[-1] + "ing"
        return (self.base[:-1] if self.base.endswith("e") and self.base not in ("see", "be") else self.base) + "ing"


@dataclass(frozen=True)
class Noun:
    """A noun phrase: its words, and whether it is one thing or several."""

    words: str
    plural: bool = False
    person: int = 3


def verb(spec: str) -> Verb:
    """Return the verb that "base/third/past/participle:particle" means; "-" and what is missing are regular."""
    forms, _, particle = spec.partition(":")
    base, *given = forms.split("/")
    third, past, participle = (*given, "-", "-", "-")[:3]
    regular = base + ("d" if base.endswith("e") else "ed")
    if base.endswith("y") and base[-2] not in VOWELS:
        regular = base[:-1] + "ied"
    past = regular if past == "-" else past
    return Verb(
        base, plural(base) if third == "-" else third, past, past if participle == "-" else participle, particle
    )


def plural(noun: str) -> str:
    """Return the plural of a noun (and, by the same rules, the third person of a regular verb)."""
    if noun in PLURALS:
        return PLURALS[noun]
    if noun.endswith(("s", "x", "z", "ch", "sh")) or noun in ("potato", "tomato"):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in VOWELS:
        return noun[:-1] + "ies"
    return noun + "s"


def article(words: str) -> str:
    """Return the words with "a" or "an" before them, by their first letter's sound."""
    sounds_like_vowel = words[0].lower() in VOWELS and not words.lower().startswith(("uni", "use", "euro"))
    return ("an " if sounds_like_vowel or words.startswith(("hour", "honest")) else "a ") + words


class Grammar:
    """Draws sentences; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def sentence(self, length: int) -> str:
        """Return a sentence of about `length` words (3 to 40): a clause, to which others are joined until it is long enough."""
        words = self._first(length)
        while len(words.split()) < length - 3:
            words = self._longer(words, length - len(words.split()))
        end = "."
        if len(words.split()) <= 14 and self.chance(0.12):
            words, end = self._question(), "?"
        return words[0].upper() + words[1:] + end

    def chance(self, share: float) -> bool:
        """Return True so often."""
        return self.rng.random() < share

    def one(self, words: tuple[str, ...]) -> str:
        """Return one of the words."""
        return self.rng.choice(words)

    # Noun phrases

    def adjectives(self, most: int) -> str:
        """Return up to so many adjectives, in the order in which they stand before a noun, with a blank after each."""
        kinds = [(lex.QUALITY, 0.45), (lex.COLOURS, 0.1), (lex.ORIGINS, 0.2), (lex.FIELDS, 0.25)]
        found = [self.one(words) for words, share in kinds if self.chance(share)]
        return "".join(f"{word} " for word in found[:most])

    def noun(self, words: tuple[str, ...], *, most: int = 2, plain: bool = False) -> Noun:
        """Return a noun phrase about one of these nouns."""
        head = self.one(words)
        several = self.chance(0.3)
        described = self.adjectives(most) + (plural(head) if several else head)
        draw = self.rng.random()
        if several and draw < 0.25:
            return Noun(f"{self.one(lex.NUMBERS)} {described}", True)
        if not several and draw < 0.3:
            return Noun(article(described))
        if draw < 0.45:
            return Noun(f"{self.one(OWNERS)} {described}", several)
        if draw < 0.55:
            return Noun(f"{'these' if several else 'this'} {described}", several)
        if draw < 0.62 and not several:
            return Noun(f"every {described}")
        if draw < 0.7 and not plain:
            return Noun(f"the {described} of {self.noun(lex.PLACES + lex.PEOPLE, most=1, plain=True).words}", several)
        return Noun(f"the {described}", several)

    def institution(self) -> Noun:
        """Return a name such as "the European Economic Area"."""
        parts = [self.one(lex.ORIGINS)] if self.chance(0.6) else []
        parts += [self.one(lex.FIELDS).capitalize()] if self.chance(0.8) or not parts else []
        return Noun(f"the {' '.join(parts)} {self.one(lex.AREAS).capitalize()}")

    def person(self) -> Noun:
        """Return somebody: a pronoun, a name or a description."""
        draw = self.rng.random()
        if draw < 0.3:
            word = self.one(tuple(SUBJECTS))
            return Noun(word, SUBJECTS[word] == 4, SUBJECTS[word])
        if draw < 0.5:
            return Noun(self.one(lex.NAMES))
        return self.noun(lex.PEOPLE)

    def body(self) -> Noun:
        """Return a group that acts."""
        return self.institution() if self.chance(0.3) else self.noun(lex.BODIES, plain=True)

    def document(self) -> Noun:
        """Return something written, often with what it is about."""
        base = self.noun(lex.DOCUMENTS, plain=True)
        if self.chance(0.5):
            about = self.institution() if self.chance(0.4) else self.noun(lex.ABSTRACT, plain=True)
            return Noun(f"{base.words} {self.one(('on', 'about'))} {about.words}", base.plural)
        return base

    # Clauses

    def when(self) -> str:
        """Return a date or another word for when."""
        draw = self.rng.random()
        if draw < 0.35:
            return f"in {self.one(lex.MONTHS)} {self.rng.randint(1900, 2025)}"
        if draw < 0.45:
            return f"on {self.one(lex.DAYS)}"
        return self.one(lex.WHEN)

    def where(self) -> str:
        """Return a place."""
        draw = self.rng.random()
        if draw < 0.35:
            return f"in {self.one(lex.CITIES + lex.COUNTRIES)}"
        return f"{self.one(('in', 'near', 'behind', 'in front of', 'next to'))} {self.noun(lex.PLACES, most=1, plain=True).words}"

    def says(self, who: Noun, what: Verb) -> str:
        """Return the verb as it agrees with its subject, in one of several tenses."""
        third = who.person == 3 and not who.plural
        tail = f" {what.particle}" if what.particle else ""
        draw = self.rng.random()
        if draw < 0.4:
            return what.past + tail
        if draw < 0.6:
            return (what.third if third else what.base) + tail
        if draw < 0.7:
            return f"{self.one(lex.MODALS)} {what.base}{tail}"
        if draw < 0.78:
            return f"did not {what.base}{tail}"
        if draw < 0.84:
            return f"{'does' if third else 'do'} not {what.base}{tail}"
        if draw < 0.92:
            return f"{'has' if third else 'have'} {what.participle}{tail}"
        being = "am" if who.person == 1 else "is" if third else "are"
        return f"{being} {what.gerund}{tail}"

    def clause(self) -> str:
        """Return one of the patterns, without a full stop."""
        patterns: list[tuple[float, Callable[[], str]]] = [
            (0.2, lambda: self._does(self.person(), lex.ON_THINGS, self.noun(lex.THINGS))),
            (0.06, lambda: self._does(self.person(), lex.ON_FOOD, self.noun(lex.FOOD, most=1))),
            (0.1, lambda: self._does(self.person(), lex.ON_PEOPLE, self._somebody())),
            (0.1, lambda: self._does(self.body(), lex.ON_DOCUMENTS, self.document())),
            (0.08, lambda: self._does(self.noun(lex.ABSTRACT), lex.OF_EVENTS, self.noun(lex.ABSTRACT))),
            (0.08, self._goes),
            (0.07, self._alone),
            (0.12, self._is),
            (0.14, self._passive),
            (0.05, self._there_is),
        ]
        weights, makers = zip(*patterns, strict=True)
        made: str = self.rng.choices(makers, weights)[0]()
        return made

    def _does(self, who: Noun, verbs: tuple[str, ...], what: Noun) -> str:
        return f"{who.words} {self.says(who, verb(self.one(verbs)))} {what.words}"

    def _somebody(self) -> Noun:
        return Noun(self.one(OBJECTS)) if self.chance(0.3) else self.noun(lex.PEOPLE + lex.ANIMALS)

    def _goes(self) -> str:
        who = self.person()
        goal = self.one(lex.CITIES) if self.chance(0.4) else self.noun(lex.PLACES, most=1, plain=True).words
        return f"{who.words} {self.says(who, verb(self.one(lex.TO_PLACES)))} to {goal}"

    def _alone(self) -> str:
        who = self.noun(lex.ANIMALS) if self.chance(0.25) else self.person()
        tail = f" {self.one(lex.ADVERBS[:5])}" if self.chance(0.3) else ""
        return f"{who.words} {self.says(who, verb(self.one(lex.ALONE)))}{tail}"

    def _is(self) -> str:
        who = self.person() if self.chance(0.5) else self.noun(lex.THINGS + lex.PLACES + lex.ABSTRACT)
        past = self.chance(0.4)
        several = who.plural or who.person == 2
        being = ("were" if several else "was") if past else "am" if who.person == 1 else "are" if several else "is"
        how = self.one(("", "", "", "very ", "not ", "too "))
        return f"{who.words} {being} {how}{self.one(lex.QUALITY[:90])}"

    def _passive(self) -> str:
        what = self.document() if self.chance(0.6) else self.noun(lex.THINGS + lex.PLACES)
        done = verb(self.one(lex.ON_DOCUMENTS if self.chance(0.6) else ("build/-/built", "open", "close", "destroy")))
        being = self.one(("were", "are", "have been") if what.plural else ("was", "is", "has been"))
        by = f" by {self.body().words}" if self.chance(0.4) else ""
        return f"{what.words} {being} {done.participle}{by} {self.when() if self.chance(0.6) else self.where()}"

    def _there_is(self) -> str:
        count = self.one(lex.NUMBERS)
        if self.chance(0.5):
            return f"there are {count} {plural(self.one(lex.THINGS + lex.ANIMALS + lex.PEOPLE))} {self.where()}"
        return f"there is {article(self.adjectives(1) + self.one(lex.THINGS + lex.ANIMALS))} {self.where()}"

    def _question(self) -> str:
        who = self.person()
        third = who.person == 3 and not who.plural
        done = verb(self.one(lex.ON_THINGS))
        asks = self.one(("", "", "why ", "when ", "where "))
        helper = self.one(("did", "does" if third else "do", "can", "will"))
        return f"{asks}{helper} {who.words} {done.base} {self.noun(lex.THINGS).words}"

    # Length

    def _first(self, length: int) -> str:
        """Return a clause that is not much longer than wanted, the shortest of a few when none fits."""
        tries = [self.clause() for _ in range(8)]
        fitting = [one for one in tries if len(one.split()) <= length]
        return fitting[0] if fitting else min(tries, key=lambda one: len(one.split()))

    def _longer(self, words: str, room: int) -> str:
        """Return the sentence with something more, of at most about `room` words."""
        if room <= 4:
            return f"{words} {self.when() if self.chance(0.5) else self.where()}"
        other = self._first(room - 1)
        who = self.person()
        draw = self.rng.random()
        if draw < 0.35:
            return f"{words}{self.one((' and', ', but', ' because', ' when', ' although', ' while', ', so', ' if'))} {other}"
        if draw < 0.5:
            return f"{self.one(('when', 'if', 'because', 'although', 'after', 'before'))} {other}, {words}"
        if draw < 0.7:
            return f"{who.words} {self.says(who, verb(self.one(lex.SAYING)))} that {words}"
        if draw < 0.8:
            return f"{self.when()}, {words}"
        return f"{words} {self.where()}" if draw < 0.9 else f"{words} {self.when()}"


def sentences(count: int, *, seed: int = 0, shortest: int = 3, longest: int = 40) -> list[str]:
    """Return `count` different sentences whose lengths are spread evenly, in words; the same seed gives the same ones."""
    grammar, found = Grammar(seed), dict[str, None]()
    while len(found) < count:
        made = grammar.sentence(grammar.rng.randint(shortest, longest))
        if shortest <= len(made.split()) <= longest:
            found[made] = None
    return list(found)
