"""Recurrent networks: what the state holds, how a step makes it, how long it lasts, and what it writes."""

import streamlit as st

from core.experiments import rnn as lesson
from core.experiments.characters import LIMIT, fit
from core.experiments.rnn import recorded
from pages.kit import controls, export, lab
from pages.kit.lesson import (
    check_yourself,
    claim,
    experiment,
    how_it_works,
    predict,
    sources,
    take_away,
)
from pages.kit.words import count
from pages.rnn import limits, memory, more, state, steps, work
from pages.rnn import write as writing

STATE, STEPS, MEMORY, WRITE = "State", "Step by step", "Memory", "Write"
MODELS = {words: name for name, words in lesson.KINDS.items()}
DAMAGES: dict[str, lesson.Kind] = {"erase it": "erase", "swap it": "swap"}

entry, notices = claim("rnn")
question = st.empty()
narrow, wide = experiment()

with narrow:
    typed = controls.text_area("Your text", lesson.DEFAULT_TEXT, key="text", height=98, max_chars=20_000)
    fitted = fit(typed, recorded.read().vocabulary)
    place = state.choose_place(len(fitted.text))
    with st.popover("More controls", width="stretch"):
        model = MODELS[controls.choice("Model", tuple(MODELS), lesson.KINDS[lesson.DEFAULT_MODEL], key="model")]
        span = controls.slider("State: characters in the picture", 20, lesson.SHOWN, 80, 20, key="span")
        rank = controls.slider("State: which of its units, best first", 1, lesson.FEATURED_ROWS, 1, 1, key="rank")
        shown_steps = controls.slider("Step by step: steps unrolled", 1, 8, 4, 1, key="steps")
        damage = DAMAGES[controls.choice("Memory: damage the state", tuple(DAMAGES), "erase it", key="damage")]
        other = controls.text_area(
            "Memory: swap it with the state after", lesson.DEFAULT_OTHER, key="other", height=80, max_chars=2000
        )
        usual = lesson.Settings()
        temperature = controls.slider("Write: temperature", 0.0, 2.0, usual.temperature, 0.05, key="temperature")
        seed = controls.slider("Write: seed", 0, 999, usual.seed, 1, key="seed")
        length = controls.slider("Write: characters", 1, 500, usual.length, 1, key="length")

settings = lesson.Settings(temperature, seed, length)
other = other if other.strip() else lesson.DEFAULT_OTHER
is_default = (typed, model, place) == (lesson.DEFAULT_TEXT, lesson.DEFAULT_MODEL, lesson.DEFAULT_PLACE)

with wide:
    view = controls.choice("Picture", (STATE, STEPS, MEMORY, WRITE), STATE, key="view", hide_label=True)
    if not fitted.text:
        st.info("Type something: with no character at all there is nothing to read.")
        st.stop()
    is_recorded = is_default and other == lesson.DEFAULT_OTHER and (view != WRITE or settings == usual)
    live = lab.ready(wait=not is_recorded)
    read = work.read(model, fitted.text) if live else recorded.read()
    if fitted.dropped:
        st.caption(f"Your text has {len(typed):,} characters: the model reads the last {LIMIT:,}.")
    if fitted.unknown:
        st.caption(
            f"The model does not know {count(len(fitted.unknown), 'character')} of your text (underlined below): it "
            "reads each as the same sign for “unknown”."
        )
    if not live:
        st.caption("Recorded from the model while the app starts; yours takes over in a moment.")
    if view == STATE:
        picture = state.show_state(read, place - 1, rank, span)
    elif view == STEPS:
        picture = steps.show_step(read, place - 1, shown_steps)
    elif view == MEMORY:
        picture = memory.show_memory(read, place - 1, damage, other, live=live)
    else:
        picture = writing.show_writing(read, place - 1, settings, live=live)
    limits.show_limits(read, live=live)

with question:
    asked: lesson.Kind = "swap" if view == MEMORY and damage == "erase" else "erase"
    (hurt,) = work.damages((model,), fitted.text, place - 1, asked, other, live=live)
    predict(**memory.prediction(hurt, asked, place, {v: k for k, v in DAMAGES.items()}[asked]))

how_it_works(lambda: more.how(model))
check_yourself(lambda: more.questions(read))
sources(more.SOURCES)
script = {
    "TEXT": fitted.text,
    "MODEL": model,
    "PLACE": place,
    "OTHER": other,
    "FEATURE": state.tracked(),
    "RANK": rank,
    **{name.upper(): value for name, value in vars(settings).items()},
}
take_away(entry, export.usual(entry, picture, script))
st.caption(
    f"{lesson.KINDS[model]}: {read.parameters:,} parameters, trained for this page on film reviews and editorials. "
    + ("Computed on this server." if live else "Recorded numbers.")
)
controls.show_notices(notices)
