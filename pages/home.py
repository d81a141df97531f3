"""What this is, in a screen, and the lessons in course order, one line each."""

from itertools import groupby

import streamlit as st

from pages.kit import controls
from pages.kit.course import LESSONS

controls.enter("home")
st.title("Sequence models, unrolled", anchor=False)
st.markdown(
    "A first course on the models that read and write text, from the recurrent network to GPT. Every claim in it is an "
    "experiment: you run it, on a real model and on your own words, and the number that settles it is on the screen."
)
for part, lessons in groupby(LESSONS, key=lambda lesson: lesson.part):
    st.subheader(part, anchor=False)
    with st.container(gap="xsmall"):
        for lesson in lessons:
            title, claim = st.columns([2, 7], gap="xxsmall", vertical_alignment="center")
            title.page_link(lesson.file, label=f":primary[**{lesson.title}**]")
            claim.markdown(f":small[{lesson.claim}]")
st.space("xsmall")
st.caption(
    "Nothing here is a drawing of what would happen. Pictures come from models that run on this machine; those shown "
    "before a model has loaded were recorded from it, and say so. Every state of every page is in its link."
)
