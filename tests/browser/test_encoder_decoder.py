"""The lesson on the encoder-decoder in a browser: the funnel strikes words through, own text is text, a link restores it."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Browse, Serve, at_rest
from tests.browser.test_course import SERVER, address_is


@pytest.fixture
def opened(serve: Serve, browse: Browse):  # type: ignore[no-untyped-def]
    """`opened("view=One+vector", **options)` -> the lesson through that link, at rest."""

    def open_page(query: str = "", **options) -> Page:  # type: ignore[no-untyped-def]
        page = browse(f"{serve('app.py', SERVER)}/encoder_decoder?{query}".rstrip("?"), **options)
        expect(page.get_by_role("heading", level=1)).to_contain_text("has to fit in one vector")
        at_rest(page)
        return page

    return open_page


def test_what_is_lost_is_struck_through(opened) -> None:  # type: ignore[no-untyped-def]
    page = opened("view=One+vector&amount=0", width=1280, height=720)
    sketch = page.get_by_role("figure").first
    struck = sketch.locator("tspan[style*='line-through']")
    expect(struck.first).to_be_visible()
    assert struck.all_text_contents() == ["red", "bicycle", "yesterday."]
    box = sketch.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 720


def test_own_text_is_text_and_is_in_the_link(opened) -> None:  # type: ignore[no-untyped-def]
    page = opened("view=One+vector&kind=blend&amount=0.25", width=1280, height=900)
    page.get_by_test_id("stPopover").get_by_role("button").click()
    box = page.get_by_role("textbox", name="Your sentence")
    box.fill("<b>The</b> $cat$ saw `me` 🦜.")
    box.press("Control+Enter")
    expect(page.get_by_text("The models do not know")).to_be_visible(timeout=60_000)
    at_rest(page)
    assert page.locator("b", has_text="The").count() == 0
    assert page.locator(".katex").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    address_is(
        page, "/encoder_decoder", view="One vector", kind="blend", amount="0.25", text="<b>The</b> $cat$ saw `me` 🦜."
    )
