"""The course around the lessons: addresses, the browser's history, presenting, copying, terms."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from pages.kit.course import LESSONS
from tests.browser.conftest import Browse, Serve, at_rest

SERVER = {"UNROLLED_WARMUP": "0"}  # what these tests look at ships with the app
PATIENCE = 60_000
TITLES = {
    "": "Sequence models, unrolled",
    "home": "Sequence models, unrolled",
    "words": "Words",
    "about": "About",
    **{lesson.name: lesson.claim for lesson in LESSONS},
}
RNN, GATES = TITLES["rnn"], TITLES["lstm_gates"]


@pytest.fixture
def app(serve: Serve) -> str:
    return serve("app.py", SERVER)


def titled(page: Page, title: str) -> None:
    expect(page.get_by_test_id("stMain").get_by_role("heading", level=1)).to_contain_text(title, timeout=PATIENCE)
    at_rest(page)


def query(page: Page) -> dict[str, str]:
    return {key: values[-1] for key, values in parse_qs(urlsplit(page.url).query).items()}


def address_is(page: Page, path: str, **wanted: str) -> None:
    """Wait until the address is this one, and the controls agree with it."""
    page.wait_for_function(
        "([path, wanted]) => { const u = new URL(location.href), q = Object.fromEntries(u.searchParams);"
        " return u.pathname === path && JSON.stringify(Object.entries(q).sort()) === JSON.stringify(wanted); }",
        arg=[path, sorted([key, value] for key, value in wanted.items())],
        timeout=PATIENCE,
    )
    at_rest(page)
    assert query(page) == wanted


def go(page: Page, section: str, name: str) -> None:
    """Open a page by the navigation on top."""
    page.get_by_test_id("stTopNavSection").filter(has_text=section).click()
    page.get_by_test_id("stTopNavDropdownLink").filter(has_text=name).first.click(delay=80)


def typed(page: Page, text: str) -> None:
    """Type a text of one's own, behind "More"."""
    page.get_by_test_id("stPopover").get_by_role("button").click()
    box = page.get_by_role("textbox", name="Your text")
    box.fill(text)
    box.press("Control+Enter")
    at_rest(page)


@pytest.mark.parametrize("path", ["", "home", "words", "about"])
def test_every_address_works_at_once_and_has_its_own_title(app: str, browse: Browse, path: str) -> None:
    """Those of the lessons are opened in `test_every_lesson`."""
    page = browse(f"{app}/{path}", width=1280, height=720)
    titled(page, TITLES[path])
    expect(page.get_by_text("Page not found")).to_have_count(0)
    assert page.title().endswith("Unrolled")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_fresh_server_opens_a_link_to_a_state(serve: Serve, browse: Browse) -> None:
    page = browse(f"{serve('app.py', SERVER, fresh=True)}/rnn?view=Memory&damage=swap+it", width=1280, height=720)
    titled(page, RNN)
    expect(page.get_by_role("heading", level=2).first).to_contain_text("swapped")


def test_an_unknown_page_says_so_and_shows_the_first(app: str, browse: Browse) -> None:
    missing = {"The page that you have requested does not seem to exist": "what this test asks for"}
    page = browse(f"{app}/nowhere", allow=missing)
    expect(page.get_by_role("dialog", name="Page not found")).to_be_visible()
    titled(page, TITLES[""])


def test_each_back_shows_the_page_as_it_was_left(app: str, browse: Browse) -> None:
    """Typed on one lesson, another one opened, typed there, come back, typed again: three entries, and no other."""
    page = browse(f"{app}/rnn", width=1280, height=720)
    titled(page, RNN)
    before = page.evaluate("history.length")
    typed(page, "hello there")
    address_is(page, "/rnn", text="hello there")
    page.keyboard.press("Escape")
    go(page, "Recurrence", "LSTM gates")
    titled(page, GATES)
    address_is(page, "/lstm_gates")
    typed(page, "other words")
    address_is(page, "/lstm_gates", text="other words")
    page.keyboard.press("Escape")
    go(page, "Recurrence", "Recurrent networks")
    titled(page, RNN)
    address_is(page, "/rnn", text="hello there")  # by navigation: as the reader left it
    assert page.evaluate("history.length") == before + 2
    page.go_back()
    titled(page, GATES)
    address_is(page, "/lstm_gates", text="other words")
    page.go_back()
    titled(page, RNN)
    address_is(page, "/rnn", text="hello there")
    page.go_forward()
    titled(page, GATES)
    address_is(page, "/lstm_gates", text="other words")


def test_views_and_bets_make_no_history(app: str, browse: Browse) -> None:
    page = browse(f"{app}/rnn", width=1280, height=720)
    titled(page, RNN)
    before = page.evaluate("history.length")
    page.get_by_text("under half").click()
    address_is(page, "/rnn", since="4")
    page.get_by_role("button", name="Undo").click()
    address_is(page, "/rnn")
    for view in ("One unit", "Memory"):
        page.get_by_test_id("stMain").get_by_text(view, exact=True).first.click()
        address_is(page, "/rnn", view=view)
    page.get_by_role("button", name="Reset").click()
    address_is(page, "/rnn")
    assert page.evaluate("history.length") == before


def test_a_page_is_presented_and_left(app: str, browse: Browse) -> None:
    page = browse(f"{app}/rnn?view=Memory", width=1280, height=720)
    titled(page, RNN)
    page.get_by_role("button", name="Present").click()
    address_is(page, "/rnn", view="Memory", present="true")
    expect(page.get_by_test_id("stTopNavSection")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_contain_text("loses")
    sizes = page.locator(".js-plotly-plot text:visible").evaluate_all(
        "ns => ns.map((n) => parseFloat(getComputedStyle(n).fontSize))"
    )
    assert min(sizes) >= 20
    page.get_by_role("button", name="Leave presenting").click()
    address_is(page, "/rnn", view="Memory")
    titled(page, RNN)


def test_the_link_is_copied(app: str, browse: Browse) -> None:
    page = browse(f"{app}/rnn?since=3", width=1280, height=720, permissions=["clipboard-read", "clipboard-write"])
    titled(page, RNN)
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_a_term_explains_itself_by_mouse_by_key_and_by_touch(app: str, browse: Browse) -> None:
    page = browse(f"{app}/rnn", width=1280, height=720)
    titled(page, RNN)
    term = page.get_by_role("button", name="hidden state").first
    bubble = page.locator(".bubble:popover-open")
    expect(bubble).to_have_count(0)
    term.hover()
    expect(bubble).to_contain_text("list of numbers")
    box = bubble.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1280
    page.mouse.move(1000, 700)
    expect(bubble).to_have_count(0)
    term.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(bubble).to_contain_text("list of numbers")
    page.keyboard.press("Escape")
    expect(bubble).to_have_count(0)


def test_about_names_every_asset_and_its_licence(app: str, browse: Browse) -> None:
    from core.assets.manifest import load

    page = browse(f"{app}/about", width=1280, height=720)
    titled(page, "About")
    for asset in load().values():
        line = page.get_by_role("listitem").filter(has_text=asset.name)
        expect(line.first).to_contain_text(asset.licence)
        expect(line.first).to_contain_text(asset.package)
