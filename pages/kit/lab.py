"""What a page computes with the small models: in the server's one thread for that, kept, followed, stoppable."""

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.runtime.scriptrunner import StopException

from pages.kit import cache, words

if TYPE_CHECKING:
    from core.generation.work import Job

LEASE_SECONDS = 2.0
QUIET_SECONDS = 0.4  # what is done sooner needs no progress
FRAME_SECONDS = 0.1


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
    with st.spinner("Starting."):
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
    """Return what `work` returns, from the shelf when it was done before; visits that want the same at once share it.

    `work` runs in the lab's own thread. It may return a generator of (done, total), whose return value is then the
    result. What takes longer than a moment shows how far it is and can be stopped; a failure is said in one line.
    Both stop the page here. `key` holds all that the result depends on; a result is not None. `entries` says which
    shelf keeps it: the one for few and large results is `cache.PROMPTS`.
    """
    found = cache.shelf(entries).get(key)
    if found is not None:
        return found
    slot = f"_lab_{doing}"
    if st.session_state.get(f"{slot}_stopped") == key:
        st.info(f"{doing} was stopped.")
        st.button("Begin again", key=f"{slot}_again", on_click=_begin_again, args=(slot,))
        st.stop()
    bar, button = st.empty(), st.empty()
    job: Job | None = None
    try:
        job = _job(slot, key, work)
        if not job.wait(QUIET_SECONDS):
            button.button("Stop", key=f"{slot}_stop_{hash(key)}", on_click=_stop, args=(slot, key))
        while job.state != "finished":
            if job.wait(FRAME_SECONDS):  # stopped, because this page was held up so long: it is begun again
                job = _job(slot, key, work)
            job.touch()
            done, total = job.progress
            bar.progress(min(done / max(total, 1), 1.0), text=f"{doing}: {unit} {done:,} of {total:,}.")
    except StopException:  # the reader left
        # Not by `_let_go`: a script that was told to stop can't look into the session any more.
        if job:
            cache.workshop().leave(key, job)
        raise
    except RuntimeError as error:
        _let_go(slot)
        st.error(f"{doing} failed: {words.escape(str(error))}")
        st.stop()
    cache.shelf(entries).put(key, job.result)  # first of all: a moved control ends this run at any of the next lines
    _let_go(slot)
    bar.empty()
    button.empty()
    return job.result


def _job(slot: str, key: Hashable, work: Callable[[], Any]) -> "Job":
    """Return this visit's job in `slot`: the one under way for `key`, else a new one; another one there is given up."""
    held = st.session_state.get(slot)
    if held is not None and held[0] == key:
        held[1].touch()
        if held[1].state == "finished" or not (held[1].over or held[1].left):
            return held[1]
    _let_go(slot)
    job = cache.workshop().join(key, work, LEASE_SECONDS)
    st.session_state[slot] = (key, job)
    return job


def _let_go(slot: str) -> None:
    held = st.session_state.pop(slot, None)
    if held is not None:
        cache.workshop().leave(*held)


def _stop(slot: str, key: Hashable) -> None:
    _let_go(slot)
    st.session_state[f"{slot}_stopped"] = key


def _begin_again(slot: str) -> None:
    st.session_state.pop(f"{slot}_stopped", None)  # a second click finds nothing
