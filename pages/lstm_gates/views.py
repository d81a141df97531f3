"""The three pictures of the lesson on LSTM gates that show the reader's text: held gate, all gates, one cell."""

import streamlit as st

from core.experiments import lstm_gates as lesson
from core.figures import lstm_gates as figures
from pages.kit import cache, controls, tokens
from pages.kit.former import Picture, show, verdict
from pages.kit.words import code, signed
from pages.lstm_gates import words
from pages.lstm_gates.equations import equations
from pages.lstm_gates.results import Live, Recorded
from pages.lstm_gates.settings import Settings

Results = Live | Recorded


def show_hold(results: Results, asked: Settings) -> Picture:
    """Show what a held gate does to the surprise, to the recall task and to what is written."""
    read, hold = results.read, asked.hold
    free, kept, bits = results.free_recall(), results.recalled(hold), results.held(hold)
    start, stop = hold.start, len(read.text) if hold.stop is None else min(hold.stop, len(read.text))
    key = ("gates hold", asked.layer, read.text, hold, asked.task)
    bars, picture = cache.remember(
        key,
        lambda: (
            Picture(
                figures.recall_bars(free, kept),
                figures.describe_bars(free, kept),
                ("", "right", "asked", "share (%)"),
                [(name, r.right, r.asked, round(100 * r.share, 2)) for name, r in (("free", free), ("held", kept))],
            ),
            Picture(
                figures.surprise(read, bits, start, stop),
                figures.describe_surprise(read, bits),
                ("character", "text", "surprise (bits)", "with the hold (bits)"),
                [
                    (i + 1, figures.visible(c), _number(a), _number(b))
                    for i, (c, a, b) in enumerate(zip(read.text, read.bits, bits, strict=True))
                ],
            ),
        ),
    )
    memory, over_text = st.columns([2, 3])
    with memory:
        show(bars, key="memory")
        st.caption(words.task(asked.layer.kind, asked.distance))
    with over_text:
        show(picture, key="surprise")
    verdict(*words.hold_verdict(hold, free, kept, lesson.mean_bits(read.bits), lesson.mean_bits(bits)))
    st.markdown("**What it writes after your text**, drawn with the same seed:")
    texts = [lesson.legible(written.text) for written in results.texts()]
    for column, name, text in zip(st.columns(2), ("nothing held", f"holding {words.what(hold)}"), texts, strict=True):
        with column.container(border=True):
            st.caption(name)
            st.text(text)
    st.caption(words.about_texts(hold, texts))
    return picture


def show_gates(results: Results, asked: Settings) -> Picture:
    """Show one quantity of many cells over the text."""
    read, gates, name = results.read, results.gates(), asked.quantity
    key = ("gates map", asked.layer, read.text, gates.first, name)
    picture = cache.remember(
        key,
        lambda: Picture(
            figures.gate_map(gates, name),
            figures.describe_map(gates, name),
            ("by memory", "cell", "half-life (characters)", "mean", "lowest", "highest"),
            [
                (
                    int(rank),
                    int(unit),
                    round(float(life), 2),
                    *(round(float(f), 3) for f in (v.mean(), v.min(), v.max())),
                )
                for rank, unit, life, v in zip(gates.ranks, gates.units, gates.half_lives, gates.of(name), strict=True)
            ],
        ),
    )
    show(picture, key="all_gates")
    said = (
        f"{len(gates.units)} of {gates.hidden} cells, evenly chosen between the longest memory (top) and the shortest."
    )
    if len(gates.text) < len(read.text):
        last = gates.first + len(gates.text)
        said += f" Characters {gates.first + 1:,} to {last:,} of {len(read.text):,}: “Character” moves them."
    if asked.layer.model == "textgenrnn":
        said += " This network reads each character at the end of a window of its own: shown is that last place."
    st.caption(said)
    verdict(*words.gates_verdict(gates, name, read.half_lives))
    return picture


def show_cell(results: Results, asked: Settings) -> Picture:
    """Show one cell's sum at one character, and its course over the text."""
    cell, at = results.cell(), asked.at
    key = ("gates cell", asked.layer, results.read.text, cell.unit, cell.first, at)
    picture = cache.remember(
        key,
        lambda: Picture(
            figures.cell_story(cell, at),
            figures.describe_story(cell, at),
            ("character", "text", *cell.names),
            [
                (cell.first + i + 1, letter, *(round(float(v), 5) for v in cell.values[:, i]))
                for i, letter in enumerate(cell.text)
            ],
        ),
    )
    gates, sums = equations(cell, at)
    st.markdown(
        f"Cell {cell.unit} at {code(cell.text[at - cell.first])}, character {at + 1}. Inside the brackets: what comes from the "
        "character, then what comes from the state before it."
    )
    left, right = st.columns([1, 1])
    left.latex(gates)
    right.latex(sums)
    show(picture, key="one_cell")
    _choose_character(results, asked)
    verdict(*words.cell_verdict(cell, at))
    return picture


def _choose_character(results: Results, asked: Settings) -> None:
    """Let the reader click a character, coloured by how open the cell's gate is there."""
    read, cell = results.read, results.cell()
    first, stop = lesson.window(len(read.text), asked.at)
    keep = cell.of(lesson.KEEPER[cell.kind])
    shown = []
    for place in range(first, stop):
        there = 0 <= place - cell.first < len(keep)
        weight = float(keep[place - cell.first]) if there else None
        note = f"character {place + 1}" + (
            f": {lesson.KEEPER[cell.kind]} gate {signed(weight, 2)}" if weight is not None else ""
        )
        shown.append(tokens.Token(read.text[place], note, band=1 if place in read.unknown else -1, weight=weight))
    clicked = tokens.strip(
        shown,
        key="characters",
        label="your text, character by character",
        chosen=asked.at - first,
        legend=((1, "unknown to the network"),) if read.unknown else (),
    )
    st.caption(
        f"Click a character to see its sum. The stronger the colour, the more open the {lesson.KEEPER[cell.kind]} gate."
    )
    if clicked is not None and first + clicked != asked.at:
        controls.move_to("place", first + clicked + 1)


def _number(value: float) -> float | None:
    return round(float(value), 3) if value == value else None
