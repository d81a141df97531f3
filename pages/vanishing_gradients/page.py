"""Vanishing gradients: how much of the last step's gradient reaches each step before it, in five kinds of layer."""

import streamlit as st

from core.experiments import vanishing_gradients as lesson
from core.experiments.characters import LIMIT
from pages.kit import controls, export
from pages.kit.former import (
    check_yourself,
    claim,
    experiment,
    how_it_works,
    predict,
    sources,
    take_away,
)
from pages.vanishing_gradients import more, views, words

entry, notices = claim("vanishing_gradients")
question = st.empty()
narrow, wide = experiment()

with wide:
    view = controls.choice("Picture", views.VIEWS, views.GRADIENT, key="view", hide_label=True)
with narrow:
    first = st.container()
    with st.popover("More controls", width="stretch"):
        unused = st.empty()
        upper, rest = st.container(), st.container()
by_scale = view in (views.EXPLODING, views.BAND)
with upper if by_scale else first:
    length = controls.slider("Sequence length (steps)", 5, lesson.MAX_LENGTH, 60, 1, key="length")
with first if by_scale else upper:
    scale = controls.slider(
        "Scale of the recurrent weights",
        0.5,
        1.5,
        lesson.DRAWN,
        0.01,
        key="scale",
        help="Their spectral radius, block by block. At 0.58 they are left as torch draws them: about that.",
    )
with rest:
    kind = controls.choice("Model in detail", lesson.RECURRENT, "rnn_tanh", key="kind", names=lesson.NAMES.__getitem__)
    forget = controls.slider("Forget-gate bias of the LSTM", -1.0, 4.0, 0.0, 0.25, key="forget")
    hidden = controls.slider("Units", 8, 128, 64, 8, key="hidden")
    weights = controls.choice("Weights", ("random", "trained"), "random", key="weights")
    source = controls.choice("Input", ("noise", "text"), "noise", key="input")
    typed = controls.text_area("Your text", lesson.DEFAULT_TEXT, key="text", height=90, max_chars=20_000)
    about = controls.choice("Gradient with respect to the", ("input", "state"), "input", key="wrt")
    window = controls.slider("Backpropagate through the last steps only (0 is off)", 0, 200, 0, 1, key="window")
    seed = controls.slider("Seed", 0, 999, 0, 1, key="seed")
    limit = controls.slider("Clip the gradient's norm at", 0.1, 10.0, lesson.LIMIT, 0.1, key="clip")
    rate = controls.slider("Step size of an update", 0.05, 1.0, lesson.RATE, 0.05, key="rate")

text = words.tidy(typed)
wrt: lesson.Wrt = "state" if about == "state" else "input"
trained, reads = weights == "trained", weights == "trained" or source == "text"
unused.caption(views.unused(view, trained=trained, reads=reads))
settings = lesson.Settings(
    kind=kind,
    length=length,
    scale=None if scale == lesson.DRAWN else scale,
    forget_bias=forget,
    hidden_size=hidden,
    seed=seed,
    window=window if window < length else 0,
    text=text[-LIMIT:][-length - int(trained) :] if reads else "",
    trained=trained,
)

with wide:
    if reads and len(text) < 1 + trained:
        st.info(
            "Type at least two characters: one to read and one to predict." if trained else "Type something to read."
        )
        st.stop()
    comparison, live = views.comparison(settings)
    if view == views.GRADIENT:
        words.say_what_was_read(comparison, len(text), recorded=not live)
        picture = views.gradient(comparison, text[-LIMIT:], kind, wrt)
    elif view == views.SPECTRUM:
        picture = views.spectrum(settings, comparison)
    elif view == views.EXPLODING:
        picture = views.exploding(settings, rate, limit)
    else:
        picture = views.band(settings)

with question:
    predict(**words.prediction(comparison))

how_it_works(more.how)
check_yourself(lambda: more.questions(comparison))
sources(more.SOURCES)
take_away(
    entry,
    export.usual(
        entry,
        picture,
        words.script_values(settings, wrt),
        "A script for random weights" if trained else "A script that prints them",
    ),
)
st.caption(words.footing(trained=trained and not by_scale, live=live))
controls.show_notices(notices)
