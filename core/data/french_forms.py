"""French word forms for the controlled sentences: plurals, agreement, elision, and the tenses of a verb."""

import re

VOWELS = "aàâeéèêiîoôuûyœæ"
ELIDED = re.compile(rf"\b(le|la|je|ne|que|de) (?=[{VOWELS}]|h(?!uit))", re.IGNORECASE)
PERSONS = ("je", "nous", "vous", "il", "ils")
HAVE = dict(zip(PERSONS, ("ai", "avons", "avez", "a", "ont"), strict=True))
BE = dict(zip(PERSONS, ("suis", "sommes", "êtes", "est", "sont"), strict=True))
WERE = dict(zip(PERSONS, ("étais", "étions", "étiez", "était", "étaient"), strict=True))
FUTURE = dict(zip(PERSONS, ("ai", "ons", "ez", "a", "ont"), strict=True))
PRESENT = dict(zip(PERSONS, ("e", "ons", "ez", "e", "ent"), strict=True))
MODALS = {
    "can": dict(zip(PERSONS, ("peux", "pouvons", "pouvez", "peut", "peuvent"), strict=True)),
    "must": dict(zip(PERSONS, ("dois", "devons", "devez", "doit", "doivent"), strict=True)),
}
STEMS = {
    "voir": "verr", "vouloir": "voudr", "tenir": "tiendr", "venir": "viendr", "aller": "ir", "recevoir": "recevr",
    "envoyer": "enverr", "acheter": "achèter", "jeter": "jetter", "rejeter": "rejetter", "appeler": "appeller",
    "nettoyer": "nettoier", "savoir": "saur", "soutenir": "soutiendr",
}  # fmt: skip
WITH_BE = ("aller", "venir", "retourner")


def joined(text: str) -> str:
    """Return French with what its words do to one another: "le accord" is "l'accord", "de le chat" is "du chat"."""
    text = ELIDED.sub(lambda found: found[1][:-1] + "'", text)
    for pattern, short in ((r"\bde des\b", "de"), (r"\bde le\b", "du"), (r"\bde les\b", "des"), (r"\bà le\b", "au"),
                           (r"\bà les\b", "aux")):  # fmt: skip
        text = re.sub(pattern, short, text)
    return ELIDED.sub(lambda found: found[1][:-1] + "'", text)


def plural_of(word: str) -> str:
    """Return the plural of a French noun or masculine adjective."""
    if word.endswith(("s", "x", "z")):
        return word
    if word.endswith("al") and word != "festival":
        return word[:-1] + "ux"
    if word.endswith(("eau", "jeu")):
        return word + "x"
    return "travaux" if word == "travail" else word + "s"


def feminine(word: str) -> str:
    """Return the feminine of a French adjective or participle in its regular form."""
    for end, other in (("er", "ère"), ("eux", "euse"), ("ien", "ienne"), ("éen", "éenne"), ("el", "elle"), ("f", "ve"),
                       ("e", "e")):  # fmt: skip
        if word.endswith(end):
            return word.removesuffix(end) + other
    return word + "e"


def agreeing(entry: str, gender: str, several: bool, before: str = "") -> str:
    """Return an adjective ("vieux/vieille/vieil") as it agrees; `before`: the word that it stands before, if any."""
    forms = entry.split("/")
    if gender == "f":
        word = forms[1] if len(forms) > 1 else feminine(forms[0])
        return word + "s" if several else word
    if several:
        return plural_of(forms[0])
    return forms[2] if len(forms) > 2 and vowel(before) else forms[0]


def vowel(word: str) -> bool:
    """Return whether a French word begins with a vowel or with an h that is not heard."""
    return word[:1].lower() in VOWELS + "h" and bool(word) and not word.startswith("huit")


class French:
    """A French verb: its infinitive, participle, and its forms by person where they are known."""

    def __init__(self, spec: str) -> None:
        self.infinitive, *given = spec.split()
        stem = self.infinitive[:-2]
        self.regular = not given
        self.participle = given[0] if given else stem + "é"
        self.present = {"il": given[1], "ils": given[2]} if len(given) > 2 else {}
        if self.regular:
            soft = {"g": stem + "e", "c": stem[:-1] + "ç"}.get(stem[-1], stem)  # before a and o
            self.present = {who: (soft if end == "ons" else stem) + end for who, end in PRESENT.items()}
            self.past = {who: soft + end for who, end in (("il", "ait"), ("ils", "aient"))}
        self.future = STEMS.get(self.infinitive, self.infinitive.removesuffix("e"))

    def perfect(self, person: str, gender: str, several: bool, *, negated: bool = False) -> str:
        """Return the passé composé as it agrees with its subject, whose person is one of `PERSONS`."""
        with_be = self.infinitive in WITH_BE
        helper = (BE if with_be else HAVE)[person]
        done = agreeing(self.participle, gender, several) if with_be else self.participle
        return f"ne {helper} pas {done}" if negated else f"{helper} {done}"
