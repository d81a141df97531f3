"""What of a link or a text could not be: said in one line below the lesson's first words, once."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_NOTICES = "_notices"


def note(text: str) -> None:
    """Say `text` when this run ends."""
    st.session_state.setdefault(_NOTICES, []).append(text)


def show_notices(place: DeltaGenerator) -> None:
    """End a run: say in one line what of the link could not be, once."""
    notices = st.session_state.pop(_NOTICES, [])
    if notices:
        place.caption(" ".join(notices))


def tame(raw: str) -> str:
    """Return a stranger's text, short and without anything that Markdown would act on."""
    kept = "".join(c for c in raw[:24] if c.isalnum() or c in " .,-+")
    return f"“{kept}”" if kept.strip() else "that"
