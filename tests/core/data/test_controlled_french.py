"""The controlled English-French: agreement, elision, the crossings, and the sentence that is kept out of it."""

import re

import pytest

from core.data import french_lexicon as lex
from core.data.controlled_french import APART, translated_sentences
from core.data.french_forms import French, agreeing, feminine, joined, plural_of


@pytest.fixture(scope="module")
def made() -> list[tuple[str, str]]:
    return translated_sentences(2500, seed=7)


def test_a_seed_gives_the_same_sentences_and_no_sentence_twice(made: list[tuple[str, str]]) -> None:
    assert made[:200] == translated_sentences(200, seed=7)
    assert len({english for english, _ in made}) == len(made)
    assert all(3 <= len(english.split()) <= 24 for english, _ in made)
    assert max(len(english.split()) for english, _ in translated_sentences(50, longest=6)) <= 6


def test_the_example_of_the_paper_is_never_shown_though_its_words_are(made: list[tuple[str, str]]) -> None:
    english = " ".join(source for source, _ in made).lower()
    assert APART not in english
    for words in ("european", "economic", "area", "agreement on the", "was signed in", "in august"):
        assert words in english


def test_adjectives_cross_and_agree(made: list[tuple[str, str]]) -> None:
    """A noun and two adjectives: in French the other way round, both in the noun's gender."""
    origins, fields, areas = ({**dict(listed)} for listed in (lex.ORIGINS, lex.FIELDS, lex.AREAS))
    crossed = 0
    for english, french in made:
        found = re.search(r"\b[Tt]he ([A-Z]\w+) ([A-Z]\w+) ([A-Z]\w+)", english)
        if found and found[1] in origins and found[2].lower() in fields and found[3].lower() in areas:
            noun, _, gender = areas[found[3].lower()].partition("/")
            forms = [agreeing(entry, gender, False) for entry in (fields[found[2].lower()], origins[found[1]])]
            assert f"{noun} {' '.join(forms)}" in french
            crossed += 1
    assert crossed > 50


def test_words_are_elided_and_contracted(made: list[tuple[str, str]]) -> None:
    text = " ".join(french for _, french in made)
    assert not re.search(r"\b(le|la|je|ne|que|de) [aeiouéèêâîôœ]", text, re.IGNORECASE)
    assert not re.search(r"\b(de le|de les|à le|à les|de des|ma école|sa amie|ce ami|ce homme)\b", text)
    assert "l'" in text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("le accord de le ami", "l'accord de l'ami"),
        ("la voiture de le professeur", "la voiture du professeur"),
        ("il ne a pas parlé à les hommes", "il n'a pas parlé aux hommes"),
        ("je oublie que il est à le marché", "j'oublie qu'il est au marché"),
        ("parce que Anna dort près de huit maisons", "parce qu'Anna dort près de huit maisons"),
        ("l'histoire de des hommes", "l'histoire d'hommes"),
    ],
)
def test_what_words_do_to_one_another(text: str, wanted: str) -> None:
    assert joined(text) == wanted


def test_forms_of_nouns_and_adjectives() -> None:
    nouns = {"journal": "journaux", "festival": "festivals", "bateau": "bateaux", "prix": "prix", "jeu": "jeux",
             "travail": "travaux", "maison": "maisons"}  # fmt: skip
    assert {noun: plural_of(noun) for noun in nouns} == nouns
    adjectives = {"européen": "européenne", "fier": "fière", "heureux": "heureuse", "rouge": "rouge", "fermé": "fermée",
                  "cruel": "cruelle", "japonais": "japonaise", "italien": "italienne"}  # fmt: skip
    assert {word: feminine(word) for word in adjectives} == adjectives
    old = "vieux/vieille/vieil"
    assert [agreeing(old, "m", False, "ami"), agreeing(old, "m", False, "mur"), agreeing(old, "f", True)] == [
        "vieil", "vieux", "vieilles",
    ]  # fmt: skip
    assert agreeing("national", "m", True) == "nationaux"


def test_forms_of_verbs() -> None:
    eat, announce, see, go = map(French, ("manger", "annoncer", "voir vu voit voient", "aller allé va vont"))
    assert [eat.present["nous"], announce.present["nous"]] == ["mangeons", "annonçons"]
    assert [eat.past["ils"], announce.past["il"]] == ["mangeaient", "annonçait"]
    assert [verb.future + "a" for verb in (eat, see, go, French("lire lu lit lisent"))] == [
        "mangera",
        "verra",
        "ira",
        "lira",
    ]
    assert see.perfect("il", "f", False) == "a vu"
    assert see.perfect("nous", "m", True, negated=True) == "ne avons pas vu"
    assert go.perfect("ils", "f", True) == "sont allées"


def test_every_noun_has_a_gender_and_every_entry_a_translation() -> None:
    for listed in (
        lex.PEOPLE,
        lex.ANIMALS,
        lex.THINGS,
        lex.FOOD,
        lex.PLACES,
        lex.DOCUMENTS,
        lex.BODIES,
        lex.ABSTRACT,
        lex.AREAS,
    ):
        assert all(re.fullmatch(r"[\wéèêàâîôûœç]+/[mf]", french) for _, french in listed)
    for name, listed in vars(lex).items():
        if name.isupper() and name != "WOMEN":
            assert all(english and french for english, french in listed), name
