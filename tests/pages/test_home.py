"""The pages around the lessons: the first one with its guess and its map, and the words."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.experiments import gpt_sampling
from core.experiments.gpt_sampling.results import DEFAULT_PROMPT
from core.experiments.recording import find as recorded
from core.figures import home as figures
from pages.kit import language_models, terms
from pages.kit.course import LESSONS, find
from tests.pages.helpers import charts, choose, sound

COURSE = Path(__file__).parents[2] / "pages" / "course.py"


@pytest.fixture
def home() -> AppTest:
    return sound(AppTest.from_file(str(COURSE), default_timeout=30).run())


def test_is_the_first_page(home: AppTest) -> None:
    assert [title.value for title in home.title] == ["Sequence models, unrolled"]
    assert DEFAULT_PROMPT in home.markdown[1].value


def test_the_first_experiment_hides_its_words_until_somebody_has_guessed(home: AppTest) -> None:
    next_token = recorded(gpt_sampling.next_token, language_models.DEFAULT, DEFAULT_PROMPT)
    shares = np.exp(next_token.logits - next_token.logits.max())
    shares = 100 * np.sort(shares / shares.sum())[::-1]
    options = home.button_group(key="_guess").options
    (chart,) = charts(home)
    assert chart["data"][0]["x"] == pytest.approx(shares[: figures.ROWS], rel=1e-4)
    names = chart["layout"]["yaxis"]["ticktext"]
    assert names.count("?") == len(options) == 4
    assert not set(options) & set(names)
    for guess in options:
        at = sound(choose(home, _guess=guess))
        names = charts(at)[0]["layout"]["yaxis"]["ticktext"]
        assert set(options) <= set(names)
        said = next(m.value for m in at.markdown if m.value.startswith("To the model"))
        share = charts(at)[0]["data"][0]["x"][names.index(guess)]
        assert f"“{guess}” has a probability of {share:.1f}\u00a0%" in said
        assert ("nothing is likelier" in said) == (names[0] == guess)


def test_every_lesson_stands_on_the_map_with_its_claim_and_what_it_measured(home: AppTest) -> None:
    links = [element.proto for element in home.get("page_link")]
    assert links[0].label == f"**Begin: {LESSONS[0].title}**"
    assert [link.label for link in links[1:]] == [entry.title for entry in LESSONS]
    assert [link.page for link in links[1:]] == [entry.name for entry in LESSONS]
    said = " ".join(markdown.value.replace("\u00a0%", " %") for markdown in home.markdown)
    for entry in LESSONS:
        assert entry.claim in said
        assert entry.finding
        assert entry.finding in said
        assert any(c.isdigit() for c in entry.finding), "a finding has its number"
        assert (COURSE.parent / entry.file).is_file()


def test_each_part_is_named_once_in_course_order(home: AppTest) -> None:
    parts = list(dict.fromkeys(f"**{entry.part}**" for entry in LESSONS))
    assert [m.value for m in home.markdown if m.value in parts] == parts


def test_the_same_page_under_its_name() -> None:
    at = AppTest.from_file(str(COURSE), default_timeout=30)
    sound(at.switch_page("home.py").run())
    assert at.title[0].value == "Sequence models, unrolled"


def test_all_words_are_listed_with_their_lesson() -> None:
    at = AppTest.from_file(str(COURSE), default_timeout=30)
    sound(at.switch_page("words.py").run())
    shown = [m.value.strip("*") for m in at.markdown if m.value.startswith("**")]
    assert shown == sorted((term.word for term in terms.TERMS), key=str.lower)
    assert len(set(shown)) == len(shown)
    assert len(at.get("page_link")) == len(shown)
    for term in terms.TERMS:
        assert find(term.lesson)
        assert 5 <= len(term.definition.split()) <= 32
        assert term.definition.endswith(".")


def test_a_term_is_found_in_the_plural_and_one_that_is_not_there_is_an_error() -> None:
    assert terms.find("Hidden states").word == "hidden state"
    assert terms.find("weight matrices").word == "weight matrix"
    with pytest.raises(KeyError, match="add it"):
        terms.find("flux capacitor")


def test_a_lesson_that_is_not_in_the_table_is_an_error() -> None:
    assert find(LESSONS[0].name) is LESSONS[0]
    with pytest.raises(KeyError, match="nowhere"):
        find("nowhere")


def test_names_are_told_apart() -> None:
    names = [entry.name for entry in LESSONS]
    assert len(set(names)) == len(names)
    assert not set(names) & {"home", "start", "about", "words", "health"}
