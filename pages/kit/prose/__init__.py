"""A paragraph whose terms explain themselves: bold, and a one-line definition on hover, on focus and on a tap."""

from collections.abc import Sequence
from pathlib import Path
from typing import NotRequired, TypedDict

import streamlit as st

_HERE = Path(__file__).parent


class Segment(TypedDict):
    """A piece of a paragraph; one with a definition is a term."""

    text: str
    definition: NotRequired[str | None]


_PROSE = st.components.v2.component(
    "unrolled_prose",
    html='<p class="root"></p>',
    css=(_HERE / "prose.css").read_text("utf-8"),
    js=(_HERE / "prose.js").read_text("utf-8"),
)


def prose(segments: Sequence[Segment], *, key: str) -> None:
    """Show a paragraph; texts are shown as they are, without any markup."""
    _PROSE(key=key, data=[[segment["text"], segment.get("definition") or ""] for segment in segments])
