"""The state over the text: the strip, the heat map of what units follow, and one unit along the text."""

import math
from typing import Any

import streamlit as st

from core.experiments import rnn as lesson
from core.experiments.characters import visible
from core.experiments.rnn import recorded
from core.experiments.rnn.features import FEATURES, LEANS, NAMES, Followed, follow, shares, strength
from core.figures import rnn as figures
from pages.kit import controls, places, tokens
from pages.kit.lesson import Picture, show, verdict
from pages.kit.words import code, signed
from pages.rnn import work

DEFAULT_FEATURE = "word"
LEGEND = ((3, "not known to the model"),)


def choose_place(length: int) -> int:
    """Let the reader choose a character, counted from 1; a click on the strip chooses one too."""
    return places.choose("Character", length, lesson.DEFAULT_PLACE, key="place", help="Or click one.")


def strip(read: lesson.Read, place: int, notes: list[str], weights: list[float | None], *, label: str) -> slice:
    """Show the text around a place, coloured; a click moves the place. Returns the part that is shown."""
    part = lesson.window(len(read.text), place)
    if part.stop - part.start < len(read.text):
        st.caption(f"Shown: characters {part.start + 1:,} to {part.stop:,} of {len(read.text):,}.")
    row = [
        tokens.Token(
            text=character,
            note=f"character {at + 1}: {notes[at]}" + ("" if read.ids[at] else "; not known to the model"),
            band=-1 if read.ids[at] else 3,
            weight=weights[at],
        )
        for at, character in enumerate(read.text[part], part.start)
    ]
    unknown = any(token.band == 3 for token in row)
    clicked = tokens.strip(row, key="strip", label=label, chosen=place - part.start, legend=LEGEND if unknown else ())
    if clicked is not None and clicked + part.start != place:
        places.move("place", clicked + part.start + 1)
    return part


def tracked() -> str:
    """Return the name of the feature that was chosen, and keep it while its control is not on the page."""
    name = st.session_state.get("track")
    if name not in NAMES:
        return DEFAULT_FEATURE
    return str(name)


def show_state(read: lesson.Read, place: int, rank: int, span: int) -> Picture:
    """Show the state over `span` characters, and one unit of it over the text."""
    tracking = recorded.tracking(read.model)
    above = st.container()
    name = controls.choice("Coloured by the unit that best follows", NAMES, DEFAULT_FEATURE, key="track")
    feature = NAMES.index(name)
    words = FEATURES[feature].words
    followed = follow(read.states, read.text, tracking, feature, rank, slice(None))
    values = [float(v) for v in followed.values]
    with above:
        strip(
            read,
            place,
            [f"{followed.label} at {signed(v, 2)}" for v in values],
            [round(v, 3) for v in values],
            label=f"your text, coloured by {followed.label}",
        )
    st.caption(
        f"{followed.label.capitalize()} is the {_nth(rank)} of {read.states.shape[1]} at following “{words}”: on held-out "
        f"text that it was not chosen by, the correlation r is {signed(followed.held_out, 2)} (0 is none, 1 full step)."
        + (" A cell has no bound: its scale is squeezed (arsinh)." if "cell" in followed.label else "")
    )
    part = lesson.window(len(read.text), place, span)
    picture = work.kept(
        ("rnn map", read.model, read.text, part.start, part.stop, place, feature, rank, read.states.dtype.str),
        lambda: _picture(read, part, place, feature, rank),
    )
    show(picture, key="map")
    here = follow(read.states, read.text, tracking, feature, rank, part)
    line = figures.unit_line(here, read.text[part], place - part.start, part.start + 1)
    show(
        Picture(line, figures.describe_unit(here), ("character", words, here.label), _along(read, part, here)),
        key="line",
    )
    verdict(*judge(read, followed, tracking.characters))
    return picture


def _nth(rank: int) -> str:
    return ("best", "second best", "third best", "fourth best", "fifth best")[rank - 1]


def _picture(read: lesson.Read, part: slice, place: int, feature: int, rank: int) -> Picture:
    tracking = recorded.tracking(read.model)
    rows = tracking.rows(lesson.FEATURED_ROWS)
    values = shares(read.states[part], tracking, [unit for _, unit in rows])
    chosen = feature * lesson.FEATURED_ROWS + rank - 1
    figure = figures.state_map(read, tracking, values, part, place, chosen)
    table = [
        (
            FEATURES[f].words,
            tracking.label(u),
            round(tracking.reported(u, f), 3),
            round(float(v[place - part.start]), 3),
        )
        for (f, u), v in zip(rows, values, strict=True)
    ]
    columns = ("follows", "unit", "r on held-out text", f"value after character {place + 1}")
    return Picture(figure, figures.describe_state(read, tracking, part), columns, table)


def _along(read: lesson.Read, part: slice, here: Followed) -> list[tuple[Any, ...]]:
    return [
        (f"{part.start + i + 1} {visible(character)}", float(truth), round(float(value), 3))
        for i, (character, truth, value) in enumerate(zip(read.text[part], here.truth, here.values, strict=True))
    ]


def judge(read: lesson.Read, followed: Followed, characters: int) -> tuple[str, list[tuple[str, str]]]:
    """Say whether the unit follows what it is said to follow, from the numbers shown."""
    words, r = FEATURES[followed.feature].words, signed(followed.held_out, 2)
    what = strength(followed.held_out)
    if what == "not here":
        text = (
            f"Not here: no single unit keeps track of “{words}”. The one that comes closest reaches r = {r} on text that "
            f"it was not chosen by, under {LEANS:g}. "
        )
    else:
        text = (
            f"{followed.label.capitalize()} {what} “{words}”: r = {r} on {characters:,} characters that it was not "
            "chosen by. Nobody told it to. "
        )
    if math.isnan(followed.own):
        text += "In your text that never changes. "
    text += f"From one character to the next, these {_carried(read)} numbers are all that is passed on."
    numbers = [
        ("r on held-out text", r),
        ("r on your text", "none" if math.isnan(followed.own) else signed(followed.own, 2)),
        ("numbers in the state", f"{_carried(read):,}"),
    ]
    return text, numbers


def _carried(read: lesson.Read) -> int:
    return read.states.shape[1]


def name_of(read: lesson.Read, place: int) -> str:
    """Return the character at a place, as code."""
    return code(visible(read.text[place]))
