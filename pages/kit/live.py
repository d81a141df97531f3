"""Work on a model as a page sees it: start it once, follow it, stop it, keep what came out.

A rerun (another control was moved) goes on with the same work. A reader who leaves ends it: the script is told to
stop, or, should that fail, nobody renews the work's lease.
"""

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.runtime.scriptrunner import StopException

from pages.kit import cache

if TYPE_CHECKING:
    from core.generation.engine import Engine
    from core.generation.work import Job, Run

LEASE_SECONDS = 2.0
FRAME_SECONDS = 0.1  # between two pictures of a text that is being written


def ready(engine: "Engine", *, wait: bool) -> bool:
    """Return whether the model is loaded; with `wait`, show that it is being loaded until it is.

    A model that can't be had stops the page here with one line that says what is missing and what to do.
    """
    try:
        if engine.ready(0.0) or not wait:
            return engine.ready(0.0)
        place = st.empty()
        waited = 0.0
        while not engine.ready(0.2):
            waited += 0.2
            place.progress(min(waited / 8, 0.97), text=f"Reading the model, {waited:.0f} s of about 5.")
        place.empty()
        return True
    except RuntimeError as error:
        # Whatever keeps a model from loading (no network, no room, a broken file) is said on the page, in its own words.
        st.error(str(error))
        st.stop()


def job(key: Hashable, start: Callable[[], "Job"], doing: str) -> Any:
    """Return the result of a job that all visits share, from the shelf when it was done before.

    What takes longer than a moment shows how far it is; a failure is said in one line and stops the page.
    """
    found = cache.shelf().get(key)
    if found is not None:
        return found
    work = start()
    place = st.empty()
    try:
        while not work.wait(0.15):
            done, total = work.progress
            place.progress(done / total, text=f"{doing}: layer {done} of {total}.")
    except RuntimeError as error:
        st.error(f"{doing} failed: {error}")
        st.stop()
    place.empty()
    cache.shelf().put(key, work.result)
    return work.result


def encode(engine: "Engine", text: str) -> list[int]:
    """Return the tokens of `text`."""
    if engine.model is None:
        raise RuntimeError("the model is not loaded yet")
    return engine.model.encode(text)


def ask_next(engine: "Engine", ids: list[int]) -> "Job":
    """Let the engine compute the exact scores after `ids`."""
    from core.experiments import _writing

    return _writing.ask_next(engine, ids)


def run(slot: str, key: Hashable, start: Callable[[], "Run"]) -> "Run":
    """Return this visit's run in `slot`, started when there is none for `key`; the one before it is stopped."""
    held = _runs().get(slot)
    if held is None or held[0] != key or (held[1].state == "stopped" and not held[1].by_reader):
        if held is not None:
            held[1].stop()
        try:
            held = (key, start())
        except (RuntimeError, ValueError) as error:
            # The engine says in words what is in the way: too many readers, a prompt without room for an answer.
            st.warning(str(error))
            st.stop()
        _runs()[slot] = held
    return held[1]


def stop_all() -> None:
    """Stop all that is being written for this visit; what there is so far stays."""
    for _, one in _runs().values():
        one.stop(by_reader=True)


def forget_all() -> None:
    """Stop all that is being written for this visit and let it start anew."""
    stop_all()
    _runs().clear()


class Watch:
    """A place where text appears as it is written, with a meter and one stop button below it."""

    def __init__(self) -> None:
        self.place = st.empty()
        self._meter = st.empty()
        self._button = st.empty()
        self._offered = False

    def follow(self, runs: "list[Run]", draw: Callable[[], None], tokens: int) -> None:
        """Call `draw` now and again until all `runs` are over; a failure is said in one line and stops the page."""
        if all(one.over for one in runs):
            return
        if not self._offered:
            self._button.button("Stop", key="_stop", on_click=stop_all)
            self._offered = True
        try:
            over = False
            while not over:
                for one in runs:
                    one.touch()
                over = sum(one.wait(FRAME_SECONDS / len(runs)) for one in runs) == len(runs)
                draw()
                written = max(one.written for one in runs)
                speed = sum(one.speed for one in runs)
                self._meter.progress(
                    min(1.0, written / tokens), text=f"Token {written} of {tokens}, {speed:.0f} a second."
                )
        except StopException:
            # The reader left: the place is free at once. (A moved control comes back and goes on with the same run.)
            for one in runs:
                one.stop()
            raise
        except RuntimeError as error:
            st.error(f"Writing failed: {error}")
            st.stop()
        self._meter.empty()
        self._button.empty()


def _runs() -> dict[str, tuple[Hashable, "Run"]]:
    """Return this visit's runs by slot."""
    return st.session_state.setdefault("_runs", {})
