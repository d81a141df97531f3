"""The lesson on alignment in a browser: the links between the sentences, a click in them, and a link that restores."""

from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Browse, Serve, at_rest

SERVER = {"UNROLLED_WARMUP": "0"}  # the language model of another lesson is not needed
STOCK = {"404 (Not Found)": "Streamlit asks <page>/_stcore/health before /_stcore/health"}
pytestmark = pytest.mark.real_weights


@pytest.fixture
def read(serve: Serve, browse: Browse):  # type: ignore[no-untyped-def]
    """`read("view=One step", **options)` -> the lesson through that link, at rest."""

    def open_page(query: str = "", **options) -> Page:  # type: ignore[no-untyped-def]
        page = browse(f"{serve('app.py', SERVER)}/alignment?{query}".rstrip("?"), allow=STOCK, **options)
        expect(page.get_by_text("What you have seen.")).to_be_visible(timeout=60_000)
        at_rest(page)
        return page

    return open_page


@pytest.mark.parametrize("view", ["Map", "One step"])
def test_nothing_is_wider_than_a_phone(read, view: str) -> None:  # type: ignore[no-untyped-def]
    page = read(f"view={quote_plus(view)}", width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_click_on_the_translation_hides_and_the_link_restores_it(read) -> None:  # type: ignore[no-untyped-def]
    page = read()
    assert page.locator("svg path").count() >= 13  # links that cross
    page.locator("button.token", has_text="assinado").first.click()
    expect(page.get_by_text("Translated again without")).to_contain_text("signed")
    at_rest(page)
    assert parse_qs(urlsplit(page.url).query) == {"hide": ["9"]}
    page.reload()
    expect(page.get_by_text("Translated again without")).to_contain_text("signed", timeout=60_000)


def test_the_direction_turns_and_the_example_with_it(read) -> None:  # type: ignore[no-untyped-def]
    page = read()
    page.get_by_role("button", name="More").last.click()
    page.get_by_text("Marian pt-en", exact=True).click()
    box = page.get_by_role("textbox", name="Portuguese, up to 60 words")
    expect(box).to_have_value("O acordo sobre o Espaço Económico Europeu foi assinado em Agosto de 1992.")
    at_rest(page)
    assert parse_qs(urlsplit(page.url).query)["model"] == ["Marian pt-en"]
