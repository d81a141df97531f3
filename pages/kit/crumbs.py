"""The line above a lesson: where it stands in the course, and what can be done with the whole page."""

from urllib.parse import urlencode

import streamlit as st

from pages.kit import controls
from pages.kit.bar import bar
from pages.kit.course import LESSONS, Entry


def show(entry: Entry) -> None:
    """Show part, number and length of the lesson, and Reset, Copy link and Present."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        number = LESSONS.index(entry) + 1
        words = f"{entry.part} · lesson {number} of {len(LESSONS)} · {entry.minutes} minutes"
        st.markdown(f":small[{words}]", width="stretch")
        st.button("Reset", type="tertiary", on_click=_reset, key="_reset", help="All controls to their defaults")
        bar(presenting=False, on_present=_present)


def leave_presentation() -> None:
    """Offer the way back from the presented picture to the page."""
    bar(presenting=True, on_present=_leave)


def link(entry: Entry) -> None:
    """Show the address of this page in this state."""
    base = (st.context.url or f"/{entry.name}").split("?")[0]
    query = urlencode(controls.address(), doseq=True)
    st.caption("A link to exactly this state:")
    st.code(f"{base}?{query}" if query else base, language=None, wrap_lines=True)


def _reset() -> None:
    controls.reset()


def _present() -> None:
    controls.present(True)


def _leave() -> None:
    controls.present(False)
