"""The lesson on recurrent networks in a browser: letters that are words, a click that is in the link."""

from itertools import pairwise

import pytest
from playwright.sync_api import Locator, Page, expect

from core.experiments.rnn.results import DEFAULT_TEXT
from tests.browser.conftest import Browse, Serve, at_rest
from tests.browser.test_course import RNN, SERVER, address_is, titled, typed


@pytest.fixture
def read(serve: Serve, browse: Browse):  # type: ignore[no-untyped-def]
    """`read("view=Memory", **options)` -> the lesson through that link, at rest."""

    def open_page(query: str = "", **options) -> Page:  # type: ignore[no-untyped-def]
        page = browse(f"{serve('app.py', SERVER)}/rnn?{query}".rstrip("?"), **options)
        titled(page, RNN)
        return page

    return open_page


def letters(page: Page) -> Locator:
    return page.locator(".line.dense button.token")


def tops(page: Page) -> list[tuple[str, float]]:
    """Every letter with the height at which it stands."""
    found = letters(page).evaluate_all("nodes => nodes.map((n) => [n.textContent, n.getBoundingClientRect().top])")
    return [(text, round(top)) for text, top in found]


@pytest.mark.parametrize("width", [1280, 390])
def test_lines_end_between_words(read, width: int) -> None:  # type: ignore[no-untyped-def]
    page = read(width=width, height=844)
    found = tops(page)
    assert "".join(text for text, _ in found) == DEFAULT_TEXT
    assert len({top for _, top in found}) >= 3
    for (one, above), (two, below) in pairwise(found):
        assert above == below or one.isspace(), f"a line ends between {one!r} and {two!r}"


def test_a_word_without_an_end_is_broken(read) -> None:  # type: ignore[no-untyped-def]
    page = read(f"text={'a' * 300}", width=390, height=844)
    assert len({top for _, top in tops(page)}) > 5
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_click_on_a_letter_is_in_the_link_and_the_link_restores_it(read) -> None:  # type: ignore[no-untyped-def]
    page = read("since=3", width=1280, height=900)
    letters(page).nth(29).click()
    expect(letters(page).nth(29)).to_have_attribute("aria-pressed", "true")
    address_is(page, "/rnn", since="3", place="30")
    there = read("since=3&place=30", width=1280, height=900)
    expect(letters(there).nth(29)).to_have_attribute("aria-pressed", "true")
    assert (
        there.get_by_role("heading", level=2).first.inner_text()
        == page.get_by_role("heading", level=2).first.inner_text()
    )


def test_own_text(read) -> None:  # type: ignore[no-untyped-def]
    page = read(width=1280, height=900)
    typed(page, '<b>Is</b> $x$ (a 🦜) "bird"?')
    expect(page.get_by_text("The model does not know 5 characters")).to_be_visible()
    at_rest(page)
    assert "".join(text for text, _ in tops(page)) == '<b>Is</b> $x$ (a 🦜) "bird"?'
    assert page.locator("b", has_text="Is").count() == 0
    assert page.locator(".katex").count() == 0
