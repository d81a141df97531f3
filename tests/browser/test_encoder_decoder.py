"""The lesson on the encoder-decoder in a browser: what is on the first screen, clicks, links, another sentence."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Browse, Serve, at_rest

SERVER = {"UNROLLED_WARMUP": "0"}  # the language model of another lesson is not needed
STOCK = {"404 (Not Found)": "Streamlit asks <page>/_stcore/health before /_stcore/health"}


@pytest.fixture
def opened(serve: Serve, browse: Browse):  # type: ignore[no-untyped-def]
    """`opened("view=Damage", **options)` -> the lesson through that link, live and at rest."""

    def open_page(query: str = "", **options) -> Page:  # type: ignore[no-untyped-def]
        page = browse(f"{serve('app.py', SERVER)}/encoder_decoder?{query}".rstrip("?"), allow=STOCK, **options)
        expect(page.get_by_text("Computed on this server.")).to_be_visible(timeout=60_000)
        at_rest(page)
        return page

    return open_page


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_picture_is_on_the_first_screen(opened, width: int, height: int) -> None:  # type: ignore[no-untyped-def]
    page = opened(width=width, height=height)
    box = page.locator(".line").first.bounding_box()
    assert box is not None
    assert box["y"] + 60 < height
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    for view in ("Damage", "Length", "Spelling", "Decoding"):
        page.get_by_text(view, exact=True).first.click()
        at_rest(page)
        picture = page.locator(".line") if view == "Spelling" else page.get_by_role("figure")
        # Asked again until it is so: the picture before may still be on its way out.
        expect(picture.first).to_be_in_viewport(ratio=0.1)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), view


def test_a_click_on_a_subword_is_in_the_link_and_the_link_restores_it(opened) -> None:  # type: ignore[no-untyped-def]
    page = opened()
    page.locator(".line button.token").nth(2).click()
    expect(page.locator(".line button.token").nth(2)).to_have_attribute("aria-pressed", "true")
    at_rest(page)
    query = urlsplit(page.url).query
    assert parse_qs(query) == {"step": ["3"]}
    there = opened(query)
    expect(there.locator(".line button.token").nth(2)).to_have_attribute("aria-pressed", "true")
    expect(there.get_by_text("Step 3 of")).to_be_visible()


def test_another_sentence_and_back(opened) -> None:  # type: ignore[no-untyped-def]
    page = opened("view=Damage&kind=blend&amount=0.25")
    assert parse_qs(urlsplit(page.url).query) == {"view": ["Damage"], "kind": ["blend"], "amount": ["0.25"]}
    page.get_by_text("One vector", exact=True).first.click()
    box = page.get_by_role("textbox", name="Your sentence")
    box.fill("<b>The</b> $cat$ saw `me` 🦜.")
    box.press("Control+Enter")
    expect(page.locator(".line button.token").first).to_be_visible()
    at_rest(page)
    assert page.locator("b", has_text="The").count() == 0
    assert page.locator(".katex").count() == 0
    assert parse_qs(urlsplit(page.url).query)["text"] == ["<b>The</b> $cat$ saw `me` 🦜."]
    page.get_by_text("Damage", exact=True).first.click()
    at_rest(page)
    query = parse_qs(urlsplit(page.url).query)
    assert (query["kind"], query["amount"]) == (["blend"], ["0.25"])
