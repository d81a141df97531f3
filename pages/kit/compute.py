"""A computation as a page sees it: in line once for all visits that want it, followed, stoppable, kept when it is done."""

import time
import uuid
from collections.abc import Callable, Generator, Hashable
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.runtime.scriptrunner import StopException

from core.serving.page_lock import PATIENCE_SECONDS, released
from pages.kit import cache, words
from pages.kit.shelf import MISSING

if TYPE_CHECKING:
    from core.serving.work import Job

LEASE_SECONDS = 5.0  # a page that is held up longer than this has what it waits for begun anew
GRACE_SECONDS = 2 * PATIENCE_SECONDS  # for a page that was ended, until it must have had its turn and asked again
QUIET_SECONDS = 0.4  # what is done sooner needs no progress
FRAME_SECONDS = 0.1


class NotHere(Exception):
    """Raised where a view can't show its result: one line for the reader, and a button if something can be done.

    The lesson shows it in the place of the view; the rest of the page stays.
    """

    def __init__(
        self,
        line: str,
        *,
        failed: bool = False,
        button: str = "",
        act: Callable[..., None] | None = None,
        args: Any = (),
    ) -> None:
        super().__init__(line)
        self.line, self.failed, self.button, self.act, self.args_of_act = line, failed, button, act, args

    def show(self) -> None:
        """Say it."""
        (st.error if self.failed else st.info)(self.line)
        if self.button:
            st.button(self.button, on_click=self.act, args=self.args_of_act, key="_not_here")


def with_small_models(work: Callable[[], Any], lease: float) -> "Job":
    """Put work in line in the server's one thread for small models; waits until torch is imported."""
    workshop = cache.workshop()
    if not workshop.wait(0):
        with st.spinner("Starting the models."), released():
            workshop.wait(None)
    return workshop.call(work, lease)


def result(
    key: Hashable,
    work: Callable[..., Any],
    doing: str,
    unit: str,
    *,
    put_in_line: "Callable[[Callable[..., Any], float], Job]" = with_small_models,
    shelved: bool = True,
) -> Any:
    """Return what `work` returns, from the shelf when it was done before; visits that want the same at once share it.

    With `shelved` False nothing is put on the shelf, which all visits share.

    `put_in_line` takes work and a lease in seconds. Work may return a generator of (done, total), whose return value is
    then the result. What takes longer than a moment shows how far it is and can be stopped. Raises `NotHere` where it
    was stopped or failed. `key` holds all that the result depends on.
    """
    found = cache.results().get(key)
    if found is not MISSING:
        return found
    slot = f"_job_{doing}"
    if st.session_state.get(f"{slot}_stopped") == key:
        raise NotHere(f"{doing} was stopped.", button="Begin again", act=_begin_again, args=(slot,))
    reader = (st.session_state.setdefault("_visit", uuid.uuid4()), slot)
    bar, button = st.empty(), st.empty()
    kept = _keep(key, work, shelved)

    def join() -> "Job":
        return cache.sharing().join(reader, key, lambda: put_in_line(kept, LEASE_SECONDS))

    job: Job | None = None
    try:
        job, began, is_offered = join(), time.monotonic(), False
        while job.state != "finished":
            with released():
                over = job.wait(FRAME_SECONDS)
            if over and job.state == "stopped":
                # Because this page was held up so long, or because its next run wants something else: a run that was told
                # to stop is ended by this look, before it takes the other one's job away.
                st.session_state.get(slot)
                job = join()
            job.touch()
            if not is_offered and time.monotonic() - began > QUIET_SECONDS and not job.over:
                button.button("Stop", key=f"{slot}_stop_{hash(key)}", on_click=_stop, args=(slot, key, reader))
                is_offered = True
            if is_offered:
                done, total = job.progress
                shared = "" if job.over else beside(job.others())
                bar.progress(min(done / max(total, 1), 1.0), text=f"{doing}: {unit} {done:,} of {total:,}.{shared}")
    except StopException:
        # The reader left, or moved a control and the next run of the page asks again. Streamlit ends this one in the
        # same way for both, and doesn't let it look into the session any more.
        if job:
            cache.sharing().may_leave(reader, job, GRACE_SECONDS)
        raise
    except RuntimeError as error:
        cache.sharing().leave(reader, key)
        if is_put_aside(error):
            st.rerun()
        bar.empty()
        button.empty()
        raise NotHere(f"{doing} failed: {words.escape(str(error))}", failed=True) from error
    cache.sharing().leave(reader, key)
    bar.empty()
    button.empty()
    return job.result


def beside(others: int) -> str:
    """Tell a reader who waits that others compute here too, such as one who trains a model; nothing where nobody does."""
    if not others:
        return ""
    return (
        f" {others} other{'s' if others > 1 else ''} compute{'' if others > 1 else 's'} here too, which slows it down."
    )


def is_put_aside(error: Exception) -> bool:
    """Return whether a model made room for another one between two lines of a page: run anew, the page gets it again."""
    from core.serving.work import Retired  # loads torch, which whoever has such an error has done

    return isinstance(error, Retired)


def _keep(key: Hashable, work: Callable[..., Any], shelved: bool) -> Callable[..., Generator[Any, None, Any]]:
    """Return `work` as a generator that puts its result on the shelf: the page that asked may have been ended meanwhile."""
    shelf = cache.results()

    def steps(*given: Any) -> Generator[Any, None, Any]:
        found = work(*given)
        if isinstance(found, Generator):
            found = yield from found
        if shelved:
            shelf.put(key, found)
        return found

    return steps


def _stop(slot: str, key: Hashable, reader: Hashable) -> None:
    cache.sharing().leave(reader, key)
    st.session_state[f"{slot}_stopped"] = key


def _begin_again(slot: str) -> None:
    st.session_state.pop(f"{slot}_stopped", None)  # a second click finds nothing
