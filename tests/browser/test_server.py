"""What the server sends between a click and the picture, to a reader without a browser (bench/client.py)."""

import asyncio
import statistics
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest

from bench.client import session
from pages.kit.course import LESSONS
from tests.browser.conftest import Serve
from tests.browser.test_gpt_sampling import SERVER

pytestmark = pytest.mark.real_weights

T = TypeVar("T")
CLICKS = 9
HELD_BACK = 0.025  # seconds; what is held back waits for an acknowledgement, which comes after 40 ms


def read(url: str, visit: Callable[[int], Coroutine[Any, Any, T]]) -> T:
    """Return what `visit` of the server's port returns, outside this thread: Playwright has an event loop in it."""
    port = urlsplit(url).port
    assert port
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, visit(port)).result()


@pytest.mark.parametrize("lesson", [lesson.name for lesson in LESSONS])
def test_the_first_reader_of_a_server_gets_the_picture(serve: Serve, lesson: str) -> None:
    """While the server still imports in the background what Plotly uses where it finds it."""

    async def visit(port: int) -> list[str]:
        async with session(port, lesson) as reader:  # raises where the page shows an exception
            return [kind for kind, _ in reader.elements]

    assert {"plotly_chart", "bidi_component"} & set(read(serve("app.py", SERVER, fresh=True), visit))


def test_a_click_right_after_another_is_not_held_back(serve: Serve) -> None:
    """Small messages wait until the one before is acknowledged, unless the server tells the system to send them."""

    async def visit(port: int) -> tuple[float, float]:
        async with session(port, "gpt_sampling") as reader:
            rested, at_once = [], []
            for pause, found in ((0.2, rested), (0.0, at_once)):
                for _ in range(CLICKS):
                    await asyncio.sleep(pause)
                    found.append(await reader.rerun())
        return statistics.median(rested), statistics.median(at_once)

    rested, at_once = read(serve("app.py", SERVER), visit)
    assert at_once < rested + HELD_BACK
