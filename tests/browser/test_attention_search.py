"""The lesson on attention as search in a browser: what is on the first screen, clicks, links, and own text."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Browse, Serve, at_rest

SERVER = {"UNROLLED_WARMUP": "0"}  # the language model of another lesson is not needed
STOCK = {"404 (Not Found)": "Streamlit asks <page>/_stcore/health before /_stcore/health"}


@pytest.fixture
def search(serve: Serve, browse: Browse):  # type: ignore[no-untyped-def]
    """`search("view=A+real+head", **options)` -> the lesson through that link, at rest."""

    def open_page(query: str = "", **options) -> Page:  # type: ignore[no-untyped-def]
        page = browse(f"{serve('app.py', SERVER)}/attention_search?{query}".rstrip("?"), allow=STOCK, **options)
        at_rest(page)
        return page

    return open_page


def pieces(page: Page) -> Locator:
    return page.locator(".line button.token")


@pytest.mark.parametrize("view", ["Three+keys", "Library", "A+real+head", "Why+divide"])
def test_the_whole_picture_is_on_the_first_screen(search, view: str) -> None:  # type: ignore[no-untyped-def]
    page = search(f"view={view}", width=1280, height=720)
    picture = page.locator(".js-plotly-plot").nth(1)
    expect(picture).to_be_visible(timeout=30_000)
    box = picture.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 722
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_click_on_a_piece_is_in_the_link_and_stays_while_another_view_is_shown(search) -> None:  # type: ignore[no-untyped-def]
    page = search("view=A+real+head&head=5")
    pieces(page).nth(2).click()
    expect(pieces(page).nth(2)).to_have_attribute("aria-pressed", "true")
    at_rest(page)
    wanted = {"view": ["A real head"], "head": ["5"], "place": ["3"]}
    assert parse_qs(urlsplit(page.url).query) == wanted
    page.get_by_text("Three keys", exact=True).first.click()
    expect(page.get_by_text("a mixture of all three values")).to_be_visible()
    at_rest(page)
    page.get_by_text("A real head", exact=True).first.click()
    expect(pieces(page).nth(2)).to_have_attribute("aria-pressed", "true")


def test_own_query(search) -> None:  # type: ignore[no-untyped-def]
    page = search("view=Library")
    page.get_by_role("button", name="More", exact=True).click()
    box = page.get_by_role("textbox", name="Your query")
    box.fill("<b>keeping</b> $milk$ cold 🦜")
    box.press("Control+Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_text("does not know 1 piece of your query")).to_be_visible(timeout=60_000)
    at_rest(page)
    expect(page.get_by_text("A hard search returns “Refrigerators”")).to_be_visible()
    assert page.locator("b", has_text="keeping").count() == 0
    assert page.locator(".katex").count() == 0
    assert "query=" in page.url
