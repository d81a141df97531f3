"""What a reader has to reach while a text is longer than the screen: a stop button, what may stand in a word's place."""

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

STYLE = Path(__file__).parent / "reach.css"


def at_hand(key: str) -> DeltaGenerator:
    """Return a container that stays at the lower edge of the window while its place is below it, once `stick` was called."""
    return st.container(key=f"at_hand_{key}")


def stick() -> None:
    """Send the style sheet; it takes no place, and a page with nothing in such a container needs none."""
    st.html(STYLE)
