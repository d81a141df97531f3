"""All words of the field that the course uses: what each means in one line, and where it is measured."""

import streamlit as st

from pages.kit import controls
from pages.kit.course import LESSONS
from pages.kit.course import find as lesson_of
from pages.kit.lesson import to_page
from pages.kit.terms import TERMS

controls.enter("words")
st.title("Words", anchor=False)
st.markdown("Every term that a page explains, in one line, with a link to the lesson that measures it.")
taught = {lesson.name for lesson in LESSONS}
for term in sorted(TERMS, key=lambda term: term.word.lower()):
    name, meaning, where = st.columns([3, 9, 3], gap="small", vertical_alignment="center")
    name.markdown(f"**{term.word}**")
    meaning.markdown(term.definition)
    with where:
        if term.lesson in taught:
            to_page(lesson_of(term.lesson), lesson_of(term.lesson).title)
