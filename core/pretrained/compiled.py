"""Functions that numba compiles for this processor: how, and where the result is kept.

Compiling takes some seconds, so what comes out lies in the cache folder, under a name made of all that it depends on:
the sources of the compiled functions and numba's version (numba itself adds the processor, and looks at one source
file only).
"""

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numba
from numba import config
from numba.core import event

from core.assets import store

SOURCES = (
    "compiled.py",
    "linear.py",
    "q4_attention.py",
    "q4_inputs.py",
    "q4_products.py",
    "q4_step.py",
    "vectors.py",
)

UNUSED_DAYS = 30  # after which what another version of these sources had compiled is thrown away

# For `fastmath`: sums may be taken in the processor's favourite order, which is the same for every row.
SUMS = {"reassoc", "contract", "nsz", "arcp"}


def folder() -> Path:
    """Return where compiled functions are kept, beside the assets."""
    here = Path(__file__).parent
    content = b"".join((here / name).read_bytes() for name in SOURCES) + numba.__version__.encode()
    return store.root().parent / "compiled" / hashlib.sha256(content).hexdigest()[:16]


config.CACHE_DIR = str(folder())  # numba asks for it whenever a function is marked


def tidy() -> None:
    """Note that this version is in use, and remove the folders of versions that have not been for `UNUSED_DAYS`."""
    here, oldest = folder(), time.time() - UNUSED_DAYS * 24 * 3600
    with contextlib.suppress(OSError):  # nothing was kept, or it lies where nothing can be written
        os.utime(here)
        for other in here.parent.iterdir():
            if other.stat().st_mtime < oldest:
                shutil.rmtree(other, ignore_errors=True)  # another process may be at it, too


def compiled(**options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that compiles a function at its first call or takes it from the cache folder.

    `options` are those of `numba.njit`. Other threads of Python run meanwhile. Where no folder can be written to,
    the function is compiled anew in each process.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        made: Callable[..., Any] = numba.njit(nogil=True, error_model="numpy", **options)(function)
        with contextlib.suppress(RuntimeError):  # "no locator available": nothing here can be written to
            made.enable_caching()  # type: ignore[attr-defined]
        return made

    return decorate


class _Counter(event.Listener):
    """Counts functions of this package that numba has compiled; taking one from the cache folder is no event."""

    def __init__(self, report: Callable[[int], None]) -> None:
        self._report, self._done = report, 0

    def on_start(self, event: event.Event) -> None:
        self._tell(event, 0)

    def on_end(self, event: event.Event) -> None:
        self._tell(event, 1)

    def _tell(self, event: event.Event, more: int) -> None:
        if event.data["dispatcher"].py_func.__module__.startswith(__package__):
            self._done += more
            self._report(self._done)


@contextlib.contextmanager
def watched(report: Callable[[int], None]) -> Iterator[None]:
    """Call `report` with how many functions are compiled so far, inside the block; never where all lie in the cache."""
    with event.install_listener("numba:compile", _Counter(report)):
        yield
