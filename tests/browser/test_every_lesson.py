"""The first screen of every lesson, in a browser: all of it at 1280 x 720, and nothing cut on a phone."""

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from pages.kit.course import LESSONS
from tests.browser.conftest import Browse, Serve, at_rest
from tests.browser.test_course import SERVER
from tests.pages.test_every_lesson import NAMES

PATIENCE = 60_000
LOWEST = 730  # px of 720 at which the picture may end: its own margin is empty
BET = 726  # px at which an answer of the bet may end: its text is higher
CHART = ".js-plotly-plot .main-svg, .vega-embed svg, .vega-embed canvas"
CUT = """ns => ns.filter((n) => {
  const b = n.getBoundingClientRect(), p = n.closest('.main-svg')?.getBoundingClientRect();
  return p && b.width && (b.left < p.left - 2 || b.right > p.right + 2 || b.top < p.top - 2 || b.bottom > p.bottom + 2);
}).map((n) => n.textContent)"""
WIDE = """ns => ns.filter((n) => n.getBoundingClientRect().right > window.innerWidth + 1)
  .map((n) => n.textContent.slice(0, 40))"""


def box(found: Locator) -> FloatRect:
    """Where something stands; it is there."""
    where = found.first.bounding_box()
    assert where is not None
    return where


def opened(browse: Browse, app: str, name: str, **options: int) -> Page:
    page = browse(f"{app}/{name}", **options)
    expect(page.locator(CHART).first).to_be_attached(timeout=PATIENCE)
    at_rest(page)
    return page


@pytest.mark.parametrize("name", NAMES)
def test_the_first_screen_is_whole(name: str, serve: Serve, browse: Browse) -> None:
    """Its own address and title; idea, mechanism, bet, control, verdict, picture: none below the window, no label cut."""
    page = opened(browse, serve("app.py", SERVER), name, width=1280, height=720)
    main, entry = page.get_by_test_id("stMain"), next(entry for entry in LESSONS if entry.name == name)
    expect(main.get_by_role("heading", level=1)).to_contain_text(entry.claim)
    expect(page.get_by_text("Page not found")).to_have_count(0)
    assert page.title().startswith(entry.title)
    assert page.title().endswith("Unrolled")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    verdict = box(main.get_by_role("heading", level=2))
    picture, sketch = box(page.locator(".st-key-picture_0")), box(page.locator(".st-key-mechanism"))
    assert verdict["y"] + verdict["height"] <= picture["y"] + 2
    assert picture["y"] + picture["height"] <= LOWEST, "the picture is cut"
    assert sketch["y"] + sketch["height"] <= 720
    assert sketch["x"] + sketch["width"] < picture["x"]
    for answer in page.locator(".st-key-_answer label").all():
        assert box(answer)["y"] + box(answer)["height"] <= BET, "an answer of the bet is cut"
    assert not page.locator(".st-key-picture_0 text:visible").evaluate_all(CUT)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_cut_on_a_phone(name: str, serve: Serve, browse: Browse) -> None:
    page = opened(browse, serve("app.py", SERVER), name, width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    shown = page.get_by_test_id("stMain").locator("button:visible, input:visible, p:visible, h1, h2")
    assert not shown.evaluate_all(WIDE)
    tops = [box(page.locator(where))["y"] for where in ("h1", ".st-key-mechanism", "h2", ".st-key-picture_0")]
    assert tops == sorted(tops)
