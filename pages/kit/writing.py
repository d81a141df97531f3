"""A text that the model writes for a visit: start it once, follow it, stop it, keep what came out.

A rerun (another control was moved) goes on with the same text. A reader who leaves ends it: the script is told to
stop, or, should that fail, nobody renews its lease.
"""

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import StopException

from pages.kit.jobs import GRACE_SECONDS, is_put_aside
from pages.kit.reach import at_hand, stick
from pages.kit.turns import waiting
from pages.kit.words import escape

if TYPE_CHECKING:
    from core.serving.work import Run

FRAME_SECONDS = 0.1  # between two pictures of a text that is being written


def run(slot: str, key: Hashable, start: Callable[[], "Run"]) -> "Run":
    """Return this visit's run in `slot`, started when there is none for `key`; the one before it is stopped."""
    held = _runs().get(slot)
    if held is None or held[0] != key or (held[1].state == "stopped" and not held[1].by_reader):
        if held is not None:
            held[1].stop()
        try:
            held = (key, start())
        except (RuntimeError, ValueError) as error:
            if is_put_aside(error):
                st.rerun()
            # The engine says in words what is in the way: too many readers, a prompt without room for an answer.
            st.warning(escape(str(error)))
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
        self._ground = st.container()
        self._place: DeltaGenerator | None = None
        with at_hand("writing"):
            self._meter = st.empty()
            self._button = st.empty()
        self._offered = False

    @property
    def place(self) -> DeltaGenerator:
        """Return the place, made right before something is put there.

        An empty place takes away at once what the page showed there in its last run; a container lets it stand.
        """
        self._place = self._place or self._ground.empty()
        return self._place

    def follow(self, runs: "list[Run]", draw: Callable[[], None], tokens: int) -> None:
        """Call `draw` now and again until all `runs` are over; a failure is said in one line and stops the page."""
        if all(one.over and not one.error for one in runs):
            return
        draw()  # at once: what stood here before the page ran again must not vanish for a moment
        if not self._offered:
            stick()
            self._button.button("Stop", key="_stop", on_click=stop_all)
            self._offered = True
        try:
            over = False
            while not over:
                for one in runs:
                    one.touch()
                with waiting():
                    over = sum(one.wait(FRAME_SECONDS / len(runs)) for one in runs) == len(runs)
                draw()
                self._meter.progress(*_progress(runs, tokens))
        except StopException:
            # The reader left, and the place is free in a moment; or moved a control, and the next run of the page is
            # looking by then. Streamlit ends this one in the same way for both.
            for one in runs:
                one.leave(GRACE_SECONDS)
            raise
        except RuntimeError as error:
            self._clear()
            st.error(f"Writing failed: {escape(str(error))}")
            st.button("Try again", on_click=forget_all)
            st.stop()
        self._clear()
        if any(one.state == "stopped" and not one.by_reader for one in runs):
            st.rerun()  # the page was held up for so long that its text was taken for one that nobody reads: begin it anew

    def _clear(self) -> None:
        self._meter.empty()
        self._button.empty()


def _progress(runs: "list[Run]", tokens: int) -> tuple[float, str]:
    """Return how far `runs` of at most `tokens` tokens are, from 0 to 1, and in words."""
    if all(one.state == "waiting" for one in runs):
        return 0.0, "In line behind other readers’ texts: it begins as soon as there is room."
    written = max(one.written for one in runs)
    speed = sum(one.speed for one in runs)
    return min(1.0, written / tokens), f"Token {written} of {tokens}, {speed:.0f} a second."


def _runs() -> dict[str, tuple[Hashable, "Run"]]:
    """Return this visit's runs by slot."""
    return st.session_state.setdefault("_runs", {})
