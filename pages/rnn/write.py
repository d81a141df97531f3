"""The network goes on by itself: text drawn from its own chances, one character after another."""

import streamlit as st

from core.experiments import rnn as lesson
from core.experiments.characters import Written, visible
from core.figures import rnn as figures
from core.figures.rnn.damage import BANDS, band
from pages.kit import tokens
from pages.kit.lesson import Picture, show, verdict
from pages.kit.words import count, percent
from pages.rnn import work

CONTEXT = 60  # characters of the prompt that are shown before what was written


def show_writing(read: lesson.Read, place: int, settings: lesson.Settings, *, live: bool) -> Picture:
    """Show what the network writes after a place of the text."""
    prompt = read.text[: place + 1]
    written = work.written(read.model, prompt, settings, live=live)
    before = prompt[-CONTEXT:]
    row = [tokens.Token(character, "yours") for character in before]
    row += [
        tokens.Token(character, f"character {i + 1}: a chance of {percent(chance)}", band(chance))
        for i, (character, chance) in enumerate(zip(written.text, written.chances, strict=True))
    ]
    tokens.strip(row, key="written", label="your text and what the network wrote", legend=tuple(enumerate(BANDS)))
    with st.container(horizontal=True):
        st.button("Draw again, with the next seed", on_click=_set, args=("seed", (settings.seed + 1) % 1000))
        if place + 1 < len(read.text):
            st.button("Go on from the end of the text", on_click=_set, args=("place", len(read.text)))
    rows = [
        (i + 1, visible(character), round(100 * chance, 4))
        for i, (character, chance) in enumerate(zip(written.text, written.chances, strict=True))
    ]
    figure = figures.written_chances(written)
    picture = Picture(figure, figures.describe_written(written), ("place", "character", "chance (%)"), rows)
    show(picture, key="written_chances")
    verdict(*judge(prompt, written, settings))
    return picture


def _set(key: str, value: int) -> None:
    st.session_state[key] = value


def judge(prompt: str, written: Written, settings: lesson.Settings) -> tuple[str, list[tuple[str, str]]]:
    """Say how surprising the text is, and whether something that was open in the prompt was closed."""
    bits = lesson.mean_bits(written)
    sure = sum(chance >= 0.5 for chance in written.chances) / len(written.chances)
    text = ""
    for mark, words in (('"', "quotation marks"), (")", "brackets")):
        is_open = lesson.left_open(prompt, mark)
        if is_open:
            at = written.text.find(mark)
            text += (
                f"The {words} that are open at this place it closed after {count(at + 1, 'character')}. "
                if at >= 0
                else f"Not here a long memory: the {words} that are open at this place were never closed. "
            )
    text += (
        f"Each character was drawn from the state alone, at temperature {settings.temperature:g}; {percent(sure)} of them had "
        "a chance of half or more."
    )
    return text, [("bits a character", f"{bits:.2f}"), ("chance of half or more", percent(sure))]
