"""The alignment as a map and as links between two lines of words."""

import math
from typing import Any

import numpy as np
import streamlit as st

from core.experiments.alignment import END_NAME, MODELS, Look, Table
from core.figures import alignment as figures
from pages.alignment import work
from pages.alignment.words import judge_alignment
from pages.kit import controls, tokens
from pages.kit.former import Picture, show, verdict
from pages.kit.words import percent

ALL, CHOSEN = "of all words", "of the chosen one"


def choose_links() -> str:
    """Let the reader choose whether all links are shown; a click on a word shows its own alone."""
    if "_links" in st.session_state:
        st.session_state["which"] = st.session_state.pop("_links")
    return controls.choice("Links: shown are those", (ALL, CHOSEN), ALL, key="which")


def table_of(look: Look, unit: str) -> Table:
    """Return the alignment in words or in pieces."""
    return look.words if unit == "words" else look.pieces


def row_of(look: Look, unit: str, step: int) -> int:
    """Return the row of that table which a step (0 is the first) writes."""
    return look.word_of(step) if unit == "words" else step


def target_tokens(table: Table) -> list[tokens.Token]:
    """Return the translation as tokens, with the chance of each."""
    chances = [math.exp(float(logprob)) for logprob in table.logprobs]
    return [
        tokens.Token(
            text=word,
            note=f"written with a chance of {percent(chance)}; looked most at {table.source[best]}, "
            f"{percent(float(table.weights[row, best]))}",
        )
        for row, (word, chance, best) in enumerate(zip(table.target, chances, table.looked, strict=True))
    ]


def clicked_row(look: Look, unit: str, row: int | None, now: int) -> None:
    """Move to the step of the row that was clicked, if one was."""
    if row is None or row == now:
        return
    controls.move_to("step", (look.first_step(row) if unit == "words" else row) + 1)


def show_map(look: Look, unit: str, step: int) -> Picture:
    """Show the alignment as a heat map, and the row of the chosen target word as bars."""
    table, row = table_of(look, unit), row_of(look, unit, step)
    label = "the translation: choose a word to see where the decoder looked"
    clicked_row(look, unit, tokens.strip(target_tokens(table), key="target", label=label, chosen=row), row)
    key = ("alignment map", look.model, look.text, unit, row, table.weights.dtype.str)
    title = "Where the decoder looked, word by word" if unit == "words" else "Where the decoder looked, piece by piece"
    subtitle = f"{MODELS[look.model].label}: read across, written down"
    picture = work.kept(
        key,
        lambda: Picture(
            figures.alignment_map(table, row, title, subtitle), figures.describe_map(table), *summary(table)
        ),
    )
    show(picture, key="map")
    show_row(table, row)
    verdict(*judge_alignment(look))
    columns = ("target", "source", "weight (%)", *(() if table.costs is None else ("loss when hidden (nats)",)))
    return Picture(picture.figure, picture.alt, columns, cells(table))


def summary(table: Table) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Return a short table of the map, a row for each target: where it looked most, and what mattered most."""
    columns: tuple[str, ...] = ("written", "looked most at", "weight (%)")
    rows: list[tuple[Any, ...]] = [
        (word, table.source[best], round(100 * float(weights[best]), 2))
        for word, weights, best in zip(table.target, table.weights, table.looked, strict=True)
    ]
    if table.costs is not None:
        columns += ("loss without that (nats)", "needed most", "loss without this (nats)")
        found = zip(rows, table.costs, table.looked, table.mattered, strict=True)
        rows = [
            (*cell, round(float(lost[one]), 3), table.source[other], round(float(lost[other]), 3))
            for cell, lost, one, other in found
        ]
    return columns, rows


def cells(table: Table) -> list[tuple[Any, ...]]:
    """Return all numbers of the map, a row for each pair of places: too many to be shown, to be taken along."""
    return [
        (
            f"{row + 1} {table.target[row]}",
            f"{column + 1} {table.source[column]}",
            round(100 * float(weight), 2),
            *(() if table.costs is None else (round(float(table.costs[row, column]), 3),)),
        )
        for (row, column), weight in np.ndenumerate(table.weights)
    ]


def show_row(table: Table, row: int) -> Picture:
    """Show where one target looked, and what mattered to it."""
    columns: tuple[str, ...] = ("source", "weight (%)")
    rows = [
        (word, round(100 * float(weight), 2)) for word, weight in zip(table.source, table.weights[row], strict=True)
    ]
    if table.costs is not None:
        columns += ("loss when hidden (nats)",)
        rows = [(*cells, round(float(loss), 3)) for cells, loss in zip(rows, table.costs[row], strict=True)]  # type: ignore[misc]
    picture = Picture(figures.row_bars(table, row), figures.describe_row(table, row), columns, rows)
    show(picture, key="row")
    return picture


def show_links(look: Look, unit: str, step: int, which: str) -> Picture:
    """Show source and translation as two lines of words, joined by links as strong as the weights."""
    table, row = table_of(look, unit), row_of(look, unit, step)
    read = len(table.source) - (table.source[-1] == END_NAME)
    source = [tokens.Token(word, note=f"read at place {n}") for n, word in enumerate(table.source[:read], 1)]
    clicked = tokens.linked(
        source,
        target_tokens(table),
        table.weights[:, :read],
        key="links",
        label="the source above, the translation below; choose a word of the translation to see its links alone",
        chosen=row if which == CHOSEN else None,
        names=("source", "translation"),
    )
    if clicked is not None:
        st.session_state["_links"] = CHOSEN
    clicked_row(look, unit, clicked, row)
    if clicked is not None and which != CHOSEN:
        st.rerun()
    st.caption(
        "The wider a link, the more of its attention the lower word gave to the upper one. "
        + ("Choose a word below to see its links alone." if which != CHOSEN else "Shown: the links of the chosen word.")
    )
    picture = show_row(table, row)
    verdict(*judge_alignment(look))
    return picture
