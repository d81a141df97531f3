"""The course around the lessons: addresses, the way between pages, back and forward."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Browse, Serve, at_rest
from tests.browser.test_gpt_sampling import PATIENCE, SERVER, STOCK, live, no_sideways, slider, wait_for_link

pytestmark = pytest.mark.real_weights

HOME, ABOUT = "Sequence models, unrolled", "About"
LESSON = "A language model does not choose a word."


@pytest.fixture
def app(serve: Serve) -> str:
    return serve("app.py", SERVER)


def titled(page: Page, title: str) -> None:
    expect(page.get_by_test_id("stMain").get_by_role("heading", level=1)).to_contain_text(title, timeout=PATIENCE)
    at_rest(page)


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("", HOME),
        ("home", HOME),
        ("about", ABOUT),
        ("gpt_sampling", LESSON),
        ("rnn", "The hidden state"),
        ("vanishing_gradients", "forty steps ago"),
        ("lstm_gates", "The gates decide"),
    ],
)
@pytest.mark.parametrize("width", [1440, 390])
def test_addresses(app: str, browse: Browse, path: str, title: str, width: int) -> None:
    page = browse(f"{app}/{path}", allow=STOCK, width=width, height=844)
    titled(page, title)
    expect(page.get_by_text("Page not found")).to_have_count(0)
    no_sideways(page)


def test_an_unknown_page_says_so_and_shows_the_first(app: str, browse: Browse) -> None:
    missing = {"The page that you have requested does not seem to exist": "what this test asks for"}
    page = browse(f"{app}/nowhere", allow={**STOCK, **missing})
    expect(page.get_by_role("dialog", name="Page not found")).to_be_visible()
    titled(page, HOME)


def test_from_page_to_page_and_back(app: str, browse: Browse) -> None:
    page = browse(app, allow=STOCK)
    titled(page, HOME)
    page.get_by_test_id("stMain").get_by_role("link", name="GPT sampling").click()
    titled(page, LESSON)
    live(page)
    page.get_by_test_id("stSidebar").get_by_role("link", name="About").click()
    titled(page, ABOUT)
    page.go_back()
    titled(page, LESSON)
    page.go_back()
    titled(page, HOME)
    page.go_forward()
    titled(page, LESSON)
    page.go_forward()
    titled(page, ABOUT)


def test_a_lesson_is_as_it_was_left(app: str, browse: Browse) -> None:
    """By the list of lessons, and by Back, though Streamlit drops the query string of a page it goes back to."""
    page = browse(f"{app}/gpt_sampling", allow=STOCK)
    live(page)
    slider(page).press("ArrowRight")
    wait_for_link(page, temperature="1.05")
    at_rest(page)
    side = page.get_by_test_id("stSidebar")
    side.get_by_role("link", name="About").click()
    titled(page, ABOUT)
    assert "temperature" not in page.url
    side.get_by_role("link", name="GPT sampling").click()
    titled(page, LESSON)
    wait_for_link(page, temperature="1.05")
    expect(slider(page)).to_have_value("1.05")
    side.get_by_role("link", name="About").click()
    titled(page, ABOUT)
    page.go_back()
    titled(page, LESSON)
    wait_for_link(page, temperature="1.05")
    expect(slider(page)).to_have_value("1.05")


def test_a_lesson_is_as_it_was_left_by_way_of_another(app: str, browse: Browse) -> None:
    """Both have controls of these names; each keeps its own, in its link and on the page."""
    page = browse(f"{app}/rnn?view=Memory&text=Hello+there&seed=7", allow=STOCK)
    titled(page, "The hidden state")
    side, text = page.get_by_test_id("stSidebar"), page.get_by_role("textbox", name="Your text")
    side.get_by_role("link", name="LSTM gates").click()
    titled(page, "The gates decide")
    assert "?" not in page.url
    expect(text).not_to_have_value("Hello there")
    side.get_by_role("link", name="Recurrent networks").click()
    titled(page, "The hidden state")
    wait_for_link(page, view="Memory", text="Hello there", seed="7")
    expect(text).to_have_value("Hello there")
    page.get_by_test_id("stSidebar").get_by_role("link", name="About").click()
    titled(page, ABOUT)
    page.go_back()
    titled(page, "The hidden state")
    wait_for_link(page, view="Memory", text="Hello there", seed="7")
    expect(text).to_have_value("Hello there")


def test_about_names_every_asset_and_its_licence(app: str, browse: Browse) -> None:
    from core.assets.manifest import load

    page = browse(f"{app}/about", allow=STOCK)
    titled(page, ABOUT)
    for asset in load().values():
        line = page.get_by_role("listitem").filter(has_text=asset.name)
        expect(line.first).to_contain_text(asset.licence)
        expect(line.first).to_contain_text(asset.package)
