"""Controlled English with its French: correct sentences in both languages, put together from the same choices.

The grammar is small and our own: each part of a sentence is made in both languages at once, so that the translation is
known and nobody else's. What changes places between the two is frequent on purpose: adjectives and compound nouns
("the European Monetary Union": "l'union monétaire européenne"), owners ("the teacher's car": "la voiture du professeur").
The words of the example in Bahdanau et al. 2014, figure 3, occur, but never "European Economic Area" together.
"""

from collections.abc import Callable

from core.data import french_lexicon as lex
from core.data.controlled import article, plural, verb
from core.data.french_forms import BE, FUTURE, HAVE, MODALS, WERE, French, agreeing, joined, plural_of
from core.data.french_phrases import Both, Entries, Phrases

APART = "european economic area"  # no sentence here holds it, so that its translation is never shown


class Grammar(Phrases):
    """Draws sentences in both languages; the same seed gives the same ones."""

    def says(self, who: Both, spec: tuple[str, str]) -> Both:
        """Return the verb as it agrees with its subject, in one of several tenses."""
        what, french = verb(spec[0]), French(spec[1])
        tail = f" {what.particle}" if what.particle else ""
        draw = self.rng.random()
        if draw < 0.12:
            english, other = f"will {what.base}", french.future + FUTURE[who.person]
        elif draw < 0.22:
            modal = self.rng.choice(list(MODALS))
            english, other = f"{modal} {what.base}", f"{MODALS[modal][who.person]} {french.infinitive}"
        elif draw < 0.3:
            english, other = f"did not {what.base}", _perfect(french, who, negated=True)
        elif draw < 0.36:
            english, other = f"{'has' if who.third else 'have'} {what.participle}", _perfect(french, who)
        elif draw < 0.42 and french.regular and who.person in french.past:
            english, other = f"{'was' if who.third else 'were'} {what.gerund}", french.past[who.person]
        elif draw < 0.7 and who.person in french.present:
            now = french.present[who.person]
            kind = self.rng.random()
            if kind < 0.2:
                english, other = f"{'does' if who.third else 'do'} not {what.base}", f"ne {now} pas"
            elif kind < 0.4:
                being = {"je": "am", "il": "is"}.get(who.person, "are")
                english, other = f"{being} {what.gerund}", now
            else:
                english, other = what.third if who.third else what.base, now
        else:
            english, other = what.past, _perfect(french, who)
        return Both(english + tail, other)

    # Clauses

    def clause(self) -> Both:
        """Return one of the patterns, without a full stop."""
        patterns: list[tuple[float, Callable[[], Both]]] = [
            (0.17, lambda: self._does(self.person(), lex.ON_THINGS, self.noun(lex.THINGS))),
            (0.05, lambda: self._does(self.person(), lex.ON_FOOD, self._food())),
            (0.09, lambda: self._does(self.person(), lex.ON_PEOPLE, self.noun(lex.PEOPLE + lex.ANIMALS))),
            (0.1, lambda: self._does(self.body(), lex.ON_DOCUMENTS, self.document())),
            (0.08, lambda: self._does(self.noun(lex.ABSTRACT), lex.OF_EVENTS, self.noun(lex.ABSTRACT))),
            (0.06, self._goes),
            (0.06, self._alone),
            (0.12, self._is),
            (0.22, self._passive),
            (0.05, self._there_is),
        ]
        weights, makers = zip(*patterns, strict=True)
        made: Both = self.rng.choices(makers, weights)[0]()
        return made

    def _does(self, who: Both, verbs: Entries, what: Both) -> Both:
        done = self.says(who, self.rng.choice(verbs))
        return Both(f"{who.english} {done.english} {what.english}", f"{who.french} {done.french} {what.french}")

    def _food(self) -> Both:
        food = self.one(lex.FOOD)
        whole = f"{'la' if food.gender == 'f' else 'le'} {food.french}"
        if self.chance(0.5):
            return Both(f"some {food.english}", f"de {whole}")
        return Both(f"the {food.english}", whole)

    def _goes(self) -> Both:
        goal = self.noun(lex.PLACES, most=1, plain=True)
        return self._does(self.person(), lex.TO_PLACES, Both(f"to {goal.english}", f"à {goal.french}"))

    def _alone(self) -> Both:
        who = self.noun(lex.ANIMALS) if self.chance(0.25) else self.person()
        return self._does(who, lex.ALONE, self.one(lex.ADVERBS) if self.chance(0.4) else self.where())

    def _is(self) -> Both:
        kinds = lex.THINGS + lex.PLACES + lex.ABSTRACT
        who = self.person() if self.chance(0.4) else self.institution() if self.chance(0.2) else self.noun(kinds)
        past, how = (
            self.chance(0.4),
            self.rng.choice([("", "")] * 3 + [("very ", "très "), ("too ", "trop "), ("not ", "")]),
        )
        being = "was" if past else {"je": "am", "il": "is"}.get(who.person, "are")
        being = "were" if past and who.person not in ("je", "il") else being
        adjective = self.rng.choice(lex.QUALITY + lex.BEFORE[:6])
        word = agreeing(adjective[1], who.gender, who.several)
        is_ = (WERE if past else BE)[who.person]
        french = f"ne {is_} pas {word}" if how[0] == "not " else f"{is_} {how[1]}{word}"
        return Both(f"{who.english} {being} {how[0]}{adjective[0]}", f"{who.french} {french}")

    def _passive(self) -> Both:
        if self.chance(0.35):
            what, verbs = self.institution(), lex.ON_BODIES
        elif self.chance(0.7):
            what, verbs = self.document(), lex.ON_DOCUMENTS
        else:
            what, verbs = self.noun(lex.THINGS + lex.PLACES), lex.ON_THINGS
        spec = self.rng.choice(verbs)
        done, french = verb(spec[0]), French(spec[1])
        word = agreeing(french.participle, what.gender, what.several)
        has, were = ("have been", "were") if what.several else ("has been", "was")
        english, helper = self.rng.choice(
            [(were, f"{HAVE[what.person]} été"), (were, f"{HAVE[what.person]} été"), (has, f"{HAVE[what.person]} été"),
             ("will be", "seront" if what.several else "sera"), ("can be", f"{MODALS['can'][what.person]} être")]
        )  # fmt: skip
        by = self.body() if self.chance(0.35) else None
        tail = self.when() if self.chance(0.7) else self.where()
        return Both(
            f"{what.english} {english} {done.participle}{f' by {by.english}' if by else ''} {tail.english}",
            f"{what.french} {helper} {word}{f' par {by.french}' if by else ''} {tail.french}",
        )

    def _there_is(self) -> Both:
        what, where = self.one(lex.THINGS + lex.ANIMALS + lex.PEOPLE), self.where()
        if self.chance(0.5):
            number = self.one(lex.NUMBERS)
            english, french = (
                f"are {number.english} {plural(what.english)}",
                f"{number.french} {plural_of(what.french)}",
            )
        else:
            chosen = [self.rng.choice(lex.BEFORE[:6] + lex.ORIGINS)] if self.chance(0.6) else []
            one = self._described(what, chosen, False, False)
            english, french = f"is {article(one.english)}", f"{'une' if what.gender == 'f' else 'un'} {one.french}"
        return Both(f"there {english} {where.english}", f"il y a {french} {where.french}")

    def _question(self) -> Both:
        if self.chance(0.4):
            what = self.noun(lex.THINGS + lex.PLACES)
            is_, est = ("are", "sont") if what.several else ("is", "est")
            return Both(f"where {is_} {what.english}", f"où {est} {what.french}")
        who, spec, what = self.person(), self.rng.choice(lex.ON_THINGS), self.noun(lex.THINGS)
        done, french = verb(spec[0]), French(spec[1])
        why, pourquoi = self.rng.choice([("", ""), ("why ", "pourquoi "), ("when ", "quand ")])
        return Both(
            f"{why}did {who.english} {done.base} {what.english}",
            f"{pourquoi}est-ce que {who.french} {_perfect(french, who)} {what.french}",
        )

    def sentence(self) -> Both:
        """Return a sentence in both languages, capitals and marks included."""
        made, end = self.clause(), "."
        draw = self.rng.random()
        if draw < 0.08:
            made, end = self._question(), "?"
        elif draw < 0.2:
            join, other = self.one(lex.JOINS), self.clause()
            comma = "," if join.english in ("but", "so") else ""
            made = Both(
                f"{made.english}{comma} {join.english} {other.english}",
                f"{made.french}{comma} {join.french} {other.french}",
            )
        elif draw < 0.28:
            who = self.person()
            said = self.says(who, self.rng.choice(lex.SAYING))
            made = Both(
                f"{who.english} {said.english} that {made.english}", f"{who.french} {said.french} que {made.french}"
            )
        elif draw < 0.35:
            when = self.when()
            made = Both(f"{when.english}, {made.english}", f"{when.french}, {made.french}")
        french = joined(made.french)
        if end == "." and self.chance(0.08):
            end = ""  # readers forget it, too
        return Both(upper_first(made.english) + end, upper_first(french) + (" ?" if end == "?" else end))


def _perfect(french: French, who: Both, *, negated: bool = False) -> str:
    return french.perfect(who.person, who.gender, who.several, negated=negated)


def upper_first(text: str) -> str:
    """Return the text with a capital first letter."""
    return text[0].upper() + text[1:]


def translated_sentences(count: int, *, seed: int = 0, longest: int = 24) -> list[tuple[str, str]]:
    """Return `count` different English sentences of 3 to `longest` words with their French; a seed gives the same ones.

    None holds the words "European Economic Area" one after the other.
    """
    grammar, found = Grammar(seed), dict[str, str]()
    while len(found) < count:
        made = grammar.sentence()
        if 3 <= len(made.english.split()) <= longest and APART not in made.english.lower():
            found.setdefault(made.english, made.french)
    return list(found.items())
