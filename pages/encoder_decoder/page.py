"""Encoder and decoder: what fits into one vector, what damages it, and from which length on it is too little."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.experiments import encoder_decoder as lesson
from core.experiments.encoder_decoder import recorded
from pages.encoder_decoder import damage as damages
from pages.encoder_decoder import decoding, length, spelling, vector, work
from pages.encoder_decoder import how as explained
from pages.encoder_decoder import more as rest
from pages.kit import controls, export, lab
from pages.kit.former import Picture, check_yourself, claim, experiment, how_it_works, predict, sources, take_away
from pages.kit.words import code, count

VECTOR, DAMAGE, LENGTH, SPELLING, DECODING = "One vector", "Damage", "Length", "Spelling", "Decoding"
KINDS = {words: kind for kind, words in lesson.KINDS.items()}
WHICH = {words: which for which, words in lesson.WHICH.items()}
LOOKS = {words: look for look, words in lesson.LOOKS.items()}

entry, notices = claim("encoder_decoder")
question = st.empty()
narrow, wide = experiment()

with wide:
    view = controls.choice("Picture", (VECTOR, DAMAGE, LENGTH, SPELLING, DECODING), VECTOR, key="view", hide_label=True)
    stage = st.container()
with narrow:
    beside = st.container()
    with st.popover("More controls", width="stretch"):
        near, far = st.container(), st.container()


def control(*views: str) -> DeltaGenerator:
    """Return the place of a main control: beside the pictures that it belongs to, else behind "More controls"."""
    return beside if view in views else far


def more_control(owner: str) -> DeltaGenerator:
    """Return the place of another one: behind "More controls", at the top for the picture that it belongs to."""
    return near if view == owner else far


with control(VECTOR, DECODING):
    typed = controls.text_area("Your sentence", lesson.DEFAULT_TEXT, key="text", height=122, max_chars=5000)
with control(SPELLING):
    typed_word = controls.text_area("Your word", lesson.DEFAULT_WORD, key="word", height=68, max_chars=500)
with control(DAMAGE):
    kind = KINDS[controls.choice("Damage the vector", tuple(KINDS), lesson.KINDS[lesson.KIND], key="kind")]
    amount = controls.slider("Damage: how much", 0.0, 1.0, lesson.AMOUNT, 0.05, key="amount")
with control(LENGTH):
    sentences = length.KINDS[controls.choice("Length: sentences", tuple(length.KINDS), "controlled", key="sentences")]
with control(DECODING):
    look = LOOKS[controls.choice("Decoding: model", tuple(LOOKS), lesson.LOOKS["none"], key="look")]
with more_control(DAMAGE):
    other = controls.text_area(
        "Damage: the other sentence", lesson.DEFAULT_OTHER, key="other", height=80, max_chars=5000
    )
    which = WHICH[
        controls.choice("Damage: which units (zeros, swap)", tuple(WHICH), lesson.WHICH["random"], key="which")
    ]
    seed = controls.slider("Damage: seed", 0, 999, lesson.SEED, 1, key="seed")
with more_control(LENGTH):
    metric = length.METRICS[controls.choice("Length: score", tuple(length.METRICS), "BLEU", key="metric")]
with more_control(DECODING):
    widths = [str(one) for one in lesson.WIDTHS]
    width = int(controls.choice("Decoding: width of the beam", widths, str(lesson.WIDTH), key="width"))
amount = round(20 * amount) / 20  # a link's value need not be one of the slider's

fitted, word = lesson.fit(typed), lesson.fit_word(typed_word)
second = lesson.fit(other if other.strip() else lesson.DEFAULT_OTHER).text or lesson.DEFAULT_OTHER
needs_text = view in (VECTOR, DAMAGE, DECODING)
same_text = (fitted.text or lesson.DEFAULT_TEXT, second) == (lesson.DEFAULT_TEXT, lesson.DEFAULT_OTHER)
is_recorded = same_text and {
    DAMAGE: (which, seed) == ("random", lesson.SEED),
    SPELLING: word == lesson.DEFAULT_WORD,
    DECODING: look == "none",
}.get(view, True)

with stage:
    live = lab.ready(wait=not is_recorded, load=work.load)
    if needs_text and not fitted.text:
        st.info("Type a sentence: with no word at all there is nothing to read.")
        st.stop()
    if view == SPELLING and not word:
        st.info("Type a word of the letters a to z: the model knows no others.")
        st.stop()
    text = fitted.text or lesson.DEFAULT_TEXT
    reading = work.read(text, live=live)
    if needs_text and (fitted.cut or reading.text != fitted.text):
        st.caption(
            f"Your text has {count(fitted.words, 'word')}: the models read the first {lesson.WORDS} at most, "
            f"and no more than 80 subwords. They read {code(reading.text)}."
        )
    if view == SPELLING and word != typed_word.strip().lower():
        st.caption(f"Read as {code(word)}: the first word, in small letters a to z, at most {lesson.LETTERS} of them.")
    if not live and view != LENGTH:
        st.caption("Recorded from the models while the app starts; yours take over in a moment.")
    text = reading.text
    with more_control(VECTOR):
        step = vector.choose_step(len(reading.target))
    picture: Picture | None
    if view == VECTOR:
        picture = vector.show_vector(reading, work.rivals(text, live=live), step)
    elif view == DAMAGE:
        damage = work.damage(text, second, kind, which, seed, live=live)
        picture = damages.show_damage(damage, amount)
    elif view == LENGTH:
        picture = length.show_lengths(sentences, metric)
    elif view == SPELLING:
        picture = spelling.show_spelling(work.spelled(word, live=live), recorded.errors())
    else:
        found, ways = work.pasts(text, look, live=live), work.ways(text, look, live=live)
        picture = decoding.show_decoding(found, ways, width, recorded.habits(look))

with question:
    blend = work.damage(text, second, "blend", "random", seed, live=live)
    predict(**damages.prediction(blend, second))

how_it_works(lambda: explained.how(reading))
check_yourself(lambda: rest.questions(reading, blend))
sources(rest.SOURCES)
if picture is not None:
    script = {
        "TEXT": text,
        "OTHER": second,
        "KIND": kind,
        "WHICH": which,
        "AMOUNT": amount,
        "SEED": seed,
        "LOOK": look,
        "WIDTH": width,
        "WORD": word or lesson.DEFAULT_WORD,
    }
    take_away(entry, export.usual(entry, picture, script))
st.caption(rest.footer(reading, view == SPELLING, live=live))
controls.show_notices(notices)
