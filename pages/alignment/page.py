"""Alignment: where the decoder looks when it writes a word, how one step is computed, and whether it needed that word."""

import streamlit as st

from core.experiments import alignment as lesson
from core.experiments.alignment import recorded
from pages.alignment import hide as hiding
from pages.alignment import many, models, more, work
from pages.alignment import map as maps
from pages.alignment import step as steps
from pages.kit import controls, export, lab
from pages.kit.former import (
    check_yourself,
    claim,
    experiment,
    how_it_works,
    predict,
    sources,
    take_away,
)
from pages.kit.words import count

MAP, LINKS, STEP, HIDE, MANY = "Map", "Links", "Step", "Hide a word", "Looked at, mattered"

entry, notices = claim("alignment")
question = st.empty()
narrow, wide = experiment()

with wide:
    view = controls.choice("Picture", (MAP, LINKS, STEP, HIDE, MANY), MAP, key="view", hide_label=True)
with narrow:
    typing, moving, behind = st.container(), st.container(), st.popover("More controls", width="stretch")
with behind:
    model, missing = models.choose()
    unit = controls.choice("Map and links: show", ("words", "pieces"), "words", key="unit")
    which = maps.choose_links()
with typing:
    typed = models.type_sentence(model)

fitted = lesson.fit(typed, lesson.MODELS[model].words)
is_default = (fitted.text, model) == (lesson.DEFAULT_TEXTS["English"], lesson.DEFAULT_MODEL)

with wide:
    if missing:
        st.caption(missing)
    if not fitted.text:
        st.info("Type something: with no word at all there is nothing to translate.")
        st.stop()
    live = lab.ready(wait=not is_default, load=work.load)
    look = work.look(model, fitted.text) if live else recorded.look()
    if fitted.dropped or look.text != fitted.text:
        st.caption(
            f"Your sentence is longer than this model reads: it got the first {count(len(look.text.split()), 'word')}, "
            f"{count(len(look.text), 'character')}."
        )
    if not look.steps or len(look.source) < 2:
        st.info("This model finds nothing to translate in that, or translates it as nothing. Try words.")
        st.stop()

last = len(look.words.source) - (look.words.source[-1] == lesson.END_NAME)
with behind if view in (HIDE, MANY) else moving:
    said = "Each step writes one piece. Or click a word."
    step = controls.position("Step of the decoder", look.steps, lesson.DEFAULT_STEP, key="step", help=said)
with moving if view == HIDE else behind:
    said = "A word of your sentence. Or click one."
    hide = controls.position("Word to hide", last, lesson.DEFAULT_HIDE, key="hide", help=said)

with wide:
    if view == HIDE and hide != lesson.DEFAULT_HIDE and not live:
        live = lab.ready(wait=True)
    if not live:
        st.caption("Recorded from the model while the app starts; yours takes over in a moment.")
    if view == MAP:
        picture = maps.show_map(look, unit, step - 1)
    elif view == LINKS:
        picture = maps.show_links(look, unit, step - 1, which)
    elif view == STEP:
        picture = steps.show_step(look, step - 1, live=live)
    elif view == HIDE:
        picture = hiding.show_hiding(look, hide - 1, live=live)
    else:
        picture = many.show_many(look)

with question:
    asked = hiding.prediction(look, hide - 1, view == HIDE)
    if asked is not None:
        predict(**asked)

how_it_works(lambda: more.how(model))
check_yourself(lambda: more.questions(look))
sources(more.SOURCES)
script = {"TEXT": look.text, "MODEL": model, "STEP": step, "HIDE": hide}
take_away(entry, export.usual(entry, picture, script))
st.caption(
    f"{models.WORDS[model]}: {lesson.MODELS[model].looks}. {models.measured(model)} "
    + ("Computed on this server." if live else "Recorded numbers.")
)
controls.show_notices(notices)
