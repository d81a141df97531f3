import itertools
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Browse, Serve, at_rest

DEMO = "tests/browser/tokens_demo.py"
PROMPT = "The prompt, token by token"
LOOKS = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])

NO_FONT = {"/app/static/source-serif-4": "the font lies beside the pages; the demo is no page and uses the next one"}


@pytest.fixture
def demo(serve: Serve) -> str:
    return serve(DEMO)


def tokens(page: Page, name: str = PROMPT) -> Locator:
    return page.get_by_role("group", name=name, exact=True).locator(".token")


def panel(page: Page) -> Locator:
    """The one open panel: Playwright's `visible` follows the popover."""
    return page.locator(".panel:popover-open")


def texts(found: Locator) -> list[str]:
    return found.evaluate_all("nodes => nodes.map(node => node.textContent)")


def focused(page: Page) -> str:
    return page.evaluate(
        "() => { let n = document.activeElement; while (n?.shadowRoot?.activeElement) n = n.shadowRoot.activeElement;"
        " return n?.textContent ?? '' }"
    )


def settle(page: Page) -> None:
    at_rest(page)
    page.wait_for_timeout(150)


def test_markup_spaces_and_scripts_are_text(demo: str, browse: Browse) -> None:
    page = browse(demo, allow=NO_FONT)
    found = texts(tokens(page))
    for text in ["<b>bold</b>", "<script>alert(1)</script>", " $x^2$", "    ", "\tand", "&amp;", "\xa0Albert", "שלום"]:
        assert text in found
    assert page.locator("b, script:text('alert'), .katex").count() == 0
    four = tokens(page).nth(found.index("    ")).bounding_box()
    one = tokens(page).nth(found.index(",")).bounding_box()
    assert four is not None
    assert one is not None
    assert four["width"] > 2 * one["width"]
    rows = tokens(page).evaluate_all("nodes => nodes.map(node => node.getBoundingClientRect().top)")
    newline = found.index("\n")
    assert rows[newline + 1] > rows[newline] + 10
    assert rows[newline] == pytest.approx(rows[newline - 1], abs=2)


def test_right_to_left_tokens_stay_in_their_place(demo: str, browse: Browse) -> None:
    page = browse(demo, allow=NO_FONT)
    found = texts(tokens(page))
    first = found.index("שלום")
    left = tokens(page).evaluate_all("nodes => nodes.map(node => node.getBoundingClientRect().left)")
    assert left[first] < left[first + 1] < left[first + 2] < left[first + 3]


def test_click_returns_the_index(demo: str, browse: Browse) -> None:
    page = browse(demo, allow=NO_FONT)
    tokens(page).nth(6).click()
    expect(page.get_by_text("Chosen token: 6")).to_be_visible()
    expect(tokens(page).nth(6)).to_have_attribute("aria-pressed", "true")
    expect(tokens(page).nth(4)).to_have_attribute("aria-pressed", "false")
    tokens(page, "Attention").nth(2).click()
    expect(page.get_by_text("Clicked now: 2")).to_be_visible()
    tokens(page).nth(1).click()
    expect(page.get_by_text("Clicked now: None")).to_be_visible()


