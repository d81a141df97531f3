"""The course: which lessons there are, in order, and in which part of it."""

import streamlit as st

from core.serving.page_lock import held
from pages.kit import cache, controls

with held():
    page = st.navigation(cache.pages(), position="hidden" if controls.presented() else "top")
    title = f"{page.title} · Unrolled" if page.title else "Unrolled"
    st.set_page_config(page_title=title, page_icon="/app/static/icon.png", layout="wide")
    try:
        page.run()
    finally:
        controls.leave()  # also after `st.stop()` and `st.rerun()`
