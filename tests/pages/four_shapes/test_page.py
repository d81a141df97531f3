"""The lesson on four shapes as a reader moves through it."""

import functools
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.experiments import four_shapes as lesson
from core.experiments.four_shapes.results import (
    DEFAULT_GPA,
    DEFAULT_HOURS,
    DEFAULT_KIND,
    DEFAULT_QUIZ,
    NOTES,
    SENTENCES,
    TWEETS,
    fit,
)
from core.experiments.recording import find
from pages.kit.course import find as entry
from pages.kit.words import percent
from tests.pages import helpers
from tests.pages.helpers import choose, main, said, sound, widget

fresh = functools.partial(helpers.fresh, "four_shapes")


def visit(**link: Any) -> AppTest:
    return sound(fresh(**link).run())


def test_one_student_gives_one_answer() -> None:
    at = visit()
    found = find(lesson.student, DEFAULT_GPA, DEFAULT_QUIZ)
    assert said(at).startswith(f"One student in, one answer out: {percent(float(found.middle[DEFAULT_HOURS]))} to pass")
    for hours in (0, 40):
        assert f"{100 * found.low[hours]:.0f} to {100 * found.high[hours]:.0f} %" in said(at)
    moved = sound(choose(at, hours=40))
    assert percent(float(found.middle[40])) in said(moved)


def test_grades_move_what_hours_do_not() -> None:
    at = visit()
    bet = widget(at, "_answer")
    at = sound(bet.set_value("it rises").run())
    assert widget(at, "gpa").value == pytest.approx(3.8)
    assert any("You were right." in each.value for each in at.markdown)


@pytest.mark.parametrize("which", list(TWEETS))
def test_every_word_goes_in_and_one_answer_comes_out(which: str) -> None:
    at = visit(view="Tweet", tweet=which)
    found = find(lesson.tweet, fit(TWEETS[which])[0])
    assert said(at).startswith(f"{len(found.words)} words in, one answer out: {percent(float(found.beliefs[-1]))}")
    assert len(main(at)["data"][0]["y"]) == len(found.words)


def test_an_own_tweet_is_read_and_cut() -> None:
    at = visit(view="Tweet", tweet="own", text="so bad " * 40)
    assert said(at).startswith("30 words in")
    assert any("50 are left out" in each.value for each in at.caption)
    assert "nothing to read" in sound(fresh(view="Tweet", tweet="own", text=" ").run()).info[0].value


def test_one_picture_gives_many_words() -> None:
    at = visit(view="Emoji")
    found = find(lesson.caption, DEFAULT_KIND, 0, "en")
    assert f"“{' '.join(found.written)}”" in said(at)
    assert len(main(at)["data"][0]["y"]) == len(found.likeliest)
    french = visit(view="Emoji", language="French")
    assert " ".join(find(lesson.caption, DEFAULT_KIND, 0, "fr").written) in said(french)
    other = visit(view="Emoji", number=2)
    assert said(other) != said(at)


@pytest.mark.parametrize("which", list(SENTENCES))
def test_many_pieces_give_many(which: str) -> None:
    at = visit(view="Sentence", sentence=which)
    found = find(lesson.translate, SENTENCES[which])
    assert said(at).startswith(f"{len(found.source)} pieces in, {len(found.target)} out")
    assert found.text in said(at)


def test_an_own_sentence_is_translated() -> None:
    at = visit(view="Sentence", sentence="own", english="I love you.")
    assert "pieces in" in said(at)
    assert "nothing to translate" in sound(fresh(view="Sentence", sentence="own", english="").run()).info[0].value


def test_the_finding_is_what_was_measured() -> None:
    finding = entry("four_shapes").finding.replace("\u00a0", " ")
    named = next(e for e in find(lesson.captions_of_all) if (e.kind, e.language) == (DEFAULT_KIND, "en"))
    for scores in (find(lesson.class_of_856).scores, find(lesson.tweets_kept_apart), named.scores):
        assert percent(scores.network.share) in finding
    assert NOTES.count("best") == 1
