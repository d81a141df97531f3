"""What holds for every lesson's page: it shows at once, has all its parts, survives any link and any text, and undoes a bet."""

import inspect
import json
import runpy
import subprocess
import sys
from functools import lru_cache
from typing import Any

import pytest
from markdown_it import MarkdownIt
from streamlit.testing.v1 import AppTest

from pages.kit import cache, compute, controls, terms
from pages.kit.course import LESSONS, neighbours
from pages.kit.lesson import Lesson
from pages.kit.shelf import Shelf
from tests.pages.helpers import PAGES, fresh, markdown_on, outside_code, sound, widget

NAMES = [entry.name for entry in LESSONS if "Lesson(" in (PAGES / entry.name / "page.py").read_text("utf-8")]
every = pytest.mark.parametrize("name", NAMES)
MOST_CONTROLS, MOST_WORDS, MOST_VIEWS = 10, 45, 4
ODD = ("abc", "1e309", "-1e309", "nan", "1_0", "-1", "1e-310", "٣", "\x00", "<b>", "9" * 400, "")
HOSTILE = (
    "<u>q</u> $x$ :material/home: `a` **b** [c](http://d) \u202e\x00 \u05e9\u05dc\u05d5\u05dd \U0001f44b\u0301 #000001"
)


@lru_cache
def lesson(name: str) -> Lesson:
    """The lesson as its page script describes it."""
    found: list[Lesson] = []
    patch = pytest.MonkeyPatch()
    patch.setattr(Lesson, "show", lambda self: found.append(self))
    runpy.run_path(str(PAGES / name / "page.py"))
    patch.undo()
    (one,) = found
    return one


VIEWS = [(name, view.name) for name in NAMES for view in lesson(name).views]
every_view = pytest.mark.parametrize(("name", "view"), VIEWS, ids=[f"{name}: {view}" for name, view in VIEWS])


