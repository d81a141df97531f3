"""The lesson on word vectors as a reader moves through it, with the numbers of `core` as the oracle."""

import functools
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.experiments import word_vectors as lesson
from core.experiments.recording import find
from core.experiments.word_vectors import results
from core.experiments.word_vectors.results import DEFAULT_NEGATIVES, DEFAULT_WIDTH, DEFAULT_WINDOW, STAGES
from core.figures.style import percent
from pages.kit.course import find as entry
from tests.core.experiments.word_vectors.test_word_vectors import little
from tests.pages import helpers
from tests.pages.helpers import choose, main, metrics, said, sound, widget

pytestmark = pytest.mark.real_weights

fresh = functools.partial(helpers.fresh, "word_vectors")
IN_ORDER, SHUFFLED = (
    find(lesson.learn, "", DEFAULT_WINDOW, DEFAULT_NEGATIVES, DEFAULT_WIDTH, which) for which in (False, True)
)
GLOVE, SENSES = {"view": "GloVe"}, {"view": "Senses"}


def visit(**link: Any) -> AppTest:
    return sound(fresh(**link).run())


def test_the_first_screen_proves_the_title_and_the_course_says_the_same() -> None:
    at = visit()
    met, first = int((IN_ORDER.ranks[-1] <= 10).sum()), int((IN_ORDER.ranks[-1] == 1).sum())
    assert f"{met} of {len(IN_ORDER.split)} words" in said(at)
    assert f"{first} as the nearest" in said(at)
    assert main(at)["data"][1]["x"] == IN_ORDER.ranks[-1].tolist()
    study = find(lesson.study)
    finding = entry("word_vectors").finding
    assert f"{met} of {len(IN_ORDER.split)}" in finding
    assert percent(study.glove_right / study.asked) in finding
    assert percent(study.right() / study.asked) in finding
    assert at.caption[-1].value == "Recorded numbers, shown at once."


@pytest.mark.parametrize("done", [0, 5, 50])
def test_the_picture_shows_the_stage_that_was_chosen(done: int) -> None:
    at = choose(visit(), done=done)
    stage = done * STAGES // 100
    assert main(sound(at))["data"][1]["x"] == IN_ORDER.ranks[stage].tolist()
    assert f"{IN_ORDER.met(stage)} of {len(IN_ORDER.split)}" in said(at)


def test_the_bet_shuffles_the_text_and_undo_puts_it_back() -> None:
    at = visit(done=50)
    at = sound(widget(at, "_answer").set_value("almost none").run())
    assert main(at)["data"][1]["x"] == SHUFFLED.ranks[-1].tolist()
    assert any("You were right" in one.value for one in at.markdown)
    at = sound(widget(at, "_undo").click().run())
    assert widget(at, "done").value == 50
    assert not widget(at, "shuffled").value


def test_own_text_is_learned_from() -> None:
    at = sound(choose(visit(), own=little(), width="10", window=5, negatives=2))
    assert "among the ten nearest" in said(at)
    assert "your text" in "".join(one.value for one in at.markdown)
    assert "train · train′" in "".join(main(at)["layout"]["yaxis"]["ticktext"])
    assert at.caption[-1].value == "Computed on this server."


@pytest.mark.parametrize("text", ["too short", "every " * 1500])
def test_a_text_that_will_not_do_is_said(text: str) -> None:
    at = sound(choose(visit(), own=text))
    assert at.info[0].value.startswith(("Your text has", "Hardly any"))


def test_three_words_are_an_analogy_and_one_asks_for_neighbours() -> None:
    at = visit(**GLOVE)
    assert "“queen”" in said(at)
    judged = find(lesson.judged)
    assert percent(judged.right / judged.asked) in said(at)
    assert metrics(at)["words searched, none skipped"] == "99,997"
    at = sound(choose(at, words="Coffee"))
    assert "nearest to “coffee”" in said(at)
    for words, line in (("two words", "Type one word"), ("", "Type one word"), ("zzxqj", "no vector for “zzxqj”")):
        assert line in sound(choose(at, words=words)).info[0].value


def test_the_bet_on_opposites() -> None:
    at = visit(**GLOVE)
    at = sound(widget(at, "_answer").set_value("ten others").run())
    assert widget(at, "words").value == "possible impossible known"
    assert any("You were right" in one.value for one in at.markdown)


def test_what_was_measured_on_many() -> None:
    judged, leaning = find(lesson.judged), find(lesson.leaning)
    at = sound(choose(visit(**GLOVE), ask="questions"))
    assert f"{percent(judged.right / judged.asked)} of 19,544" in said(at)
    at = sound(choose(at, ask="people"))
    assert all(f"{one.rho:.2f}" in said(at) for one in judged.sets)
    at = sound(choose(at, ask="jobs"))
    he, she = leaning.outside
    assert f"{she} lie nearer to “she”" in said(at)
    assert f"{he} nearer to “he”" in said(at)


def test_two_senses_of_a_word_of_ours_and_of_the_readers() -> None:
    study = find(lesson.study)
    at = visit(**SENSES)
    moved = int((study.leans[-1, :, 0] > study.leans[-1, :, 1]).sum())
    assert f"{moved} of {len(study.glove)} words" in said(at)
    assert metrics(at)["sentences nearer to the right sense"] == f"{study.right()} of {study.asked}"
    glove = main(at)["data"][0]
    assert glove["x"] == glove["y"]
    at = sound(choose(at, word="yours"))
    assert "“light”" in said(at)
    assert at.caption[-1].value == "Computed on this server."
    at = sound(choose(at, senses="light: lamp\nOne line."))
    assert at.info[0].value.startswith("Three lines are needed")


def test_the_bet_on_a_word() -> None:
    read = results.of_study(find(lesson.study), "server")
    count = int(read.leans[0] > 0) + int(read.leans[1] < 0)
    at = visit(**SENSES)
    at = sound(widget(at, "_answer").set_value(("in neither", "in one", "in both")[count]).run())
    assert widget(at, "word").value == "server"
    assert any("You were right" in one.value for one in at.markdown)