def test_a_second_click_takes_the_choice_back(demo: str, browse: Browse) -> None:
    page = browse(demo, allow=NO_FONT)
    strip = tokens(page)
    pressed = page.get_by_role("group", name=PROMPT, exact=True).locator('[aria-pressed="true"]')
    for _ in range(2):
        strip.nth(6).click()
        expect(page.get_by_text("Chosen token: 6")).to_be_visible()
        expect(pressed).to_have_count(1)
        strip.nth(6).click()
        expect(page.get_by_text("Chosen token: None")).to_be_visible()
        expect(pressed).to_have_count(0)
        expect(strip.nth(6)).to_be_focused()
    page.keyboard.press("Enter")
    expect(strip.nth(6)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    expect(strip.nth(6)).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("width", [1440, 390])
def test_parts_of_characters_run_the_way_their_text_does(demo: str, browse: Browse, width: int) -> None:
    page = browse(demo, allow=NO_FONT, width=width)
    strip = tokens(page, "Parts of letters")
    left = strip.evaluate_all("nodes => nodes.map(node => node.getBoundingClientRect().left)")
    assert left == sorted(left, reverse=True)
    strip.first.focus()
    page.keyboard.press("ArrowLeft")
    expect(strip.nth(1)).to_be_focused()
    whole = page.get_by_text("שלום 2" + 12 * " עולם", exact=True)
    expect(whole).to_be_visible()
    assert whole.evaluate("node => getComputedStyle(node).direction") == "rtl"
    beneath, above = whole.bounding_box(), strip.last.bounding_box()
    assert beneath is not None
    assert above is not None
    assert beneath["y"] >= above["y"] + above["height"] - 1
    name = page.locator(".whole:visible .name").bounding_box()
    assert name is not None
    assert name["height"] < 30  # however long the text
    assert page.locator(".whole:visible").count() == 1  # only where tokens are parts


def test_keyboard_walk(demo: str, browse: Browse) -> None:
    page = browse(demo, allow=NO_FONT)
    strip = tokens(page)
    assert strip.evaluate_all("nodes => nodes.filter(node => node.tabIndex === 0).length") == 1
    strip.nth(4).focus()
    page.keyboard.press("ArrowRight")
    expect(strip.nth(5)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(strip.nth(3)).to_be_focused()
    page.keyboard.press("ArrowDown")
    assert texts(strip).index(focused(page)) > 14
    page.keyboard.press("ArrowUp")
    expect(strip.nth(3)).to_be_focused()
    page.keyboard.press("End")
    expect(strip.last).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    expect(strip.first).to_be_focused()
    assert strip.first.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_text("Chosen token: 0")).to_be_visible()
    expect(strip.first).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.get_by_text("Chosen token: 1")).to_be_visible()
    page.keyboard.press("Tab")
    assert focused(page) == "To"  # the next strip: one stop for each
    expect(tokens(page, "Attention").first).to_be_focused()


def test_names_say_text_note_and_band(demo: str, browse: Browse) -> None:
    page = browse(demo, allow=NO_FONT)
    names = tokens(page).evaluate_all("nodes => nodes.map(node => node.getAttribute('aria-label'))")
    assert names[1] == "date, rank 2, chance 30.0 %, among the first ten"
    assert names[14].startswith("newline, rank 1")
    assert names[19].startswith("space space space space, ")


