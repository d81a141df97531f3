"""The lesson on sentiment as a reader moves through it, with the numbers of `core` as the oracle."""

import functools
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.experiments import sentiment as lesson
from core.experiments.recording import find
from core.experiments.sentiment import reading, results
from core.experiments.sentiment.results import BAG, DEFAULT_TEXT, MODELS, SETS, change
from core.figures.style import percent
from pages.kit.course import find as entry
from tests.pages import helpers
from tests.pages.helpers import choose, click_token, main, said, sound, widget

fresh = functools.partial(helpers.fresh, "sentiment")
HELD = find(lesson.held_out)
NAMES = list(MODELS.values())


def visit(**link: Any) -> AppTest:
    return sound(fresh(**link).run())


@pytest.mark.parametrize(
    "moves",
    [
        {},
        {"what": "left out"},
        {"what": "negated", "word": 4},
        {"text": "Dull, but never silly", "word": 1, "to": 5},
        {"text": "Qwxz", "word": 9},
    ],
    ids=str,
)
def test_word_by_word(moves: dict[str, Any]) -> None:
    at = visit(**moves)
    words = results.fit(moves.get("text", DEFAULT_TEXT))[0]
    word = min(moves.get("word", 6), len(words)) - 1
    to = min(moves.get("to", 4), len(words)) - 1
    changed = change(words, moves.get("what", "moved"), word, to)[0]
    before, after = reading.read(words), reading.read(changed)
    drawn = main(at)["data"]
    assert [row[-1] for row in drawn[0]["z"]] == pytest.approx(before.ends, abs=1e-4)
    assert [row[-1] for row in drawn[1]["z"]] == pytest.approx(after.ends, abs=1e-4)
    assert tuple(main(at)["layout"]["xaxis2"]["ticktext"]) == tuple(changed)
    other = (before.ends > 0.5) != (after.ends > 0.5)
    assert ("no verdict changes" in said(at)) == (not other.any())
    assert ("all three networks" in said(at)) == bool(other[:BAG].all())
    bag = percent(float(before.ends[BAG]))
    assert (f"stays at {bag}" in said(at)) == (abs(before.ends[BAG] - after.ends[BAG]) < 5e-4)


def test_the_finding_is_what_was_measured() -> None:
    words = results.fit(DEFAULT_TEXT)[0]
    before, after = reading.read(words), reading.read(change(words, "moved", 5, 3)[0])
    for share in (before.ends[2], after.ends[2], after.ends[BAG]):
        assert percent(float(share)) in entry("sentiment").finding


def test_a_click_chooses_a_word_and_odd_texts_are_read() -> None:
    at = sound(click_token(visit(), "strip", 1))
    assert widget(at, "word").value == 2
    assert "`story`" in said(at)
    at = sound(choose(visit(), text="  \n"))
    assert [info.value for info in at.info] == [
        "Type something under “More”: with no word at all there is nothing to read."
    ]
    assert any("the last 10 are left out" in c.value for c in visit(text="good " * 50).caption)
    assert any("can’t be left out" in c.value for c in visit(text="good", what="left out").caption)
    assert any("where it was" in c.value for c in visit(word=4).caption)


@pytest.mark.parametrize("name", SETS)
def test_held_out(name: str) -> None:
    at = visit(view="Held out", set=name)
    tested = HELD.pick(name)
    expected = [100 * float(((row > 0.5) == tested.positive).mean()) for row in tested.beliefs]
    dots = main(at)["data"][0]
    assert dots["x"][:4] == pytest.approx(expected, abs=0.01)
    assert dots["x"][5] == pytest.approx(100 * max(tested.positive.mean(), 1 - tested.positive.mean()), abs=0.01)
    assert ("baseline wins" in said(at)) == (max(dots["x"][4:]) > max(expected))
    assert percent(max(expected) / 100) in said(at)
    hollow = [trace for trace in main(at)["data"] if trace.get("name") == "its words shuffled"]
    assert len(hollow) == (name in ("films", "negated"))


def upload(at: AppTest, name: str, data: bytes) -> AppTest:
    """Run the page again as if the reader had uploaded a file."""
    at.session_state["_staying_sentiment_file"] = {"name": name, "data": data}
    return at.run()


def test_your_file() -> None:
    at = visit(view="Your file")
    sample = find(lesson.sample)
    (right, asked), (bag, _) = sample.correct(2), sample.correct(BAG)
    assert f"the GRU gets {right} of {asked} right, the bag {bag}" in said(at)
    at = sound(upload(at, "mine.csv", b"text,label\nA masterpiece,pos\nDull and stupid,neg\n<b>$x$</b>,?\n"))
    assert "3 lines" in said(at)
    assert "2 of 2 right" in said(at)
    assert any("“text”; verdicts from “label”" in c.value for c in at.caption)
    points = {x for trace in main(at)["data"] for x in trace["x"]}
    assert points == {round(100 * float(b), 2) for b in reading.load_readers().read("bag", _three())}
    at = sound(upload(at, "mine.csv", b"\xff\xff"))
    assert "not UTF-8" in at.info[0].value
    at = sound(upload(at, "mine.txt", b"Nothing marked here"))
    assert "of them positive" in said(at)


def _three() -> list[tuple[str, ...]]:
    return [results.fit(text)[0] for text in ("A masterpiece", "Dull and stupid", "<b>$x$</b>")]


def test_what_is_uploaded_stays_with_its_visit() -> None:
    from pages.kit import cache

    secret = "nobody else may read this line"
    sound(upload(visit(view="Your file"), "mine.txt", secret.encode()))
    shelves = [cache.results(), cache.pictures()]
    assert not any(secret in repr(held) for shelf in shelves for held in shelf._held.values())
    assert "40 lines" in said(visit(view="Your file"))


@pytest.mark.parametrize(
    ("view", "key"), [("Word by word", "what"), ("Held out", "set"), ("Your file", "against")], ids=str
)
def test_bets_are_judged_by_what_is_measured(view: str, key: str) -> None:
    sample = find(lesson.sample)
    wrong = [int(((row > 0.5) != (sample.beliefs[BAG] > 0.5)).sum()) for row in sample.beliefs]
    words = results.fit(DEFAULT_TEXT)[0]
    out = reading.read(change(words, "left out", 5, 3)[0]).ends[2] - reading.read(words).ends[2]
    right = {
        "Word by word": "more positive" if out > 0 else "more negative",
        "Held out": "the bag or word scores",
        "Your file": "fewer" if wrong[0] < wrong[2] else "more" if wrong[0] > wrong[2] else "as many",
    }[view]
    before = widget(visit(view=view), key).value
    for answer in widget(visit(view=view), "_answer").options:
        at = sound(choose(visit(view=view), _answer=answer))
        (outcome,) = [m.value for m in at.markdown if "Moved for you" in m.value]
        assert ("You were right" in outcome) == (answer == right)
        assert widget(at, key).value != before
    at = sound(widget(at, "_undo").click().run())
    assert widget(at, key).value == before
