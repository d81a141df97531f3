"""What a page computes with the small models: in the server's one thread for that, kept, followed, stoppable."""

from collections.abc import Callable, Hashable
from typing import Any

import streamlit as st

from pages.kit import cache, jobs
from pages.kit.turns import waiting


def ready(*, wait: bool, load: Callable[[], Any] | None = None) -> bool:
    """Return whether anything can be computed yet (torch takes a second); without `wait` the page runs again then.

    `load` gets what the page computes with, where that takes long: it is done once a server, in the lab's own thread, while
    something recorded is shown. Who waits gets what is needed with the first thing that is asked for.
    """
    if _loaded(None if wait else load):
        return True
    if not wait:
        _take_over(load)
        return False
    with st.spinner("Starting."), waiting():
        return cache.workshop().wait(None)


def _loaded(load: Callable[[], Any] | None) -> bool:
    workshop = cache.workshop()
    if not workshop.wait(0):
        return False
    try:
        return load is None or workshop.prepared((load.__module__, load.__qualname__), load)
    except RuntimeError:  # the line is full: whatever is asked for next says so
        return True


@st.fragment(run_every=0.5)
def _take_over(load: Callable[[], Any] | None) -> None:
    """Let what is computed take over from what was recorded as soon as that is possible."""
    if _loaded(load):
        st.rerun()


def compute(
    key: Hashable, work: Callable[[], Any], doing: str, unit: str = "step", *, entries: int = cache.RESULTS
) -> Any:
    """Return what `work` returns, computed in the lab's own thread; see `jobs.result`."""
    return jobs.result(key, work, lambda *asked: cache.workshop().call(*asked), doing, unit, entries=entries)
