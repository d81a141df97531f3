"""The course: which lessons there are, in order, and in which part of it."""

import streamlit as st

from pages.kit.course import ABOUT, HOME, LESSONS

st.set_page_config(page_title="Unrolled", page_icon="pages/kit/icon.png", layout="wide")
parts: dict[str, list[st.Page]] = {"": [st.Page(HOME.file, title=HOME.title, url_path="start", default=True)]}
for lesson in LESSONS:
    page = st.Page(lesson.file, title=lesson.title, url_path=lesson.name)
    parts.setdefault(lesson.part, []).append(page)
# The first page's address is the bare one; "/home" is the same page for those who type it.
parts[""].append(st.Page(HOME.file, title=HOME.title, url_path="home", visibility="hidden"))
parts["More"] = [st.Page(ABOUT.file, title=ABOUT.title, url_path="about")]
st.navigation(parts, position="sidebar").run()
