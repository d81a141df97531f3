"""Functions that numba compiles for this processor: how, and where the result is kept.

Compiling takes some seconds, so what comes out lies in the cache folder, under a name made of all that it depends on:
the sources of the compiled functions and numba's version (numba itself adds the processor, and looks at one source
file only). Each file ends with a digest of what stands before it: a process that was killed or a disk that is full or
broken leaves files that raise an error when they are read, or end the process.
"""

import contextlib
import hashlib
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import numba
from numba import config
from numba.core import event
from numba.core.caching import FunctionCache, IndexDataCacheFile

from core.assets import store

log = logging.getLogger(__name__)

# Of the compiled functions and of the constants in them, from this folder.
SOURCES = (
    "attention.py",
    "compiled.py",
    "inputs.py",
    "products.py",
    "step.py",
    "vectors.py",
    "../causal_lm/linear.py",
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
    the function is compiled anew in each process, and the log says so once.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        made: Callable[..., Any] = numba.njit(nogil=True, error_model="numpy", **options)(function)
        try:
            made._cache = _Kept(function)  # type: ignore[attr-defined]  # as `enable_caching` does, with numba's own
        except RuntimeError:  # "no locator available": nothing here can be written to
            _warn_not_kept(str(folder()), "nothing can be written there")
        return made

    return decorate


class _Kept(FunctionCache):
    """What numba keeps of one function, in files that are checked; keeping it may fail, the function works all the same."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._cache_file = _Files(self._cache_path, self._impl.filename_base, self._impl.locator.get_source_stamp())

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled for a signature; where the disk does not take it, say so once and go on."""
        try:
            super().save_overload(sig, data)
        except OSError as error:
            _warn_not_kept(self.cache_path, error.strerror or str(error))


class _Files(IndexDataCacheFile):
    """A function's index and its compiled code on the disk, each file with its digest at the end.

    A broken file is removed and counts as one that is not there, for which numba compiles. Only a digest finds all of
    them: bytes that are wrong within the code are run, and end the process.
    """

    @contextlib.contextmanager
    def _open_for_write(self, filepath: str) -> Iterator[BinaryIO]:
        with super()._open_for_write(filepath) as file:
            yield file
            file.flush()
            file.write(_digest(Path(file.name).read_bytes()))  # what is read stops before it: a pickle knows its end

    def _load_index(self) -> dict[Any, str]:
        return super()._load_index() if _is_whole(Path(self._index_path)) else {}

    def _load_data(self, name: str) -> Any:
        path = self._data_path(name)
        if not _is_whole(Path(path)):
            raise FileNotFoundError(path)  # which numba expects: another process may have removed it
        return super()._load_data(name)


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _is_whole(file: Path) -> bool:
    """Return whether a file is there as it was written; one that is not is removed, where that is possible."""
    try:
        content = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        _warn_once(f"{file} can't be read ({error.strerror or error}): its loop is compiled anew.")
        return False
    size = hashlib.sha256().digest_size
    if content[-size:] == _digest(content[:-size]):
        return True
    _warn_once(f"{file} is broken: its loop is compiled anew.")
    with contextlib.suppress(OSError):  # where it can't be removed, it is found broken again
        file.unlink()
    return False


def _warn_not_kept(place: str, reason: str) -> None:
    _warn_once(
        f"Compiled loops can't be kept in {place} ({reason}): they work, but are compiled anew at each start. "
        "Make room there, or set UNROLLED_HOME to a folder that can be written."
    )


@lru_cache  # a disk says the same of each of twenty loops
def _warn_once(line: str) -> None:
    log.warning("%s", line)


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
