"""The square to draw in, in a browser: with a mouse and with the keyboard, in the link, and empty again."""

import re

import pytest
from playwright.sync_api import Page, expect

from core.data.written_digits import PACKED, unpack
from tests.browser.conftest import Browse, Serve, at_rest
from tests.browser.test_course import SERVER

pytestmark = pytest.mark.real_weights
OWN = re.compile(r"^Your drawing is read as an? (\d)\.")
WHERE = re.compile(rf"[?&]drawn=([\w-]{{{PACKED}}})(&|$)")
SEVEN = ((60, 50), (140, 50), (120, 95), (95, 160))  # px of 196


def verdict(page: Page) -> str:
    return page.get_by_role("heading", level=2).first.inner_text()


def drawn(page: Page) -> str:
    page.wait_for_url(WHERE)
    at_rest(page)
    found = WHERE.search(page.url)
    assert found is not None
    return found[1]


def test_a_drawing_is_read_and_is_in_the_link(serve: Serve, browse: Browse) -> None:
    page = browse(f"{serve('app.py', SERVER)}/why_order?view=Pixels", width=1280, height=900)
    at_rest(page)
    before = verdict(page)
    square = page.get_by_role("application")
    square.scroll_into_view_if_needed()
    box = square.bounding_box()
    assert box is not None
    for n, (x, y) in enumerate(SEVEN):
        page.mouse.move(box["x"] + x, box["y"] + y, steps=5)
        if n == 0:
            page.mouse.down()
    page.mouse.up()
    expect(page.get_by_role("heading", level=2).first).to_have_text(OWN)
    ink = unpack(drawn(page))
    assert 50 < (ink > 0).sum() < 250
    assert OWN.match(verdict(page))[1] == "7"  # type: ignore[index]
    page.reload()
    expect(page.get_by_role("heading", level=2).first).to_have_text(OWN)
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_role("heading", level=2).first).to_have_text(before)
    page.wait_for_url(lambda url: "drawn=" not in url)


def test_the_keyboard_draws(serve: Serve, browse: Browse) -> None:
    page = browse(f"{serve('app.py', SERVER)}/why_order?view=Pixels", width=390, height=844)
    at_rest(page)
    page.get_by_role("application").focus()
    for keys, count in (("ArrowUp", 8), ("Shift+ArrowDown", 16)):
        for _ in range(count):
            page.keyboard.press(keys)
    expect(page.get_by_role("heading", level=2).first).to_have_text(OWN)
    ink = unpack(drawn(page))
    assert (ink[6:22, 14] == 255).all()
    assert not ink[:, :10].any()
    assert OWN.match(verdict(page))[1] == "1"  # type: ignore[index]
