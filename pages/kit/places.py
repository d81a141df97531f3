"""A place in a text (a character, a piece, a step of the decoder): a slider chooses it, and so does a click in the text."""

from typing import NoReturn

import streamlit as st

from pages.kit import controls


def choose(label: str, last: int, default: int, *, key: str, help: str | None = None) -> int:
    """Let the reader choose a place from 1 to `last`; return it. There is nothing to choose where `last` is below 2."""
    if f"_{key}" in st.session_state:  # one was clicked
        st.session_state[key] = st.session_state.pop(f"_{key}")
    if last < 2:
        return 1
    if st.session_state.get(key, 0) > last:  # the text became shorter
        st.session_state[key] = last
    return int(controls.slider(label, 1, last, min(default, last), 1, key=key, help=help))


def move(key: str, place: int) -> NoReturn:
    """Run the page again with this place chosen, as a click asks for: a slider that was drawn can't be set any more."""
    st.session_state[f"_{key}"] = place
    st.rerun()
