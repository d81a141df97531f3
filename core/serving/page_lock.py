"""One page at a time: pages that compute at once in one interpreter slow each other down.

Each then waits for the interpreter behind all the others, many times a rerun, and so does the thread that sends what
they drew. After a moment in which the machine stood still, fifty readers' pages would be at work at once, and for
seconds none would be done. In turn, each is done in its few milliseconds. A page that waits for something lets others
run meanwhile.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 0.5  # after which a page runs without it: whoever holds it is busy with something slow
_free = threading.Semaphore(1)
_mine = threading.local()


@contextmanager
def held() -> Iterator[None]:
    """Wait until no other page runs, in this thread until the end of the block."""
    _take()
    try:
        yield
    finally:
        _give()


@contextmanager
def released() -> Iterator[None]:
    """Let other pages run, until the end of the block, while this one waits for something."""
    had = _give()
    try:
        yield
    finally:
        if had:
            _take()


def _take() -> None:
    _mine.held = _free.acquire(timeout=PATIENCE_SECONDS)


def _give() -> bool:
    """Give the turn back, if this thread has it; return whether it was a page's in turn."""
    had: bool | None = getattr(_mine, "held", None)
    if had:
        _free.release()
    _mine.held = None
    return had is not None
