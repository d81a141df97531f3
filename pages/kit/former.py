"""The anatomy of a lesson: claim, predict, experiment, verdict, how it works, check yourself, sources, take it with you."""

import inspect
import re
from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.kit import controls
from pages.kit.course import Entry, find
from pages.kit.parts import Download as Download
from pages.kit.parts import Line as Line
from pages.kit.parts import Picture as Picture
from pages.kit.parts import Question as Question
from pages.kit.parts import Source as Source
from pages.kit.words import code, escape

if TYPE_CHECKING:
    from core.serving.engine import Engine


def claim(name: str) -> tuple[Entry, DeltaGenerator]:
    """Show the lesson's claim as the title; return its entry and the place for what of the link could not be."""
    entry = find(name)
    controls.enter(name)
    st.title(entry.claim, anchor=False)
    return entry, st.empty()


def predict(
    question: str, answers: dict[str, str], right: str, outcome: str, change: dict[str, Any], about: Hashable = None
) -> None:
    """Ask what a change will do. Answering makes the change (new values by control) and says how it came out.

    `answers` maps names to what is shown; `right` and `outcome` are computed for the state before the change, so
    they are kept with the answer when it is given, for the lesson at hand. An answer is shown as long as what it is
    `about` is on the page; after that the question is asked again.
    """
    given = f"_predicted_{controls.lesson()}"

    def answered() -> None:
        st.session_state[given] = (about, st.session_state["_predict"] == right, answers[right], outcome)
        controls.move(change)

    if st.session_state.get(given, (about,))[0] != about:
        del st.session_state[given]
        st.session_state.pop("_predict", None)
    if given not in st.session_state:
        st.pills(question, list(answers), format_func=answers.__getitem__, key="_predict", on_change=answered)
        return
    _, was_right, what, how = st.session_state[given]
    st.markdown(f"**{'As you said' if was_right else 'It came out otherwise'}:** {what}. {how}")


def experiment() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Return a narrow column for controls and a wide one for the picture; on a phone one stands above the other."""
    narrow, wide = st.columns([5, 13], gap="medium")
    return narrow, wide


def show(picture: Picture, *, key: str) -> None:
    """Draw a figure, with its text alternative; its table is one click away."""
    st.plotly_chart(picture.built, key=key, alt=picture.alt, config={"displayModeBar": False})
    with _drawer("The numbers in this picture", key) as is_open:
        if is_open:
            st.caption(escape(picture.alt))
            st.table({name: _cells([row[i] for row in picture.rows]) for i, name in enumerate(picture.columns)})


def _cells(column: list[Any]) -> list[Any]:
    """Return a column of a table, as code where a cell holds more than words: a table's cells are read as Markdown."""
    if all(re.fullmatch(r"[^\W_]+( [^\W_]+)*", cell) for cell in column if isinstance(cell, str)):
        return column
    return [code(cell) if isinstance(cell, str) else cell for cell in column]


def verdict(text: str, numbers: Sequence[tuple[str, str]] = ()) -> None:
    """Show the verdict, computed from what is on the screen, and the numbers that answer the question, large."""
    with st.container(border=True):
        if numbers:
            for column, (name, value) in zip(st.columns(len(numbers)), numbers, strict=True):
                column.metric(name, value)
        whole = text.replace(" %", "\u00a0%")  # a line never ends between a number and its sign
        st.markdown(f"**Verdict.** {whole}")


def how_it_works(lines: Sequence[Line] | Callable[[], Sequence[Line]]) -> None:
    """Show each equation beside the code that computes it, read from the running program.

    A function that returns the lines is called when they are asked for: code that imports torch waits until then.
    """
    with _drawer("How it works") as is_open:
        for line in (lines() if callable(lines) else lines) if is_open else ():
            st.markdown(line.why)
            equation, source = st.columns([2, 3])
            equation.latex(line.equation)
            equation.caption(line.shapes)
            source.code(inspect.getsource(line.function), language="python")


def check_yourself(questions: Callable[[], Sequence[Question]]) -> None:
    """Ask; a wrong answer is explained."""
    with _drawer("Check yourself") as is_open:
        for number, question in enumerate(questions() if is_open else ()):
            given = st.radio(question.text, question.answers, index=None, key=f"_check_{number}")
            if given == question.answers[question.right]:
                st.markdown(f":green[Yes.] {question.why}")
            elif given is not None:
                st.markdown(f":orange[No:] it is “{question.answers[question.right]}”. {question.why}")


def sources(papers: Sequence[Source]) -> None:
    """List where the lesson comes from."""
    with _drawer("Sources") as is_open:
        for paper in papers if is_open else ():
            st.markdown(f"- {paper.authors} ({paper.year}). [{paper.title}]({paper.link})")


def take_away(entry: Entry, downloads: Sequence[Download]) -> None:
    """Offer the link to this state and files that work outside the app."""
    with _drawer("Take it with you") as is_open:
        if not is_open:
            return
        st.caption("A link to exactly this state:")
        st.code(link(entry), language=None, wrap_lines=True)
        with st.container(horizontal=True):
            for item in downloads:
                st.download_button(
                    item.label, item.make, item.file, item.mime, on_click="ignore", key=f"_take_{item.file}"
                )


def link(entry: Entry) -> str:
    """Return the address of this page in this state."""
    from urllib.parse import urlencode

    base = (st.context.url or f"/{entry.name}").split("?")[0]
    query = urlencode(controls.address(), doseq=True)
    return f"{base}?{query}" if query else base


def footer(engine: "Engine | None") -> None:
    """Say where the numbers come from."""
    if engine and engine.placement:
        st.caption(f"{engine.model_name} on {engine.placement.describe()}. {engine.notice}".strip())
    else:
        st.caption("Recorded numbers: the model is still being read.")


class _drawer:
    """An expander whose content is made only while it is open."""

    def __init__(self, title: str, key: str = "") -> None:
        self._expander = st.expander(title, key=f"_drawer_{key or title}", on_change="rerun")

    def __enter__(self) -> bool:
        self._expander.__enter__()
        return bool(self._expander.open)

    def __exit__(self, *details: Any) -> None:
        self._expander.__exit__(*details)
