"""The lesson on alignment in a browser: what is on the first screen, clicks, links that restore, another model."""

from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest
from playwright.sync_api import Page, expect

from core.experiments.alignment import DEFAULT_TEXTS
from tests.browser.conftest import Browse, Serve, at_rest

SERVER = {"UNROLLED_WARMUP": "0"}  # the language model of another lesson is not needed
STOCK = {"404 (Not Found)": "Streamlit asks <page>/_stcore/health before /_stcore/health"}
pytestmark = pytest.mark.real_weights


@pytest.fixture
def read(serve: Serve, browse: Browse):  # type: ignore[no-untyped-def]
    """`read("view=Links", **options)` -> the lesson through that link, live and at rest."""

    def open_page(query: str = "", **options) -> Page:  # type: ignore[no-untyped-def]
        page = browse(f"{serve('app.py', SERVER)}/alignment?{query}".rstrip("?"), allow=STOCK, **options)
        expect(page.get_by_text("Computed on this server.")).to_be_visible(timeout=60_000)
        at_rest(page)
        return page

    return open_page


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
@pytest.mark.parametrize("view", ["Map", "Hide a word"])
def test_the_picture_is_on_the_first_screen(read, view: str, width: int, height: int) -> None:  # type: ignore[no-untyped-def]
    page = read(f"view={quote_plus(view)}", width=width, height=height)
    tokens = page.locator("button.token").first.bounding_box()
    assert tokens is not None
    assert tokens["y"] + 100 < height
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if width > 1000 and view != "Hide a word":
        chart = page.get_by_role("figure").first.bounding_box()
        assert chart is not None
        assert chart["y"] < height - 300


def test_a_click_is_in_the_link_and_the_link_restores_it(read) -> None:  # type: ignore[no-untyped-def]
    page = read("unit=pieces")
    page.locator("button.token", has_text="assinado").click()
    expect(page.get_by_role("figure").nth(1)).to_contain_text("assinado")
    at_rest(page)
    assert parse_qs(urlsplit(page.url).query) == {"unit": ["pieces"], "step": ["9"]}
    page.get_by_text("Hide a word", exact=True).first.click()
    at_rest(page)
    page.locator("button.token", has_text="signed").first.click()
    expect(page.get_by_text("Without “signed”").first).to_be_visible()
    at_rest(page)
    wanted = {"unit": ["pieces"], "step": ["9"], "view": ["Hide a word"], "hide": ["9"]}
    assert parse_qs(urlsplit(page.url).query) == wanted
    page.reload()
    expect(page.get_by_text("Without “signed”").first).to_be_visible(timeout=60_000)
    at_rest(page)
    assert parse_qs(urlsplit(page.url).query) == wanted


def test_the_direction_turns_and_the_example_with_it(read) -> None:  # type: ignore[no-untyped-def]
    page = read()
    page.get_by_role("button", name="More controls").click()
    page.get_by_text("Marian pt-en", exact=True).click()
    box = page.get_by_role("textbox", name="Portuguese, up to 60 words")
    expect(box).to_have_value(DEFAULT_TEXTS["Portuguese"])
    at_rest(page)
    page.keyboard.press("Escape")
    expect(page.locator("button.token", has_text="European")).to_be_visible()
    assert parse_qs(urlsplit(page.url).query)["model"] == ["Marian pt-en"]


def test_own_text_is_never_markup(read) -> None:  # type: ignore[no-untyped-def]
    page = read()
    box = page.get_by_role("textbox", name="English, up to 60 words")
    box.fill("The <b>cat</b> sleeps $x$ :material/home: here.")
    box.press("Control+Enter")
    expect(page.locator("button.token", has_text="dorme").first).to_be_visible(timeout=20_000)
    at_rest(page)
    assert page.locator("b", has_text="cat").count() == 0
    assert page.locator(".katex").count() == 0
    page.get_by_text("The numbers in this picture").first.click()
    at_rest(page)
    assert page.locator("b", has_text="cat").count() == 0


def test_all_links_cross_and_one_word_s_stand_alone(read) -> None:  # type: ignore[no-untyped-def]
    page = read("view=Links")
    links = page.locator("svg path")
    before = links.count()
    assert before >= 13
    page.locator("button.token", has_text="Europeu").click()
    expect(page.locator("button.token", has_text="Europeu")).to_have_attribute("aria-pressed", "true")
    at_rest(page)
    assert parse_qs(urlsplit(page.url).query)["which"] == ["of the chosen one"]
