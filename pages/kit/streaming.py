"""Texts that a model writes while a reader looks on: begun once, sent as they grow, stopped, kept.

A rerun (another control was moved) goes on with the same text. A reader who leaves ends it: the script is told to
stop, or, should that fail, nobody renews its lease. What is sent is only what is new, a few times a second, and less
often the more texts are written at once: the pages of a crowd must not take the time that their texts are waiting for.
"""

import time
import uuid
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import StopException

from core.serving.page_lock import released
from pages.kit import tokens
from pages.kit.compute import GRACE_SECONDS, NotHere, is_put_aside
from pages.kit.words import escape

if TYPE_CHECKING:
    from core.serving.engine import Engine
    from core.serving.work import Run

SEND_SECONDS = 0.25  # between two messages of a text that is written alone
EACH_SECONDS = 0.06  # and so much for each text that is written or waits, where that is more
LOOK_SECONDS = 0.3  # after which a page looks whether its reader wants something else
STYLE = Path(__file__).parent / "streaming.css"


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
            raise NotHere(escape(str(error)), button="Try again", act=forget_all) from error
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


class Growing:
    """A strip of tokens in `place` that grows while a text is written; without a place it is written unseen.

    `spell` returns its tokens so far and, where they are parts of characters, how they read.
    """

    def __init__(
        self,
        run: "Run",
        spell: Callable[[], tuple[Sequence[tokens.Token], str]],
        place: DeltaGenerator | None,
        *,
        key: str,
        label: str,
        chosen: int | None = None,
        legend: Sequence[tuple[int, str]] = (),
    ) -> None:
        self.run = run
        self._spell = spell
        self._place = place.container() if place else None
        self._pieces = place.container(gap=None) if place else None
        self._strip = {"key": key, "label": label, "chosen": chosen, "legend": legend}
        self._feed, self._number = f"{key}_{uuid.uuid4().hex[:8]}", 0
        self._sent: tuple[list[tokens.Token], str] = ([], "")

    def draw(self) -> int | None:
        """Draw what is there now; return the index of the token that was clicked in this run."""
        if self._place is None:
            return None
        row, reads = self._spell()
        self._sent = list(row), ""
        with self._place:
            return tokens.strip(row, reads=reads, busy=not self.run.over, feed=self._feed, **self._strip)  # type: ignore[arg-type]

    def send(self, most: int) -> None:
        """Send what is new; `most` is how many tokens it will have at most."""
        if self._pieces is None:
            return
        row, reads = self._spell()
        meter = "" if self.run.over else _meter(self.run, most)
        same = 0
        while same < min(len(row), len(self._sent[0])) and row[same] == self._sent[0][same]:
            same += 1
        if (same, len(row), meter) == (len(row), len(self._sent[0]), self._sent[1]) and not self.run.over:
            return
        with self._pieces:
            tokens.grow(self._feed, self._number, same, row[same:], meter=meter, busy=not self.run.over, reads=reads)
        self._number += 1
        self._sent = list(row), meter


def follow(engine: "Engine", texts: Sequence[Growing], place: DeltaGenerator, most: int, *, slot: str) -> None:
    """Send what is new of `texts`, each drawn before, until all are over; a stop button stands in `place` meanwhile.

    `slot` tells one call of a run from another. Raises `NotHere` where a text fails.
    """
    button = at_hand(place, f"writing_{slot}").empty()
    button.button("Stop", key=f"_stop_{slot}", on_click=stop_all)
    under_way, due = list(texts), time.monotonic()
    try:
        while under_way:
            if time.monotonic() >= due:
                for one in under_way:
                    one.send(most)
                due = time.monotonic() + _interval(engine)
            for one in under_way:
                one.run.touch()
            with released():
                under_way[0].run.wait(max(0.01, min(LOOK_SECONDS, due - time.monotonic())))
            st.session_state.get("_runs")  # ends this run of the page where its reader wants something else
            for one in [one for one in under_way if one.run.wait(0)]:
                one.send(most)  # at once: each text is whole as soon as it is
                under_way.remove(one)
    except StopException:
        # The reader left, and the place is free in a moment; or moved a control, and the next run of the page is
        # looking by then. Streamlit ends this one in the same way for both.
        for one in texts:
            one.run.leave(GRACE_SECONDS)
        raise
    except RuntimeError as error:
        button.empty()
        raise NotHere(
            f"Writing failed: {escape(str(error))}", failed=True, button="Try again", act=forget_all
        ) from error
    button.empty()
    if any(one.run.state == "stopped" and not one.run.by_reader for one in texts):
        st.rerun()  # the page was held up for so long that its text was taken for one that nobody reads: begin it anew


def at_hand(place: DeltaGenerator, key: str) -> DeltaGenerator:
    """Return a container that stays at the lower edge of the window while its place is below it and a button is in it."""
    with place:
        st.html(STYLE)  # it takes no place
        return st.container(key=f"at_hand_{key}")


def _interval(engine: "Engine") -> float:
    return max(SEND_SECONDS, EACH_SECONDS * sum(engine.load()))


def _meter(run: "Run", most: int) -> str:
    """Return how far a text of at most `most` tokens is."""
    if run.state == "waiting":
        return "In line behind other readers’ texts: it begins as soon as there is room."
    return f"Token {run.written} of {most}, {run.speed:.0f} a second."


def _runs() -> dict[str, tuple[Hashable, "Run"]]:
    """Return this visit's runs by slot."""
    runs: dict[str, tuple[Hashable, Run]] = st.session_state.setdefault("_runs", {})
    return runs
