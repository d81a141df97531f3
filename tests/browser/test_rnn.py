"""The lesson on recurrent networks in a browser: what is on the first screen, letters that are words, clicks, links."""

from itertools import pairwise
from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from core.experiments.rnn import DEFAULT_TEXT
from tests.browser.conftest import Browse, Serve, at_rest

SERVER = {"UNROLLED_WARMUP": "0"}  # the language model of another lesson is not needed
STOCK = {"404 (Not Found)": "Streamlit asks <page>/_stcore/health before /_stcore/health"}


@pytest.fixture
def read(serve: Serve, browse: Browse):  # type: ignore[no-untyped-def]
    """`read("view=Memory", **options)` -> the lesson through that link, live and at rest."""

    def open_page(query: str = "", **options) -> Page:  # type: ignore[no-untyped-def]
        page = browse(f"{serve('app.py', SERVER)}/rnn?{query}".rstrip("?"), allow=STOCK, **options)
        expect(page.get_by_text("Computed on this server.")).to_be_visible(timeout=60_000)
        at_rest(page)
        return page

    return open_page


def letters(page: Page) -> Locator:
    return page.locator(".line.dense button.token")


def tops(page: Page) -> list[tuple[str, float]]:
    """Every letter with the height at which it stands."""
    found = letters(page).evaluate_all("nodes => nodes.map((n) => [n.textContent, n.getBoundingClientRect().top])")
    return [(text, round(top)) for text, top in found]


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
@pytest.mark.parametrize("view", ["State", "Step by step", "Memory", "Write"])
def test_the_picture_is_on_the_first_screen(read, view: str, width: int, height: int) -> None:  # type: ignore[no-untyped-def]
    page = read(f"view={quote_plus(view)}", width=width, height=height)
    box = page.locator(".line.dense").first.bounding_box()
    assert box is not None
    assert box["y"] + 100 < height
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if width > 1000 and view != "Write":
        chart = page.get_by_role("figure").first.bounding_box()
        assert chart is not None
        assert chart["y"] < height - 200


@pytest.mark.parametrize("width", [1440, 390])
def test_lines_end_between_words(read, width: int) -> None:  # type: ignore[no-untyped-def]
    page = read(width=width)
    found = tops(page)
    assert "".join(text for text, _ in found) == DEFAULT_TEXT
    assert len({top for _, top in found}) >= 3
    for (one, above), (two, below) in pairwise(found):
        assert above == below or one.isspace(), f"a line ends between {one!r} and {two!r}"


def test_a_word_without_an_end_is_broken(read) -> None:  # type: ignore[no-untyped-def]
    page = read(f"text={'a' * 300}", width=390, height=844)
    assert len({top for _, top in tops(page)}) > 5
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    box = page.locator(".line.dense").first.evaluate("node => [node.scrollWidth, node.clientWidth]")
    assert box[0] <= box[1] + 1


def test_a_click_on_a_letter_is_in_the_link_and_the_link_restores_it(read) -> None:  # type: ignore[no-untyped-def]
    page = read("track=vowel&model=GRU")
    letters(page).nth(29).click()
    expect(letters(page).nth(29)).to_have_attribute("aria-pressed", "true")
    at_rest(page)
    link = page.url
    assert parse_qs(urlsplit(link).query) == {"track": ["vowel"], "model": ["GRU"], "place": ["30"]}
    for view in ("Memory", "State"):
        page.get_by_role("radio", name=view, exact=True).or_(page.get_by_text(view, exact=True)).first.click()
        at_rest(page)
    there = read(urlsplit(link).query)
    assert parse_qs(urlsplit(there.url).query) == parse_qs(urlsplit(link).query)
    expect(letters(there).nth(29)).to_have_attribute("aria-pressed", "true")
    for one in (page, there):
        expect(one.get_by_text("Unit", exact=False).first).to_be_visible()
        assert "a vowel" in one.get_by_text("at following").inner_text()


def test_own_text(read) -> None:  # type: ignore[no-untyped-def]
    page = read()
    box = page.get_by_role("textbox", name="Your text")
    box.fill('<b>Is</b> $x$ (a 🦜) "bird"?')
    box.press("Control+Enter")
    expect(page.get_by_text("The model does not know 5 characters")).to_be_visible()
    at_rest(page)
    assert "".join(text for text, _ in tops(page)) == '<b>Is</b> $x$ (a 🦜) "bird"?'
    assert page.locator("b", has_text="Is").count() == 0
    assert page.locator(".katex").count() == 0


def test_controls_of_the_same_name_belong_to_their_lesson(read) -> None:  # type: ignore[no-untyped-def]
    """Model, picture, seed and place are names of controls in other lessons too."""
    page = read("view=Memory&model=GRU&place=30&seed=5&damage=swap+it")
    page.get_by_role("link", name="Vanishing gradients").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("forty steps")
    at_rest(page)
    assert urlsplit(page.url).query == ""
    page.get_by_role("link", name="Recurrent networks").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("hidden state")
    at_rest(page)
    wanted = {"view": ["Memory"], "model": ["GRU"], "place": ["30"], "seed": ["5"], "damage": ["swap it"]}
    assert parse_qs(urlsplit(page.url).query) == wanted  # come back to, it is as it was left
    expect(letters(page).nth(29)).to_have_attribute("aria-pressed", "true")
