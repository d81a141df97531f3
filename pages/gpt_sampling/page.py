"""GPT sampling: the chances of the next token, the text that is drawn from them, and four ways to draw."""

import streamlit as st

from core.experiments import gpt_sampling as lesson
from core.experiments.gpt_sampling import recorded
from core.experiments.gpt_sampling.texts import Settings
from pages.gpt_sampling import more, texts, ways, words
from pages.kit import cache, controls, export, live
from pages.kit.former import (
    check_yourself,
    claim,
    experiment,
    footer,
    how_it_works,
    predict,
    show,
    sources,
    take_away,
    verdict,
)
from pages.kit.models import DEFAULT

NEXT, STEPS, WAYS, SWEEP = "Next token", "Text", "Four ways", "Sweep"

entry, notices = claim("gpt_sampling")
question = st.empty()
narrow, wide = experiment()

with narrow:
    prompt = controls.text_area("Your prompt", lesson.DEFAULT_PROMPT, key="prompt", height=80, max_chars=20_000)
    temperature = controls.slider("Temperature", 0.0, 2.0, 1.0, 0.05, key="temperature")
    with st.popover("More controls", width="stretch"):
        st.caption("The filters act in this order: temperature, top-k, top-p, min-p, each on what the one before left.")
        strategy = controls.choice("Strategy", ("sample", "greedy", "beam"), "sample", key="strategy")
        top_k = controls.slider("Top-k: keep the k likeliest (0 is off)", 0, 200, 0, 1, key="top_k")
        top_p = controls.slider(
            "Top-p: keep the likeliest up to this share (1 is off)", 0.0, 1.0, 1.0, 0.01, key="top_p"
        )
        min_p = controls.slider(
            "Min-p: drop what is this much rarer than the best (0 is off)", 0.0, 1.0, 0.0, 0.01, key="min_p"
        )
        beams = controls.slider("Beams", 2, 8, 4, 1, key="beams")
        seed = controls.slider("Seed", 0, 999, 1, 1, key="seed")
        tokens = controls.slider("Tokens to write", 1, 200, 40, 1, key="tokens")
        model, unavailable = live.choose_model()

filters = lesson.Filters(temperature, top_k, top_p, min_p)
settings = Settings(filters, strategy, beams, seed, tokens)
is_default = prompt == lesson.DEFAULT_PROMPT and model == DEFAULT

with wide:
    view = controls.choice("Picture", (NEXT, STEPS, WAYS, SWEEP), NEXT, key="view", hide_label=True)
    is_recorded = is_default and (
        view in (NEXT, SWEEP)
        or (view == STEPS and texts.is_recorded(settings))
        or (view == WAYS and ways.is_recorded(settings))
    )
    engine = live.model(model, wait=not is_recorded)
    if unavailable:
        st.caption(unavailable)
    if not prompt:
        st.info("Type something to go on from: with no token at all there is nothing to continue.")
if not prompt:
    how_it_works(more.HOW)
    sources(more.SOURCES)
    footer(engine)
    controls.show_notices(notices)
    st.stop()

with wide:
    if engine:
        ids = live.encode(engine, prompt)
        next_token = words.read(engine, model, ids)
    else:
        next_token = recorded.gpt_sampling_next()
        ids = list(next_token.ids)
    words.say_what_was_read(next_token, recorded=engine is None, lost=live.lost(engine, prompt, ids) if engine else 0)
    used = settings.drawn_with
    state = (model, next_token.ids, used)  # all that the numbers below depend on
    choice = cache.remember(("choice", *state), lambda: lesson.choose(next_token, used))

with question:  # before anything is written, so that nothing moves when a text has come to its end
    key = ("prediction", strategy, filters, *state)
    sampled = strategy == "sample"
    asked = cache.remember(key, lambda: words.prediction(next_token, used, filters, sampled=sampled))
    predict(**asked, about=(model, next_token.ids))

put: dict[int, int] = {}  # by the reader, into the text
with wide:
    if view == NEXT:
        picture = cache.remember(("next picture", *state), lambda: words.next_picture(choice))
        shown, other = st.columns([3, 2])
        with shown:
            show(picture, key="next")
        if prompt == lesson.DEFAULT_PROMPT:
            with other:
                show(cache.remember("notes", words.notes_picture), key="notes")
        verdict(*words.next_verdict(choice, strategy))
    elif view == STEPS:
        picture, put = texts.step_by_step(engine, next_token, settings)
    elif view == WAYS:
        picture = ways.four_ways(engine, next_token, settings)
    else:
        swept = cache.remember(("sweep", model, next_token.ids, filters), lambda: lesson.sweep(next_token, filters))
        picture = words.sweep_picture(swept, choice)
        show(picture, key="sweep")
        verdict(*words.sweep_verdict(swept, choice))

how_it_works(more.HOW)
check_yourself(lambda: more.questions(choice))
sources(more.SOURCES)
taken = words.script(prompt, "" if model == DEFAULT else model, settings, view, put)
take_away(entry, export.usual(entry, picture, *taken))
footer(engine)
controls.show_notices(notices)
