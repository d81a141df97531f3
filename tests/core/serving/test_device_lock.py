"""A turn goes to those who wait in the order in which they came, and to one at a time."""

import threading

import pytest

from core.serving.device_lock import DeviceLock

PATIENCE = 30


def test_the_order_is_that_of_coming() -> None:
    turn, served, came = DeviceLock(), [], threading.Semaphore(0)

    def wait(name: int) -> None:
        came.release()
        with turn:
            served.append(name)

    with turn:
        threads = []
        for name in range(5):
            threads.append(threading.Thread(target=wait, args=(name,)))
            threads[-1].start()
            assert came.acquire(timeout=PATIENCE)
            while len(turn._line) < name + 2:  # the thread said that it is about to ask; now it has
                threading.Event().wait(0.001)
    for thread in threads:
        thread.join(PATIENCE)
    assert served == list(range(5))


def test_an_error_gives_it_back() -> None:
    turn = DeviceLock()
    with pytest.raises(ZeroDivisionError), turn:
        1 / 0  # noqa: B018
    with turn:
        pass
