"""Everything that outlives a rerun, and the only place that caches. Every cache is bounded.

Keys hold all that a result depends on: the model's name, its device and precision, and the settings.
"""

import copy
import functools
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import streamlit as st

from core.serving.background import BackgroundWorker
from core.serving.device_lock import DeviceLock
from core.serving.sharing import Sharing
from pages.kit.course import ABOUT, HOME, LESSONS, WORDS
from pages.kit.shelf import Shelf

P = ParamSpec("P")
T = TypeVar("T")


def kept(function: Callable[P, T]) -> Callable[P, T]:
    """Return `function` with its last 64 results kept, for what follows from its arguments alone."""
    return cast(Callable[P, T], functools.lru_cache(maxsize=64)(function))


def pages() -> dict[str, list[st.Page]]:
    """Return the course's pages by the part that they belong to, as `st.navigation` wants them.

    They are copies, because Streamlit marks the one that is run. To find each file anew in each rerun would take a
    fifth of a rerun's time.
    """
    return {part: [copy.copy(page) for page in found] for part, found in _pages().items()}


@st.cache_resource(show_spinner=False, max_entries=1)
def _pages() -> dict[str, list[st.Page]]:
    parts = {"": [st.Page(HOME.file, title=HOME.title, url_path="start", default=True)]}
    for lesson in LESSONS:
        page = st.Page(lesson.file, title=lesson.title, url_path=lesson.name)
        parts.setdefault(lesson.part, []).append(page)
    # The first page's address is the bare one; "/home" is the same page for those who type it.
    parts[""].append(st.Page(HOME.file, title=HOME.title, url_path="home", visibility="hidden"))
    parts["Reference"] = [st.Page(one.file, title=one.title, url_path=one.name) for one in (WORDS, ABOUT)]
    return parts


class Few:
    """At most so many large things by name, made when they are first asked for: the least recently used makes room.

    Not in `st.cache_resource`: any client may send Streamlit's message that empties it, and others' work would be lost.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._held: OrderedDict[str, Any] = OrderedDict()

    def get(self, name: str, make: Callable[[], Any]) -> Any:
        """Return what is held under `name`, else what `make` makes, which takes no time."""
        with self._lock:
            if name not in self._held:
                self._held[name] = make()
            self._held.move_to_end(name)
            left = [self._held.popitem(last=False)[1] for _ in range(len(self._held) - self._most)]
            found = self._held[name]
        for one in left:
            one.close()
        return found

    def held(self, name: str) -> Any:
        """Return what is held under `name` without using it, else None."""
        with self._lock:
            return self._held.get(name)

    def forget(self, name: str) -> None:
        """Let go of what is held under `name`: whoever asks next has it made anew."""
        with self._lock:
            left = self._held.pop(name, None)
        if left is not None:
            left.close()


MODELS = 2  # language models in memory at once


@functools.lru_cache(maxsize=1)
def models() -> Few:
    """Return the language models of this server."""
    return Few(MODELS)


@functools.lru_cache(maxsize=1)
def turn() -> DeviceLock:
    """Return what the engines of this server pass to one another, so that only one of them computes at a time."""
    return DeviceLock()


@functools.lru_cache(maxsize=8)
def only(kind: Callable[[], T]) -> T:
    """Return the one object of a class that this server has."""
    return kind()


RESULT_BYTES, PICTURE_BYTES = 96_000_000, 48_000_000


@functools.lru_cache(maxsize=1)
def results() -> Shelf:
    """Return this server's shelf of what experiments returned."""
    return Shelf(RESULT_BYTES)


@functools.lru_cache(maxsize=1)
def pictures() -> Shelf:
    """Return this server's shelf of pictures, each with what it was drawn from."""
    return Shelf(PICTURE_BYTES)


# Not in `st.cache_resource`: any client may send Streamlit's message that empties it, and others' work would be lost.
@functools.lru_cache(maxsize=1)
def workshop() -> BackgroundWorker:
    """Return the one thread that computes with the small models of the lessons, at once, before torch is imported."""
    return BackgroundWorker()


@functools.lru_cache(maxsize=1)
def sharing() -> Sharing:
    """Return what this server's visits have in line together."""
    return Sharing()
