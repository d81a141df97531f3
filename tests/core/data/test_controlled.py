"""The controlled English: every length, agreement, no sentence twice, the same ones for a seed."""

import re

import pytest

from core.data import lexicon
from core.data.controlled import article, plural, sentences, verb


@pytest.fixture(scope="module")
def made() -> list[str]:
    return sentences(1000, seed=7)  # each word is checked for its type in tests: 10 ms a sentence


def test_a_seed_gives_the_same_sentences_and_no_sentence_twice(made: list[str]) -> None:
    assert made[:50] == sentences(50, seed=7)
    assert len(set(made)) == len(made)
    assert set(made[:50]).isdisjoint(sentences(50, seed=8))


def test_lengths_reach_from_3_to_40_words_evenly(made: list[str]) -> None:
    lengths = [len(sentence.split()) for sentence in made]
    assert min(lengths) == 3
    assert max(lengths) == 40
    shares = [sum(low <= length < low + 8 for length in lengths) / len(made) for low in (9, 17, 25, 33)]
    assert all(0.15 < share < 0.3 for share in shares)


def test_sentences_begin_with_a_capital_and_end_with_one_mark(made: list[str]) -> None:
    assert all(re.fullmatch(r"[A-Z0-9][^.?]*[.?]", sentence) for sentence in made)


def test_verbs_agree_with_pronouns(made: list[str]) -> None:
    text = " ".join(made)
    assert not re.search(r"\b(he|she) (have|do|am|are|were)\b", text, re.IGNORECASE)
    assert not re.search(r"\b(we|they|you) (has|does|is|was|am)\b", text, re.IGNORECASE)
    assert not re.search(r"\bI (has|does|is|are|were)\b", text)
    assert not re.search(r"\b(has|have) (knew|saw|went|wrote|took|swam|began|fell|spoke|came)\b", text)


def test_noun_phrases_that_cross_in_romance_languages_are_frequent(made: list[str]) -> None:
    stacked = [s for s in made if re.search(rf"\b({'|'.join(lexicon.ORIGINS)}) [A-Z][a-z]+ [A-Z][a-z]+", s)]
    assert len(stacked) > 40


@pytest.mark.parametrize(
    ("base", "forms"),
    [
        ("see/sees/saw/seen", ("sees", "saw", "seen", "seeing")),
        ("carry/-/carried", ("carries", "carried", "carried", "carrying")),
        ("clean", ("cleans", "cleaned", "cleaned", "cleaning")),
        ("wash/-/-", ("washes", "washed", "washed", "washing")),
        ("write/-/wrote/written", ("writes", "wrote", "written", "writing")),
        ("travel/-/travelled", ("travels", "travelled", "travelled", "travelling")),
    ],
)
def test_forms_of_verbs(base: str, forms: tuple[str, ...]) -> None:
    made = verb(base)
    assert (made.third, made.past, made.participle, made.gerund) == forms


def test_plurals_and_articles() -> None:
    assert [plural(noun) for noun in ("child", "city", "day", "church", "potato", "knife")] == [
        "children", "cities", "days", "churches", "potatoes", "knives",
    ]  # fmt: skip
    assert [article(noun) for noun in ("apple", "university", "hour", "European man", "dog")] == [
        "an apple", "a university", "an hour", "a European man", "a dog",
    ]  # fmt: skip
