"""The course: which lessons there are, in order, and in which part of it."""

import streamlit as st

from pages.kit import cache
from pages.kit.turns import turn

with turn():
    st.set_page_config(page_title="Unrolled", page_icon="/app/static/icon.png", layout="wide")
    st.navigation(cache.pages(), position="sidebar").run()
