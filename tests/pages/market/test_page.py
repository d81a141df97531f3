"""The lesson on markets as a reader moves through it, with the numbers of `core` as the oracle."""

import functools
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.experiments import market as lesson
from core.experiments.market.results import (
    DAYS,
    GRU,
    LEAKS,
    LOGISTIC,
    MAJORITY,
    QUESTIONS,
    TRAININGS,
    WEATHER_DAYS,
    Walk,
    ahead,
)
from core.experiments.recording import find
from core.figures.style import percent
from pages.kit.course import find as entry
from tests.pages import helpers
from tests.pages.helpers import choose, main, said, sound, widget

fresh = functools.partial(helpers.fresh, "market")


def visit(**link: Any) -> AppTest:
    return sound(fresh(**link).run())


def counted(walk: Walk) -> dict[str, float]:
    """Return each forecaster's share, from the counts."""
    return {name: float(right.sum() / walk.asked.sum()) for name, right in zip(walk.names, walk.right, strict=True)}


@pytest.mark.parametrize("days", DAYS)
def test_next_day(days: str) -> None:
    at = visit(days=days)
    walk = find(lesson.next_day, int(days))
    found = counted(walk)
    assert main(at)["data"][0]["x"] == pytest.approx([100 * share for share in found.values()], abs=0.01)
    assert percent(found[GRU]) in said(at)
    assert percent(found[MAJORITY]) in said(at)
    assert said(at).startswith(("Not beaten", "The baseline wins")) == (found[GRU] <= found[MAJORITY])
    assert any("no advice" in caption.value for caption in at.caption)


@pytest.mark.parametrize("training", TRAININGS)
@pytest.mark.parametrize("leak", LEAKS)
def test_the_leak(leak: str, training: str) -> None:
    at = visit(view="Leak", leak=leak, training=training)
    walk, honest = (find(lesson.leaky, each, TRAININGS[training]) for each in (leak, "none"))
    drawn = main(at)["data"]
    assert drawn[0]["x"][-1] == pytest.approx(100 * counted(walk)[GRU], abs=0.01)
    hollow = [trace for trace in drawn if trace.get("name") == "without it"]
    assert len(hollow) == (leak != "none")
    assert all(trace["x"][-1] == pytest.approx(100 * counted(honest)[GRU], abs=0.01) for trace in hollow)
    assert percent(counted(walk)[GRU]) in said(at)
    assert ("has read the future" in said(at)) == (counted(walk)[GRU] > 0.55)


@pytest.mark.parametrize("question", QUESTIONS)
def test_weather(question: str) -> None:
    at = visit(view="Weather", question=question)
    found = counted(find(lesson.weather, question, WEATHER_DAYS))
    best = max(share for name, share in list(found.items())[:-2])
    assert percent(found[GRU]) in said(at)
    assert percent(best) in said(at)
    if found[GRU] > best:  # what the regression does is said wherever the network is given a lead
        assert f"the regression {percent(found[LOGISTIC])}" in said(at)
    assert said(at).startswith(("Not beaten", "The baseline wins")) == (found[GRU] <= best)


def test_the_finding_is_what_was_measured() -> None:
    found = counted(find(lesson.next_day, 20))
    assert percent(found[GRU]) in entry("market").finding
    assert percent(found[MAJORITY]) in entry("market").finding


@pytest.mark.parametrize(("view", "key"), [("Next day", "days"), ("Leak", "leak"), ("Weather", "question")], ids=str)
def test_bets_are_judged_by_what_is_measured(view: str, key: str) -> None:
    forty, rain = find(lesson.next_day, 40), find(lesson.weather, "rain", WEATHER_DAYS)
    lead = ahead(forty, GRU, MAJORITY)
    wet = counted(rain)
    right = {
        "Next day": "yes, clearly" if lead[1] > 0 else "yes, maybe" if lead[0] > 0 else "no",
        "Leak": "over 75 %" if counted(find(lesson.leaky, "smoothed prices", 300))[GRU] > 0.75 else "55",
        "Weather": "a rule" if wet[GRU] <= max(list(wet.values())[:-1]) else "the GRU",
    }[view]
    before = widget(visit(view=view), key).value
    for answer in widget(visit(view=view), "_answer").options:
        at = sound(choose(visit(view=view), _answer=answer))
        (outcome,) = [m.value for m in at.markdown if "Moved for you" in m.value]
        assert ("You were right" in outcome) == answer.startswith(right)
        assert widget(at, key).value != before
    at = sound(widget(at, "_undo").click().run())
    assert widget(at, key).value == before


def test_odd_links_are_named() -> None:
    at = visit(days="7", leak="<b>", question="snow")
    assert widget(at, "days").value == "20"
    assert any("cannot be" in caption.value for caption in at.caption)
