"""LSTM gates: hold one and see what becomes of the memory; all gates over a text, one cell's sum, recall, and speed."""

import streamlit as st

from core.experiments import lstm_gates as lesson
from core.experiments.characters import LIMIT
from pages.kit import controls, export, lab
from pages.kit.former import check_yourself, claim, experiment, how_it_works, predict, sources, take_away
from pages.kit.words import count
from pages.lstm_gates import more, settings, tables, views, words
from pages.lstm_gates.results import Live, Recorded
from pages.lstm_gates.settings import CELL, GATES, HOLD, RECALL, VIEWS

entry, notices = claim("lstm_gates")
question = st.empty()
narrow, wide = experiment()

with wide:
    view = controls.choice("Picture", VIEWS, HOLD, key="view", hide_label=True)
with narrow:
    asked = settings.choose(view)

with wide:
    if not asked.text.text:
        st.info("Type something: with no character at all there is nothing to read.")
        st.stop()
    live = lab.ready(wait=not asked.is_default(view))
    results = Live(asked) if live else Recorded()
    if asked.text.dropped:
        st.caption(f"Your text is longer than {LIMIT:,} characters: the network reads the last {LIMIT:,}.")
    if results.read.unknown and view in (HOLD, GATES, CELL):
        st.caption(
            f"The network does not know {count(len(results.read.unknown), 'character')} of your text: it reads each as the "
            "same sign for “unknown”, and how surprising it is can't be said."
        )
    if not live:
        st.caption("Recorded from the network while the app starts; yours takes over in a moment.")
    if view == HOLD:
        picture = views.show_hold(results, asked)
    elif view == GATES:
        picture = views.show_gates(results, asked)
    elif view == CELL:
        picture = views.show_cell(results, asked)
    elif view == RECALL:
        picture = tables.show_recall(results, asked)
    else:
        picture = tables.show_speed(asked, live=live)

with question:
    length = len(asked.text.text)
    other = lesson.other_span(asked.hold, length)
    predict(**words.prediction(asked.hold, other, results.free_recall(), results.recalled(other), length))

how_it_works(more.how)
check_yourself(lambda: more.questions(results.read))
sources(more.SOURCES)
take_away(entry, [*export.usual(entry, picture, more.script_values(asked)), *more.weights(asked)])
st.caption(more.footer(asked, live=live))
controls.show_notices(notices)
