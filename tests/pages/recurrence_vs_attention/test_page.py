"""The lesson on recurrence and attention as a reader moves through it."""

import functools
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.data.toy import TASKS, TaskName
from core.experiments import recurrence_vs_attention as lesson
from core.experiments.recording import find
from core.experiments.recurrence_vs_attention.results import LENGTHS, NAMES, SECONDS, SEEDS, TEXT, Race
from core.figures.style import percent
from pages.kit.course import find as entry
from tests.pages import helpers
from tests.pages.helpers import charts, choose, main, metrics, said, sound, widget

fresh = functools.partial(helpers.fresh, "recurrence_vs_attention")
TIMED, MOVED = find(lesson.timed, 64), find(lesson.moved)


def recorded(task: TaskName) -> Race:
    found: Race = find(lesson.race, task, LENGTHS[task], SECONDS, SEEDS, True)
    return found


def visit(**link: Any) -> AppTest:
    return sound(fresh(**link).run())


def test_the_default_proves_the_title_and_is_what_the_map_says() -> None:
    at, copy, parity = visit(), recorded("copy"), recorded("parity")
    assert f"copies {percent(copy.end('transformer'))} of the symbols, the LSTM {percent(copy.end('lstm'))}" in said(at)
    finding = entry("recurrence_vs_attention").finding
    for found in (copy, parity):
        for name in ("transformer", "lstm"):
            assert percent(found.end(name)) in finding  # type: ignore[arg-type]
    bars = main(at)["data"][0]
    assert bars["y"][0].startswith((NAMES["transformer"], NAMES["lstm_attention"]))
    assert dict(zip(bars["y"], bars["x"], strict=True))["LSTM, <b>81 %</b>"] == pytest.approx(100 * copy.end("lstm"))


@pytest.mark.parametrize("task", TASKS)
def test_each_task_has_its_race(task: TaskName) -> None:
    at, found = visit(task=task), recorded(task)
    assert percent(found.end("transformer")) in said(at)
    assert percent(found.end("lstm")) in said(at)
    assert percent(found.guessing) in said(at)


def test_after_some_seconds() -> None:
    at, found = visit(task="add"), recorded("add")
    at = sound(choose(at, seconds=2))
    assert said(at).startswith("After 2 seconds")
    assert percent(float(found.at("lstm", 2).mean())) in said(at)


def test_the_bet_and_its_outcome() -> None:
    at = visit()
    bet = widget(at, "_answer")
    at = sound(bet.set_value(bet.options[2]).run())
    assert widget(at, "task").value == "add"
    end = recorded("add").end("transformer")
    assert any(f"**You were right.** {100 * end:.1f}" in each.value for each in at.markdown)


def test_the_bets_of_the_other_views() -> None:
    at = visit(view="Time")
    bet = widget(at, "_answer")
    at = sound(bet.set_value(bet.options[1]).run())
    narrow = find(lesson.timed, 32)
    assert widget(at, "width").value == "32"
    is_slower = narrow.of("attention", 1024) >= narrow.of("lstm", 1024)
    assert is_slower == any("**You were right.**" in each.value for each in at.markdown)
    at = visit(view="Dense")
    bet = widget(at, "_answer")
    at = sound(bet.set_value(bet.options[1]).run())
    left = int(MOVED.correct[0, 8]) / MOVED.reviews
    assert any(f"**You were right.** {100 * left:.1f}" in each.value for each in at.markdown)


def test_a_live_race_is_shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.recurrence_vs_attention.racing.LIVE", 0.05)
    at = visit(task="parity", live="true")
    assert widget(at, "live").value is True
    assert any("One run each" in each.value for each in at.markdown)
    assert said(at).startswith("After 0.05 seconds")


@pytest.mark.parametrize("length", [16, 1024, 8192])
def test_time(length: int) -> None:
    at = visit(view="Time", length=length)
    for name in ("attention", "lstm"):
        assert f"{1000 * TIMED.of(name, length):,.3g} ms" in said(at)
    assert metrics(at)["steps that wait for one another, LSTM"] == f"{length:,}"


def test_a_dense_network_and_a_moved_review() -> None:
    at = visit(view="Dense")
    assert f"{percent(MOVED.share('dense', 1))} of the reviews" in said(at)
    at = sound(choose(at, shift=0))
    assert "nothing has changed" in said(at)
    at = sound(choose(at, shift=8))
    assert percent(MOVED.share("lstm", 8)) in said(at)


def test_a_sentence_of_ones_own() -> None:
    own = lesson.sentence("dull, dull, dull and zorblat")
    at = visit(view="Dense", text="dull, dull, dull and zorblat")
    assert any("zorblat" in each.value for each in at.caption)
    sketch = next(chart for chart in charts(at) if not chart["layout"]["title"].get("text"))
    words = " ".join(each["text"] for each in sketch["layout"]["annotations"])
    assert percent(float(own.positive[0, 1])) in words
    assert TEXT not in words
    empty = sound(fresh(view="Dense", text="...").run())
    assert not empty.exception
