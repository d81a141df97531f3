"""The lesson on learning to write as a reader moves through it."""

import functools
import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.experiments import char_rnn as lesson
from core.experiments.char_rnn.results import KINDS, Setting
from core.experiments.recording import find
from pages.char_rnn import train, watch
from pages.kit import cache
from tests.pages import helpers
from tests.pages.helpers import main, said, sound, widget

fresh = functools.partial(helpers.fresh, "char_rnn")
OWN = "The cat sat on the mat, and the dog sat on the log; neither said a word.\n" * 40
TRAIN, UNIT = "Train", "One unit"


def visit(**link: Any) -> AppTest:
    return sound(fresh(**link).run())


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "MINUTE", 15_000)
    assert cache.workshop().wait(60)


def test_the_claim_stands_in_the_verdict_in_the_order_that_was_measured() -> None:
    for name in ("novel", "speeches"):
        words = said(visit(text="the " + name))
        run, counts = find(lesson.full, name), find(lesson.counts, name)
        order = sorted(("triples", "words", "pairs"), key=lambda each: run.reached(each, counts.real))
        names = {"triples": "letter triples", "words": ", words", "pairs": "pairs of words"}
        places = [words.index(names[each]) for each in order]
        assert places == sorted(places)


def test_a_moment_shows_its_shares_and_what_was_written() -> None:
    at = visit(moment=5)
    now = find(lesson.full, "novel").moments[5]
    assert f"{100 * now.shares.words:.1f} % of its words" in said(at)
    assert any("What it writes then" in each.value for each in at.caption)
    assert said(visit(moment=0)).startswith("Before training")
    assert main(at)["data"] != main(visit())["data"]


def test_every_kind_is_compared_with_counting() -> None:
    counts = find(lesson.counts, "novel")
    for kind, name in KINDS.items():
        words, run = said(visit(view=TRAIN, kind=name)), find(lesson.minute, "novel", Setting(kind))
        assert f"the {name} needs {run.last.bits:.2f} bits" in words
        level = sum(run.last.bits < gram for gram in counts.grams)
        assert f"better than counting {('single characters', 'pairs', 'triples', 'fours', 'fives')[level - 1]}" in words
    assert "Train the model to compare" in said(visit(view=TRAIN, size="64"))


def test_a_training_runs_goes_on_and_begins_again(short: None) -> None:
    at = sound(widget(visit(view=TRAIN, size="64"), "_train").click().run(timeout=60))
    assert "bits a character" in said(at)
    first = at.session_state["_training"].run
    assert first.last.read >= 15_000
    at = sound(widget(at, "_go_on").click().run(timeout=60))
    assert at.session_state["_training"].run.last.read >= 30_000
    assert at.session_state["_training"].run.moments[: len(first.moments)] == first.moments
    at = sound(widget(at, "_train").click().run(timeout=60))
    assert at.session_state["_training"].number == 2
    assert len(at.code) >= 3  # now, best, worst


def test_a_stopped_training_keeps_what_it_has_and_goes_on(short: None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = train.ask_alone

    def stop_at_once(function: Any, *arguments: Any) -> Any:
        if function is lesson.further and arguments[1] > 5_000 and arguments[3] == 0:
            raise train.NotHere("Training was stopped.")
        return asked(function, *arguments)

    monkeypatch.setattr(train, "ask_alone", stop_at_once)
    at = sound(widget(visit(view=TRAIN, size="64"), "_train").click().run(timeout=60))
    held = at.session_state["_training"]
    assert held.paused
    assert 5_000 <= held.run.last.read < 15_000
    at = sound(widget(at, "_go_on").click().run(timeout=60))
    assert at.session_state["_training"].run.last.read >= 15_000


def test_a_readers_own_text_stays_in_the_visit(short: None) -> None:
    at = sound(fresh(view=TRAIN, own=OWN, size="64").run(timeout=60))
    assert "your text" in said(at)
    at = sound(widget(at, "_train").click().run(timeout=60))
    assert "the LSTM needs" in said(at)
    assert not [key for key in cache.results()._held if "the cat sat" in repr(key).lower()]


@pytest.mark.parametrize(("own", "line"), [("short", "at least 2,000"), ("a" * 3000, "nothing to learn")])
def test_what_cant_be_learned_from_is_said(own: str, line: str) -> None:
    at = visit(view=TRAIN, own=own)
    assert any(line in each.value for each in at.info)


def test_each_feature_has_its_unit() -> None:
    verdicts = {said(visit(view=UNIT, follows=name)) for name in ("line", "word", "vowel", "quote")}
    assert len(verdicts) == 4
    first = said(visit(view=UNIT))
    number = float(re.findall(r"of (−?[\d.]+) on other", first)[0].replace("−", "-"))
    tracking = find(lesson.tracking, "novel")
    assert number == pytest.approx(abs(tracking.reported(tracking.ranked(0)[0], 0)), abs=0.01)


@pytest.mark.real_weights
def test_a_readers_passage_is_coloured() -> None:
    assert cache.workshop().wait(60)
    at = sound(fresh(view=UNIT, passage='He said: "π is not\na number."').run(timeout=60))
    assert any("never learned" in each.value for each in at.caption)
    assert main(at)["data"][0]["z"]


def test_the_bets_are_judged_by_what_was_measured() -> None:
    run, counts = find(lesson.full, "novel"), find(lesson.counts, "novel")
    triples, words, style = (run.reached(each, counts.real) for each in ("triples", "words", "style"))
    assert triples < style < words
    assert watch.bet("novel").judge()[0] == watch.BETWEEN
    minute = find(lesson.minute, "novel", Setting("lstm"))
    bet = train.bet("novel", minute, counts)
    assert bet
    assert minute.last.bits < find(lesson.minute, "novel", Setting("rnn_tanh")).last.bits
    assert bet.judge()[0] == train.WORSE
