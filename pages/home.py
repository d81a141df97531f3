"""What this is: a first experiment that runs at once, and the map of the course with what each lesson measured."""

from itertools import groupby

import streamlit as st

from core.experiments import gpt_sampling
from core.experiments.gpt_sampling.results import DEFAULT_PROMPT
from core.figures import home as figures
from pages.kit import ask, controls, language_models
from pages.kit.ask import draw
from pages.kit.course import LESSONS
from pages.kit.lesson import to_page
from pages.kit.words import percent, unbroken

CHOICES = 4

controls.enter("home")
ask.begin()
next_token = language_models.ask(language_models.DEFAULT, gpt_sampling.next_token, DEFAULT_PROMPT)
rows = dict(figures.probabilities(next_token))
words = tuple(word for word in rows if word.isalpha() and len(word) > 1)[:CHOICES]

st.title("Sequence models, unrolled", anchor=False)
left, right = st.columns([5, 7], gap="large")
with left:
    st.markdown(
        "A course on the models that read and write text, from the recurrent network to GPT. Every claim in it "
        "comes with an experiment on real models, most of them on your own words. Here is the first: a model has read the words "
        "below. **Guess which word it finds likeliest next.**"
    )
    st.markdown(f"**“{DEFAULT_PROMPT} …”**")
    shuffled = tuple(sorted(words))
    chosen = st.segmented_control("Your guess", shuffled, key="_guess", label_visibility="collapsed") or ""
    if chosen:
        best = words[0]
        said = f"To the model “{chosen}” has a probability of {percent(rows[chosen])}"
        said += ": nothing is likelier." if chosen == best else f", “{best}” of {percent(rows[best])}."
        st.markdown(
            unbroken(
                f"{said} So it is not sure of anything: it gives every word a probability, and one is drawn. Why it "
                "expects what it does is what the course takes apart."
            )
        )
    to_page(LESSONS[0], f"**Begin: {LESSONS[0].title}**", icon=":material/arrow_forward:")
with right:
    picture = draw(figures.guess, next_token, words, chosen)
    st.plotly_chart(picture.built, key="guess", alt=picture.alt, config={"displayModeBar": False})

st.header("The course, and what each lesson measured", anchor=False)
for part, lessons in groupby(LESSONS, key=lambda lesson: lesson.part):
    st.markdown(f"**{part}**")
    with st.container(gap="xsmall"):
        for lesson in lessons:
            title, found = st.columns([3, 9], gap="small", vertical_alignment="top")
            with title:
                to_page(lesson, lesson.title)
            found.markdown(unbroken(f"{lesson.claim} :small[{lesson.finding}]"))
st.caption(
    "Nothing here is a drawing of what would happen. Pictures come from models that run on this machine, or were recorded "
    "from them and say so. Every state of every page is in its link."
)
