"""One page at a time, and nobody waits for ever."""

import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.serving import page_lock
from core.serving.page_lock import held, released
from tests.core.serving.fake_model import PATIENCE


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a turn of this file's own, and no wait that ends by itself."""
    monkeypatch.setattr(page_lock, "_free", threading.Semaphore(1))
    monkeypatch.setattr(page_lock, "PATIENCE_SECONDS", PATIENCE)


def together(*pages: Callable[[], None]) -> None:
    threads = [threading.Thread(target=page) for page in pages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_one_page_at_a_time() -> None:
    running, most = [0], [0]

    def page() -> None:
        for _ in range(20):
            with held():
                running[0] += 1
                most[0] = max(most[0], running[0])
                time.sleep(0.0005)
                running[0] -= 1

    together(*[page] * 8)
    assert most == [1]


def test_a_page_that_waits_lets_others_run() -> None:
    came, went = threading.Event(), threading.Event()
    order: list[str] = []

    def waits() -> None:
        with held():
            came.set()
            with released():
                assert went.wait(PATIENCE)  # set by a page that needs the turn
            order.append("goes on")

    def other() -> None:
        assert came.wait(PATIENCE)
        with held():
            went.set()
            time.sleep(0.01)
            order.append("other")

    together(waits, other)
    assert order == ["other", "goes on"]  # after it waited it takes its turn again


@pytest.mark.parametrize("where", ["in turn", "while it waits"])
def test_the_turn_is_given_back_whatever_happens(where: str) -> None:
    with pytest.raises(ZeroDivisionError), held(), contextlib.nullcontext() if where == "in turn" else released():
        raise ZeroDivisionError
    assert page_lock._free.acquire(blocking=False)
    assert not page_lock._free.acquire(blocking=False)


def test_out_of_turn_nothing_is_given_back() -> None:
    """A fragment that runs by itself, or a page in a test, took none."""
    with released():
        pass
    assert page_lock._free.acquire(blocking=False)
    assert not page_lock._free.acquire(blocking=False)


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_lock, "PATIENCE_SECONDS", 0.02)
    ran = []

    def impatient() -> None:
        with held():
            ran.append("out of turn")
            with released():
                ran.append("waiting")

    with held():
        together(impatient)
    assert ran == ["out of turn", "waiting"]
    assert page_lock._free.acquire(blocking=False)  # what it had not taken it did not give back
    assert not page_lock._free.acquire(blocking=False)


def test_the_course_runs_its_pages_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[float | None] = []

    class Watched(threading.Semaphore):
        def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
            taken.append(timeout)
            return super().acquire(blocking, timeout)

    monkeypatch.setattr(page_lock, "_free", Watched(1))
    at = AppTest.from_file(str(Path(__file__).parents[3] / "pages" / "course.py"), default_timeout=PATIENCE).run()
    assert not at.exception
    assert taken == [PATIENCE]