def test_panel_on_hover_and_focus(demo: str, browse: Browse) -> None:
    page = browse(demo, allow=NO_FONT)
    strip = tokens(page)
    strip.nth(12).hover()
    expect(panel(page)).to_contain_text("rank 6, chance 4.6 %")
    expect(panel(page).locator(".row")).to_have_count(5)
    assert texts(panel(page).locator(".left"))[3:] == ["\n", "<i>"]
    panel(page).hover()
    page.wait_for_timeout(250)
    expect(panel(page)).to_be_visible()
    page.mouse.move(5, 5)
    expect(panel(page)).to_have_count(0)
    strip.nth(5).focus()
    page.keyboard.press("ArrowRight")
    expect(panel(page)).to_contain_text("thinker")
    expect(strip.nth(6)).to_have_attribute("aria-describedby", "panel")
    page.keyboard.press("Escape")
    expect(panel(page)).to_have_count(0)
    expect(strip.nth(6)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(panel(page)).to_contain_text("of")
    page.keyboard.press("Tab")
    expect(panel(page)).to_contain_text("attention 0.00")


@LOOKS
def test_panel_is_whole_on_a_phone(demo: str, browse: Browse, dark: bool) -> None:
    page = browse(demo, allow=NO_FONT, width=390, height=844, dark=dark, has_touch=True, is_mobile=True)
    strip = tokens(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    lefts = strip.evaluate_all("nodes => nodes.map(node => node.getBoundingClientRect().right)")
    for index in [lefts.index(max(lefts)), 0, len(lefts) - 1]:
        strip.nth(index).tap()
        box = panel(page).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 844
    page.touchscreen.tap(200, 70)
    expect(panel(page)).to_have_count(0)


def test_a_growing_strip_keeps_nodes_focus_and_panel(demo: str, browse: Browse) -> None:
    page = browse(demo, allow=NO_FONT)
    page.get_by_role("button", name="Write").click()
    strip = tokens(page, "Written so far")
    expect(strip.nth(4)).to_be_visible()
    strip.nth(1).evaluate("node => { node.mine = 1; node.focus({ focusVisible: true }) }")
    expect(panel(page)).to_contain_text("date")
    group = page.get_by_role("group", name="Written so far")
    expect(group).to_have_attribute("aria-busy", "true")
    expect(group.locator(".caret")).to_be_visible()
    page.evaluate(
        "() => { window.closed = 0; const see = () => { if (window.done) return;"
        " const n = [...document.querySelectorAll('*')].flatMap(e => e.shadowRoot ? [e.shadowRoot] : [])"
        ".filter(r => r.querySelector('.panel:popover-open')).length;"
        " if (!n) window.closed += 1; requestAnimationFrame(see) }; see() }"
    )
    expect(strip.nth(20)).to_be_visible()
    assert page.evaluate("() => { window.done = true; return window.closed }") == 0
    assert strip.nth(1).evaluate("node => node.mine") == 1
    expect(strip.nth(1)).to_be_focused()
    expect(panel(page)).to_contain_text("date")
    expect(page.get_by_text("Finished")).to_be_visible()
    expect(group.locator(".caret")).to_be_hidden()
    expect(strip.nth(1)).to_be_focused()


def test_a_click_while_text_comes(demo: str, browse: Browse) -> None:
    page = browse(demo, allow=NO_FONT)
    page.get_by_role("button", name="Write").click()
    strip = tokens(page, "Written so far")
    expect(strip.nth(4)).to_be_visible()
    tokens(page).nth(2).click()
    expect(page.get_by_text("Chosen token: 2")).to_be_visible()
    expect(page.get_by_text("Waiting")).to_be_visible()
    expect(strip).to_have_count(1)


def test_a_fragment_updates_in_place(demo: str, browse: Browse) -> None:
    page = browse(demo, allow=NO_FONT)
    strip = tokens(page, "Ticking")
    strip.first.evaluate("node => { node.mine = 1 }")
    page.get_by_text("Tick", exact=True).click()
    expect(strip).to_have_count(15)
    assert strip.first.evaluate("node => node.mine") == 1
    page.get_by_text("Tick", exact=True).click()


def test_still_caret_for_those_who_want_less_motion(demo: str, browse: Browse) -> None:
    for motion, name in [("reduce", "none"), ("no-preference", "pulse")]:
        page = browse(demo, allow=NO_FONT, reduced_motion=motion)
        caret = page.get_by_role("group", name="Written so far").locator(".caret")
        assert caret.evaluate("node => getComputedStyle(node).animationName") == name


@pytest.mark.parametrize("width", [1440, 390])
def test_links_are_drawn_and_follow_the_target(demo: str, browse: Browse, width: int) -> None:
    page = browse(demo, allow=NO_FONT, width=width)
    target = tokens(page, "Alignment: Portuguese")
    source = tokens(page, "Alignment: English")
    links = page.locator(".linked path")
    settle(page)
    assert links.count() == 10
    target.nth(4).hover()
    settle(page)
    drawn = links.evaluate_all("nodes => nodes.map(node => Number(node.style.opacity))")
    assert len(drawn) == 10
    assert sum(opacity > 0.4 for opacity in drawn) == 2
    expect(panel(page)).to_contain_text("64 %")
    assert source.nth(5).evaluate("node => node.classList.contains('washed')")
    name = target.nth(4).get_attribute("aria-label") or ""
    assert name.startswith("viu, see 64 %, did 23 %")
    ends = links.evaluate_all(
        "nodes => nodes.map(node => { const m = node.getScreenCTM(), p = node.getPointAtLength(0);"
        " return [p.x + m.e, p.y + m.f] })"
    )
    strong = ends[drawn.index(max(drawn))]
    box = source.nth(5).bounding_box()
    assert box is not None
    if width == 1440:
        assert abs(strong[0] - (box["x"] + box["width"] / 2)) < 2
        assert 0 <= strong[1] - (box["y"] + box["height"]) < 6
    else:
        assert 0 <= strong[0] - (box["x"] + box["width"]) < 8
        assert abs(strong[1] - (box["y"] + box["height"] / 2)) < 2
    target.nth(4).click()
    expect(page.get_by_text("Aligned: 4")).to_be_visible()
    page.mouse.move(5, 5)
    expect(panel(page)).to_have_count(0)
    settle(page)
    assert not source.nth(5).evaluate("node => node.classList.contains('washed')")


def test_links_follow_the_window(demo: str, browse: Browse) -> None:
    page = browse(demo, allow=NO_FONT)
    columns = page.locator(".linked.columns")
    settle(page)
    before = page.locator(".linked path").first.get_attribute("d")
    expect(columns).to_have_count(0)
    page.set_viewport_size({"width": 390, "height": 844})
    expect(columns).to_have_count(1)
    settle(page)
    assert page.locator(".linked path").first.get_attribute("d") != before


def test_tree_walk(demo: str, browse: Browse) -> None:
    page = browse(demo, allow=NO_FONT)
    rows = page.get_by_role("tree", name="Beams").get_by_role("treeitem")
    expect(rows).to_have_count(8)
    expect(rows.nth(6)).to_have_attribute("aria-selected", "true")
    assert rows.nth(3).get_attribute("aria-label") == "by the door, -2.46, pruned"
    assert rows.nth(7).locator(".words").evaluate("node => getComputedStyle(node).textDecorationLine") == "line-through"
    rows.nth(6).focus()
    for key, index in [("ArrowLeft", 5), ("ArrowUp", 4), ("ArrowLeft", 0), ("ArrowRight", 1), ("End", 7), ("Home", 0)]:
        page.keyboard.press(key)
        expect(rows.nth(index)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Branch: 1")).to_be_visible()
    expect(rows.nth(1)).to_have_attribute("aria-selected", "true")
    rows.nth(7).click()
    expect(page.get_by_text("Branch: 7")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_deep_tree_can_be_read(demo: str, browse: Browse, width: int) -> None:
    page = browse(demo, allow=NO_FONT, width=width)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= width
    deep = page.get_by_role("tree", name="Deep")
    rows = deep.get_by_role("treeitem")
    expect(rows).to_have_count(13)
    assert rows.last.get_attribute("aria-label") == (
        "from word 36, and she went on a long way to the town by the sea, where her brother, −138.4 nats"
    )
    boxes = "nodes => nodes.map(node => node.getBoundingClientRect())"
    whole = deep.evaluate("node => node.getBoundingClientRect()")
    words = deep.locator(".words").evaluate_all(boxes)
    names = deep.locator(".name").evaluate_all(boxes)
    figures = deep.locator(".figure").evaluate_all(boxes)
    starts = [box["left"] for box in names]
    assert all(
        after - before >= 4 for before, after in itertools.pairwise(starts)
    )  # each level can be told from the next
    assert max(box["right"] for box in [*words, *names, *figures]) <= whole["right"]
    assert all(box["height"] < 30 for box in [*names, *figures])  # in one line
    if width == 390:
        assert min(box["width"] for box in words) > 0.65 * whole["width"]
        assert max(box["height"] for box in words) < 4 * 28
        assert all(name["bottom"] <= text["top"] + 1 for name, text in zip(names, words, strict=True))
    else:
        assert min(box["width"] for box in words) > 0.3 * whole["width"]


CONTRASTS = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3]));
  const ground = (node) => {
    const layers = [];
    for (let n = node; n; n = n.parentNode ?? n.host) {
      if (n.host) { n = n.host; }
      if (n.nodeType === 1) layers.push(rgba(getComputedStyle(n).backgroundColor));
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
  };
  const light = (c) => {
    const [r, g, b] = c.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  for (const host of document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')) {
    const texts = ".token, li, .panel div, .panel span, .words, .figure, .name, .whole bdi";
    for (const node of host.shadowRoot.querySelectorAll(texts)) {
      if (!node.textContent.trim()) continue;
      const under = ground(node);
      const pair = [light(over(rgba(getComputedStyle(node).color), under)), light(under)].sort((a, b) => b - a);
      found.push([node.className + ": " + node.textContent, (pair[0] + 0.05) / (pair[1] + 0.05)]);
    }
  }
  return found;
}"""


@LOOKS
def test_text_stands_out(demo: str, browse: Browse, dark: bool) -> None:
    page = browse(demo, allow=NO_FONT, dark=dark)
    tokens(page).nth(12).hover()
    settle(page)
    found = page.evaluate(CONTRASTS)
    assert len(found) > 100
    assert [(name, round(ratio, 2)) for name, ratio in found if ratio < 4.5] == []
    lightness = page.locator(".root").first.evaluate("node => getComputedStyle(node).color")
    brightness = sum(map(int, re.findall(r"\d+", lightness)[:3]))
    assert (brightness > 380) is dark  # the theme did change


def test_bands_differ_without_colour(demo: str, browse: Browse) -> None:
    page = browse(demo, allow=NO_FONT)
    lines = tokens(page).evaluate_all(
        "nodes => nodes.slice(0, 4).map(node => { const s = getComputedStyle(node, '::after');"
        " return [s.borderBottomStyle, s.borderBottomWidth, s.borderBottomColor] })"
    )
    assert len({(style, width) for style, width, _ in lines}) == 4
    assert len({colour for _, _, colour in lines}) == 4
