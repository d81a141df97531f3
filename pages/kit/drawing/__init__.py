"""A square to draw a digit in, with a finger, a mouse or the keyboard; what is drawn is a word that fits into a link."""

from pathlib import Path

import streamlit as st

from core.data.written_digits import PACKED, SIDE

_HERE = Path(__file__).parent
_DRAWING = st.components.v2.component(
    "unrolled_drawing",
    html='<div class="root"></div>',
    css=(_HERE.parent / "button.css").read_text("utf-8") + (_HERE / "drawing.css").read_text("utf-8"),
    js=(_HERE / "drawing.js").read_text("utf-8"),
)


def drawing(drawn: str, *, key: str, label: str) -> str | None:
    """Show the square with `drawn` in it; return what the reader has made of it in this run, None where nothing was changed.

    Both are as `core.data.written_digits.unpack` reads them, empty without ink. `label` names it to a screen reader.
    """
    data = {"drawn": drawn, "side": SIDE, "label": label}
    made = _DRAWING(key=key, data=data, on_drawn_change=lambda: None, width="content").get("drawn")
    return made if isinstance(made, str) and len(made) in (0, PACKED) else None
