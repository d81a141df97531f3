"""Two buttons that save a chart as the reader sees it: PNG and SVG, made in the browser."""

from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
_SAVE = st.components.v2.component(
    "unrolled_saving",
    html='<div class="root"></div>',
    css=(_HERE.parent / "button.css").read_text("utf-8") + (_HERE / "saving.css").read_text("utf-8"),
    js=(_HERE / "saving.js").read_text("utf-8"),
)
_FONT = {"family": "SourceSerif", "url": "app/static/source-serif-4.woff2"}


def save(chart: str, file: str, *, key: str) -> None:
    """Offer the chart that was drawn with `key=chart` as `file`.png and `file`.svg."""
    _SAVE(key=key, data={"chart": chart, "file": file, "font": _FONT}, width="content")
