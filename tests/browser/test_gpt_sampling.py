"""The lesson on GPT sampling in a browser: what a reader sees, clicks, types and shares."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Browse, Serve, at_rest

pytestmark = pytest.mark.real_weights

SERVER = {"UNROLLED_THREADS": "1"}  # steadier where the machine has other work
PATIENCE = 60_000
# Streamlit looks for its server below a deep link's own path first.
STOCK = {"404 (Not Found)": "Streamlit asks <page>/_stcore/health before /_stcore/health"}
PAGE = "gpt_sampling"


@pytest.fixture
def app(serve: Serve) -> str:
    return serve("app.py", SERVER)


@pytest.fixture
def read(app: str, browse: Browse):  # type: ignore[no-untyped-def]
    """`read("view=Text", **options)` -> the lesson through that link, shown live and at rest."""

    def open_page(query: str = "", **options) -> Page:  # type: ignore[no-untyped-def]
        page = browse(f"{app}/{PAGE}?{query}".rstrip("?"), allow=STOCK, **options)
        live(page)
        return page

    return open_page


def live(page: Page) -> None:
    """Wait until the page is shown whole."""
    expect(page.get_by_text(re.compile("Recorded numbers, shown at once|Computed on this server"))).to_be_visible(
        timeout=PATIENCE
    )
    at_rest(page)


def strip(page: Page) -> Locator:
    return page.get_by_role("group", name="generated text, token by token", exact=True).locator(".token")


def words(page: Page) -> list[str]:
    return strip(page).evaluate_all("nodes => nodes.map(node => node.textContent)")


# A text of 200 tokens is written in a second or two, which a driver on a busy machine may need between two questions. So
# what has to happen meanwhile is done by the page itself, as soon as so many tokens stand there.
WHEN_WRITTEN = """([count, act]) => {
  const look = () => {
    const hosts = [...document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')]
    const tokens = hosts.flatMap((host) => [...(host.shadowRoot?.querySelectorAll('.token') ?? [])])
    const stop = [...document.querySelectorAll('button')].find((button) => button.innerText.trim() === 'Stop')
    if (tokens.length < count || !stop) return setTimeout(look, 5)
    const box = stop.getBoundingClientRect()
    window.written = {words: tokens.map((token) => token.textContent), inView: box.top >= 0 && box.bottom <= innerHeight}
    if (act === 'stop') stop.click()
    else tokens[5].click()
  }
  look()
}"""


def when_written(page: Page, count: int, act: str, url: str = "") -> None:
    """Let `page` do `act` ("stop", or "click" the sixth word) when `count` tokens stand there; with `url`, once it is opened."""
    if url:
        page.add_init_script(f"addEventListener('DOMContentLoaded', () => ({WHEN_WRITTEN})([{count}, '{act}']))")
        page.goto(url)
    else:
        page.evaluate(WHEN_WRITTEN, [count, act])


def branches(page: Page) -> Locator:
    return page.get_by_role("treeitem")


def bars(page: Page) -> Locator:
    return picture(page).locator(".bars .point path")


def picture(page: Page) -> Locator:
    return page.get_by_role("figure").filter(has_text="next tokens")


def slider(page: Page) -> Locator:
    return page.get_by_role("slider", name="Temperature")


def number(page: Page, name: str) -> Locator:
    return page.get_by_test_id("stMetric").filter(has_text=name).get_by_test_id("stMetricValue")


EQUAL = "as uncertain as so many equal tokens"


def link(page: Page) -> dict[str, str]:
    return {key: value[-1] for key, value in parse_qs(urlsplit(page.url).query).items()}


def wait_for_link(page: Page, **wanted: str) -> None:
    for key, value in wanted.items():
        page.wait_for_function(
            "([key, value]) => new URL(location).searchParams.get(key) === value", arg=[key, value], timeout=PATIENCE
        )


def no_sideways(page: Page) -> None:
    width = page.evaluate("document.documentElement.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.get_by_test_id("stMain").evaluate("node => node.scrollWidth - node.clientWidth") <= 0


def test_a_fresh_server_answers_a_deep_link(serve: Serve, browse: Browse) -> None:
    """Its first request, from what ships, and nothing over it."""
    url = serve("app.py", {**SERVER, "UNROLLED_WARMUP": "0"}, fresh=True)
    page = browse(f"{url}/{PAGE}?temperature=0.5&top_k=5", allow=STOCK)
    live(page)
    expect(slider(page)).to_have_value("0.5")
    expect(page.get_by_text("Page not found")).to_have_count(0)
    expect(bars(page)).to_have_count(2 * 10)
    expect(picture(page)).to_contain_text("·Albert")
    expect(picture(page).get_by_text("cut", exact=True)).to_have_count(10 - 5)
    assert link(page) == {"temperature": "0.5", "top_k": "5"}


def test_the_picture_follows_the_slider_by_keyboard_alone(read) -> None:  # type: ignore[no-untyped-def]
    page = read()
    expect(bars(page)).to_have_count(10)  # the model's own are not drawn twice
    before = number(page, EQUAL).inner_text()
    page.evaluate("document.activeElement?.blur()")
    for _ in range(60):
        page.keyboard.press("Tab")
        if slider(page).evaluate("node => node === document.activeElement"):
            break
    expect(slider(page)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    wait_for_link(page, temperature="0.95")
    expect(number(page, EQUAL)).not_to_have_text(before)
    expect(bars(page)).to_have_count(20)
    at_rest(page)
    expect(slider(page)).to_be_focused()
    page.keyboard.press("Home")
    wait_for_link(page, temperature="0")
    expect(number(page, EQUAL)).to_have_text("1.0")


def test_a_typed_mark_is_a_word(read) -> None:  # type: ignore[no-untyped-def]
    """The theme replaces its marks wherever they stand in a figure: what a reader types must not be one."""
    page = read("prompt=%23000001+%23000001+%23000001")
    expect(page.get_by_role("figure").first).to_be_visible()
    words = " ".join(page.get_by_role("figure").all_inner_texts())
    assert not re.search(r"#[0-9a-f]{6}", words.replace("000001", ""))


def test_text_streams_in_and_stops(read, app: str) -> None:  # type: ignore[no-untyped-def]
    page = read()
    when_written(page, 5, "stop", f"{app}/{PAGE}?view=Text&tokens=200&seed=905")
    expect(page.get_by_text("It was stopped before its end.")).to_be_visible(timeout=PATIENCE)
    at_rest(page)
    written = strip(page).count()
    assert len(page.evaluate("written.words")) <= written < 200
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    expect(page.get_by_text("of 200, ")).to_have_count(0)  # the meter
    again = page.get_by_role("button", name="Write it again from the start")
    expect(again).to_be_visible()
    first = words(page)
    when_written(page, written + 3, "stop")
    again.click()
    expect(strip(page).nth(written + 2)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("It was stopped before its end.")).to_be_visible(timeout=PATIENCE)
    at_rest(page)  # the words move from the running strip to the one that stays
    assert words(page)[:written] == first
    assert written + 3 <= strip(page).count() < 200


def test_a_text_says_how_far_it_is(read, app: str) -> None:  # type: ignore[no-untyped-def]
    page = read()
    # A beam of eight takes long enough to be looked at.
    page.goto(f"{app}/{PAGE}?view=Text&tokens=200&strategy=beam&beams=8&seed=907")
    expect(page.get_by_text("of 200, ")).to_contain_text("a second", timeout=PATIENCE)
    page.get_by_role("button", name="Stop").dispatch_event(
        "click"
    )  # without waiting until it rests: it moves with the text
    expect(page.get_by_text("It was stopped before its end.")).to_be_visible(timeout=PATIENCE)


def test_a_click_while_it_is_written_does_not_begin_the_text_anew(read, app: str) -> None:  # type: ignore[no-untyped-def]
    page = read()
    when_written(page, 20, "click", f"{app}/{PAGE}?view=Text&tokens=200&seed=906")
    page.wait_for_function("() => window.written", timeout=PATIENCE)
    before = page.evaluate("written.words")
    assert page.evaluate("written.inView")  # the stop button sticks to the window's edge
    counts = [strip(page).count()]
    while counts[-1] < 150:
        page.wait_for_timeout(20)
        counts.append(strip(page).count())
    assert counts == sorted(counts)
    assert len(before) <= counts[0]
    assert words(page)[: len(before)] == before
    expect(strip(page).nth(5)).to_have_attribute("aria-pressed", "true")
    expect(strip(page)).to_have_count(200, timeout=PATIENCE)


def test_branches_by_click_and_by_keyboard(read, browse: Browse) -> None:  # type: ignore[no-untyped-def]
    page = read("view=Text&tokens=12")
    expect(strip(page)).to_have_count(12)
    first = words(page)
    strip(page).nth(3).click()
    pill = page.get_by_test_id("stButtonGroup").filter(has_text="Put another there").locator("button, [role=radio]")
    expect(pill.first).to_be_visible()
    pill.nth(1).click()
    wait_for_link(page, branch="1")
    expect(branches(page)).to_have_count(2)
    expect(strip(page)).to_have_count(12)
    at_rest(page)
    second = words(page)
    assert second[:3] == first[:3]
    assert second[3] != first[3]

    # The same with the keys alone: walk to a word, take it, walk to a rival, take it.
    strip(page).nth(3).focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Token 7 is")).to_be_visible()
    pill.first.focus()
    page.keyboard.press("Space")
    wait_for_link(page, branch="2")
    expect(branches(page)).to_have_count(3)
    at_rest(page)
    third = words(page)
    assert third[:6] == second[:6]
    assert third[6] != second[6]
    totals = branches(page).evaluate_all("nodes => nodes.map(node => node.getAttribute('aria-label'))")

    # Reloading keeps it; so does the link, elsewhere.
    page.reload()
    live(page)
    expect(branches(page)).to_have_count(3)
    assert words(page) == third
    other = browse(page.url, allow=STOCK)
    live(other)
    expect(branches(other)).to_have_count(3)
    assert words(other) == third
    assert branches(other).evaluate_all("nodes => nodes.map(node => node.getAttribute('aria-label'))") == totals
    expect(branches(other).nth(2)).to_have_attribute("aria-selected", "true")

    # The tree walks, and the first draw is as it was.
    branches(page).first.focus()
    page.keyboard.press("Enter")
    expect(branches(page).first).to_have_attribute("aria-selected", "true")
    page.wait_for_function("() => !new URL(location).searchParams.has('branch')")
    at_rest(page)
    assert words(page) == first


def test_two_readers_do_not_disturb_each_other(read, app: str) -> None:  # type: ignore[no-untyped-def]
    other, mine = read(), read()
    other.goto(f"{app}/{PAGE}?view=Text&tokens=200&strategy=beam&beams=8&seed=903")  # eight texts at once, for long
    expect(strip(other).nth(1)).to_be_visible(timeout=PATIENCE)
    mine.goto(f"{app}/{PAGE}?view=Text&tokens=25&seed=902")
    expect(strip(mine)).to_have_count(25, timeout=PATIENCE)
    assert other.get_by_role("button", name="Stop").is_visible()  # we wrote at the same time
    company = words(mine)
    other.get_by_role("button", name="Stop").dispatch_event("click")
    expect(other.get_by_text("It was stopped before its end.")).to_be_visible(timeout=PATIENCE)
    assert 1 < strip(other).count() < 200
    assert words(mine) == company
    alone = read("view=Text&tokens=24&seed=902")  # another length, so that it is written again
    assert words(alone) == company[:24]


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
@pytest.mark.parametrize("view", ["Next+token", "Text", "Four+ways"])
def test_first_screen(read, view: str, width: int, height: int) -> None:  # type: ignore[no-untyped-def]
    page = read(f"view={view}", width=width, height=height)
    no_sideways(page)
    if width > 1000:
        found = page.get_by_role("figure").filter(has_text=re.compile("next tokens|each token|livelier")).first
        box = found.bounding_box()
        assert box is not None
        assert box["y"] + 120 < height
        bet = page.get_by_text("Your bet.").bounding_box()
        assert bet is not None
        assert bet["y"] + 40 < height


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_light_and_dark(read, dark: bool) -> None:  # type: ignore[no-untyped-def]
    page = read(dark=dark)
    ground = page.get_by_test_id("stApp").evaluate("node => getComputedStyle(node).backgroundColor")
    assert ground == ("rgb(21, 23, 26)" if dark else "rgb(251, 250, 247)")
    title = picture(page).get_by_text("likeliest of").evaluate("node => getComputedStyle(node).fill")
    light = sum(int(part) for part in title.strip("rgb()").split(","))
    assert (light > 380) is dark  # it stands out from its ground
    fill = bars(page).first.evaluate("node => getComputedStyle(node).fill")
    assert fill not in (ground, "rgb(0, 0, 0)")
