"""An own component: plain JavaScript and CSS in a folder of its name, isolated from the page."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

_BUTTONS = (Path(__file__).parent / "button.css").read_text("utf-8")


def component(folder: Path, *, html: str = '<div class="root"></div>', buttons: bool = False) -> ComponentRenderer:
    """Register what lies in `folder` as NAME.js and NAME.css; it draws into `html`.

    buttons: whether its buttons look as those that save a picture do.
    """
    name = folder.name
    css, js = ((folder / f"{name}.{kind}").read_text("utf-8") for kind in ("css", "js"))
    return st.components.v2.component(f"unrolled_{name}", html=html, css=_BUTTONS + css if buttons else css, js=js)