@pytest.fixture
def nothing_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that asks for what was not recorded fails."""

    def refuse(key: Any, *_: Any, **__: Any) -> None:
        raise AssertionError(f"computed: {key}")

    monkeypatch.setattr(compute, "result", refuse)


def opened(name: str, view: str = "", **link: Any) -> AppTest:
    at = fresh(name, **({"view": view} if view else {}), **link)
    return sound(at.run())


def drawn(at: AppTest, name: str) -> dict[str, Any]:
    """The controls that were drawn so far, with their defaults."""
    found: dict[str, Any] = at.session_state["_kept"][name].defaults
    return found


SHORT = {"tokens": "2"}  # what is written while somebody waits is kept short here


def short(known: dict[str, Any]) -> dict[str, str]:
    return {key: value for key, value in SHORT.items() if key in known}


def kept(at: AppTest, name: str) -> dict[str, Any]:
    return dict(at.session_state["_kept"][name].entries)


# What the page script says


@every
def test_the_idea_is_short_and_its_terms_are_explained(name: str) -> None:
    one = lesson(name)
    ideas = [one.idea, *(view.idea for view in one.views if view.idea)]
    for idea in ideas:
        assert 20 <= len(idea.replace("*", "").split()) <= MOST_WORDS
    for text in (*ideas, one.words):
        terms.begin()
        pieces = terms.segments(text)
        assert any(piece.get("definition") for piece in pieces)
        assert "".join(piece["text"] for piece in pieces) == text.replace("**", "")


@every
def test_it_has_few_views_and_few_controls(name: str) -> None:
    views = lesson(name).views
    assert 1 <= len(views) <= MOST_VIEWS
    assert len({view.name for view in views}) == len(views)
    seen = {key for view in views for key in drawn(opened(name, view.name), name)}
    assert len(seen - {"view"}) <= MOST_CONTROLS, sorted(seen)


@every
def test_the_page_script_reads_like_the_lesson(name: str) -> None:
    source = (PAGES / name / "page.py").read_text("utf-8")
    assert sum(1 for line in source.splitlines() if line.strip()) <= 60
    assert "streamlit" not in source


# What it shows


@every_view
def test_every_view_shows_at_once(name: str, view: str, nothing_is_computed: None) -> None:
    at = opened(name, view)
    assert at.title[0].value == lesson(name).entry.claim
    verdict = at.header[0].value
    assert len(verdict.split()) > 4
    assert "nan" not in verdict
    assert "-0.0" not in verdict
    assert " %" not in verdict, "a line may end between a number and its sign"
    assert at.get("plotly_chart") or at.get("vega_lite_chart") or at.get("arrow_vega_lite_chart")
    assert len(at.metric) <= 3
    assert "Recorded numbers" in at.caption[-1].value


def test_nothing_heavy_is_imported_for_a_first_visit() -> None:
    """In a fresh process: torch, transformers and numba come with the first question that was not recorded."""
    script = (
        "import sys\n"
        "from tests.pages.helpers import fresh\n"
        f"for name in {NAMES!r}:\n"
        "    at = fresh(name).run()\n"
        "    assert not at.exception and not at.error, (name, at.exception, at.error)\n"
        "    assert not {'torch', 'transformers', 'numba'} & set(sys.modules), name\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=PAGES.parent, timeout=120
    )
    assert found.returncode == 0, found.stderr[-2000:]


@every
def test_it_has_all_its_parts(name: str, nothing_is_computed: None) -> None:
    at, one = opened(name), lesson(name)
    everything = " ".join(markdown_on(at))
    assert "Try next" in [header.value for header in at.header[1:]]
    assert "What you have seen." in everything
    assert one.seen().count(". ") in (1, 2)
    after = neighbours(one.entry)[1]
    links = [element.proto.label for element in at.get("link_button")]
    assert any(f"Next: {after.title}" in label for label in links) if after else True
    assert [expander.label for expander in at.expander][-4:] == [
        "How it works", "Check yourself", "Sources", "Take it with you",
    ]  # fmt: skip
    for drawer in ("How it works", "Check yourself", "Sources", "Take it with you"):
        at.session_state[f"_drawer_{drawer}"] = True
    at = sound(at.run())
    assert len(at.latex) == len(one.how()) >= 1
    for line in one.how():
        assert inspect.getsource(line.function)
    radios = [radio for radio in at.radio if str(radio.key).startswith("_check_")]
    assert len(radios) == len(one.questions()) in (2, 3)
    assert any(paper.title in text for paper in one.sources for text in markdown_on(at))
    assert one.notes in " ".join(markdown_on(at))
    assert len(at.get("download_button")) >= 3


@every
def test_check_yourself_says_what_is_correct(name: str) -> None:
    at = opened(name)
    at.session_state["_drawer_Check yourself"] = True
    at = sound(at.run())
    for number, question in enumerate(lesson(name).questions()):
        assert len(set(question.answers)) == len(question.answers)
        wrong = next(answer for n, answer in enumerate(question.answers) if n != question.right)
        for answer, said in ((question.answers[question.right], ":green["), (wrong, ":orange[")):
            widget(at, f"_check_{number}").set_value(answer)
            at = sound(at.run())
            assert any(text.startswith(said) for text in markdown_on(at))


@every_view
def test_a_bet_makes_its_change_says_how_it_came_out_and_is_undone(name: str, view: str) -> None:
    at = opened(name, view)
    bets = [radio for radio in at.radio if radio.key == "_answer"]
    if not bets:
        assert view != lesson(name).views[0].name, "the first view has a bet"
        return
    before = kept(at, name)
    answers = bets[0].options
    assert 2 <= len(answers) <= 4
    assert len(set(answers)) == len(answers)
    bets[0].set_value(answers[0])
    at = sound(at.run())
    assert kept(at, name) != before, "a bet moves something"
    said = " ".join(markdown_on(at))
    assert ("You were right." in said) != ("It came out otherwise." in said)
    assert f"You said “{answers[0]}”." in said
    assert ".." not in said.replace("...", "")
    at = sound(widget(at, "_undo").click().run())
    assert kept(at, name) == before
    assert [radio.key for radio in at.radio].count("_answer") == 1


@every_view
def test_presented_it_is_the_verdict_and_the_picture(name: str, view: str) -> None:
    at = opened(name, view, present="true")
    assert len(at.title) == 1
    assert not at.expander
    assert len(at.get("plotly_chart") + at.get("vega_lite_chart") + at.get("arrow_vega_lite_chart")) == 1
    specs = [json.loads(chart.proto.spec) for chart in at.get("plotly_chart")]
    assert all(spec["layout"]["font"]["size"] >= 20 for spec in specs)


# What a link and a reader can do to it


@every_view
@pytest.mark.parametrize("shift", range(0, len(ODD), 4))
def test_any_link(name: str, view: str, shift: int) -> None:
    """Every control's value in the link is odd, each in its own way: it is at one that it can have, or it is named.

    Three links a view: the kit's own tests give every odd value to every kind of control.
    """
    known = drawn(opened(name, view), name)
    raws = {key: ODD[(number + shift) % len(ODD)] for number, key in enumerate(known) if key != "view"}
    at = opened(name, view, **raws | short(known))
    said = " ".join(caption.value for caption in at.caption)
    for key in raws.keys() & drawn(at, name).keys() - SHORT.keys():  # an empty text leaves no position to choose
        entry, default = kept(at, name).get(key), known[key]
        value = entry.value if isinstance(entry, controls.Kept) else default
        assert isinstance(value, type(default))
        if isinstance(default, int | float) and not isinstance(default, bool) and raws[key] in ("abc", "nan", "<b>"):
            assert f"The link's {key} cannot be" in said


@every
def test_reset_puts_every_control_at_its_default(name: str) -> None:
    at = opened(name)
    number = next((s for s in at.slider if not str(s.key).startswith("_")), None)
    if number is not None:
        number.set_value(number.max if number.value != number.max else number.min)
        at = sound(at.run())
        assert kept(at, name)
    at = sound(widget(at, "_reset").click().run())
    assert not kept(at, name)


@every
@pytest.mark.parametrize("text", ["", "   \n ", HOSTILE, "a" * 3000], ids=["nothing", "blanks", "hostile", "long"])
def test_any_text(name: str, text: str) -> None:
    """In all of a view's text areas at once: the page stays whole, and nothing of the text is markup."""
    for view in lesson(name).views:
        at = opened(name, view.name)
        at = opened(name, view.name, **short(drawn(at, name)))
        areas = [area.key for area in at.text_area]
        for key in areas:
            widget(at, key).set_value(text)
        at = at.run()
        assert not at.exception, at.exception[0].value
        assert [expander.label for expander in at.expander][-1] == "Take it with you"
        assert at.title[0].value == lesson(name).entry.claim
        for markdown in markdown_on(at):
            assert "<u>" not in MarkdownIt("commonmark").render(markdown)
            assert "<u>q" not in outside_code(markdown)
            assert ":material/home:" not in outside_code(markdown)


@every_view
def test_own_text_while_others_fill_the_shelf(name: str, view: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With many readers nothing stays on the shelf: a page asks once and hands on what it has (`python -m bench crowd`)."""
    known = drawn(opened(name, view), name)
    at = opened(name, view, **short(known))
    for area in [area.key for area in at.text_area]:
        widget(at, area).set_value("The old doctor of the village walked to the river, and never came back.")
    monkeypatch.setattr(cache, "results", lambda: full)
    full = Shelf(0)
    sound(at.run())
    assert full.bytes == 0
