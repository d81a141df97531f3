"""A lesson's page as an object: what stands where, the same on every page. DESIGN.md, "A lesson", says why.

A page script describes its lesson with `Lesson` and calls `show`. Each view is a function that gets the `Stage`, draws
its own controls there, asks for its results and returns what it has to show; it knows nothing of the other views.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.errors import StreamlitPageNotFoundError

from core.figures.picture import Picture
from pages.kit import ask, controls, crumbs, export, terms
from pages.kit.compute import NotHere
from pages.kit.course import Entry, find, neighbours
from pages.kit.words import escape, table_cells, unbroken


@dataclass(frozen=True)
class Bet:
    """A question about what a change will do to the open view's picture.

    `answers` exclude each other; `change` is what answering does (new values by control), said in words by `moved`.
    `judge` is asked after the change and returns the right answer and how it came out, from the result itself, for just
    this change: it must not depend on what the controls say by then, so bind its arguments (`functools.partial`).
    """

    question: str
    answers: tuple[str, ...]
    change: Mapping[str, Any]
    moved: str
    judge: Callable[[], tuple[str, str]]


@dataclass(frozen=True)
class Shown:
    """What a view has to show for its settings.

    `verdict` is a sentence computed from the picture's numbers. `values` fill the script that the reader takes along.
    `further` pictures, `numbers` (three at most) and `caption` stand below the first screen.
    """

    verdict: str
    picture: Picture
    mechanism: Picture
    bet: Bet | None = None
    numbers: Sequence[tuple[str, str]] = ()
    caption: str = ""
    further: Sequence[Picture] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    downloads: Sequence["export.Download"] = ()


@dataclass(frozen=True)
class Nothing:
    """What a view returns where there is nothing to show yet: what the reader has to do, and a sketch of the machine."""

    line: str
    mechanism: Picture | None = None


class Stage:
    """Where a view puts its controls, and what stands above its picture (notes) and right under it (a text to click)."""

    def __init__(self, row: DeltaGenerator, ground: DeltaGenerator, under: DeltaGenerator) -> None:
        self._row, self.ground, self.under = row, ground, under

    @property
    def decide(self) -> AbstractContextManager[Any]:
        """Return the place of the one control that decides."""
        return self._row

    @cached_property
    def more(self) -> AbstractContextManager[Any]:
        """Return the place of the view's other controls."""
        return self._row.popover("More")

    def note(self, line: str) -> None:
        """Say something about what was read, above the picture: what was cut, what is not known."""
        self.ground.caption(line)


@dataclass(frozen=True)
class View:
    """One experiment of a lesson: its name on the choice and in the link, and what it shows.

    `idea` stands in place of the lesson's where that speaks of another machine or another question; empty where it fits.
    """

    name: str
    show: Callable[[Stage], Shown | Nothing]
    idea: str = ""


@dataclass(frozen=True)
class Line:
    """One line of "how it works": why, the equation, the function that computes it, what its tensors are."""

    why: str
    equation: str
    function: Callable[..., Any]
    shapes: str


@dataclass(frozen=True)
class Question:
    """A question to check oneself; `right` is computed by the page's code, `why` explains it."""

    text: str
    answers: tuple[str, ...]
    right: int
    why: str


@dataclass(frozen=True)
class Source:
    """A paper: who, when, what, where."""

    authors: str
    year: int
    title: str
    link: str


@dataclass(frozen=True)
class Try:
    """A prepared state worth a look: what it is called, a line about it, and the controls that it sets; or another lesson's."""

    label: str
    line: str
    change: Mapping[str, Any]
    lesson: str = ""


@dataclass(frozen=True)
class Lesson:
    """A lesson, as its page shows it.

    `idea` has at most 45 words and says what the machine is and what is about to be done; **bold** words are terms.
    `words` explain how it works before the first equation; `how` returns the lines with equations. `questions` and
    `seen` (two sentences with the measured numbers) are computed. `notes` says where in the course notes this stands.
    """

    name: str
    idea: str
    views: tuple[View, ...]
    words: str
    how: Callable[[], Sequence[Line]]
    questions: Callable[[], Sequence[Question]]
    sources: Sequence[Source]
    notes: str
    seen: Callable[[], str]
    try_next: Callable[[], Sequence[Try]] = tuple

    @property
    def entry(self) -> Entry:
        """Return its line in the table of lessons."""
        return find(self.name)

    def show(self) -> None:
        """Show the page."""
        controls.enter(self.name)
        ask.begin()
        terms.begin()
        if controls.presented():
            self._present()
        else:
            self._read()

    def _read(self) -> None:
        with st.container(gap="xxsmall"):
            crumbs.show(self.entry)
            st.title(self.entry.claim, anchor=False)
            controls.show_notices(st.empty())
        left, right = st.columns([5, 11], gap="medium")
        with left:
            idea, mechanism, bet = (st.container() for _ in range(3))
        with right:
            row = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
            verdict, ground, picture, under = (st.container() for _ in range(4))
        below = st.container()
        view = self._choose(row)
        with idea:
            terms.paragraph(view.idea or self.idea, key="_idea")
        shown = self._run(view, Stage(row, ground, under), ground)
        with mechanism:
            if shown.mechanism:
                _draw(shown.mechanism, key="mechanism", table=False)
        if isinstance(shown, Shown):
            with verdict:
                st.header(unbroken(shown.verdict), anchor=False)
            with picture:
                _draw(shown.picture, key=self._key(view), table=False)
            with bet:
                _ask_bet(view, shown.bet)
            with below:
                _below(shown, view)
        self._rest(shown if isinstance(shown, Shown) else None, chart=self._key(view))

    def _present(self) -> None:
        """Show the verdict and the picture alone, large: for a lecture hall. The controls wait behind a button."""
        bar = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
        bar.markdown(f"**{self.entry.claim}**")
        with bar:
            row = st.popover("Controls").container()
            crumbs.leave_presentation()
        verdict, ground, picture, under = (st.container() for _ in range(4))
        view = self._choose(row)
        shown = self._run(view, Stage(row, ground, under), ground)
        if isinstance(shown, Shown):
            verdict.title(unbroken(shown.verdict), anchor=False)
            with picture:
                _draw(shown.picture.presented, key=f"presented_{self._key(view)}", table=False)

    def _choose(self, row: DeltaGenerator) -> View:
        names = tuple(view.name for view in self.views)
        with row:
            chosen = (
                controls.choice("Experiment", names, names[0], key="view", hide_label=True)
                if len(names) > 1
                else names[0]
            )
        return next(view for view in self.views if view.name == chosen)

    def _key(self, view: View) -> str:
        return f"picture_{self.views.index(view)}"

    def _run(self, view: View, stage: Stage, ground: DeltaGenerator) -> Shown | Nothing:
        """Return what the view shows; what it can't show is said in the place of its picture, and the page goes on."""
        try:
            with ground:
                shown = view.show(stage)
        except NotHere as reason:
            with ground:
                reason.show()
            return Nothing("")
        if isinstance(shown, Nothing) and shown.line:
            ground.info(shown.line)
        return shown

    def _rest(self, shown: Shown | None, chart: str) -> None:
        """Show what lies below the experiment; it stands there whatever the view could show."""
        _in_place(lambda: _try_next(self.try_next()))
        _in_place(lambda: st.markdown(f"**What you have seen.** {unbroken(self.seen())}"))
        with drawer("How it works") as is_open:
            if is_open:
                terms.paragraph(self.words, key="_words")
                for line in self.how():
                    _line(line)
        with drawer("Check yourself") as is_open:
            if is_open:
                _in_place(lambda: _questions(self.questions()))
        with drawer("Sources") as is_open:
            if is_open:
                for paper in self.sources:
                    st.markdown(f"- {paper.authors} ({paper.year}). [{paper.title}]({paper.link})")
                st.markdown(f"- In the course notes: {self.notes}")
        with drawer("Take it with you") as is_open:
            if is_open:
                crumbs.link(self.entry)
                if shown:
                    export.offer(self.entry, shown.picture, chart, shown.values, shown.downloads)
        _, after = neighbours(self.entry)
        if after:
            to_page(after, f"**Next: {after.title}.** {after.claim}", icon=":material/arrow_forward:")
        said = "Computed on this server." if ask.origin() == "computed" else "Recorded numbers, shown at once."
        st.caption(said)


class drawer:
    """An expander whose content is made only while it is open."""

    def __init__(self, title: str, key: str = "") -> None:
        self._expander = st.expander(title, key=f"_drawer_{key or title}", on_change="rerun")

    def __enter__(self) -> bool:
        self._expander.__enter__()
        return bool(self._expander.open)

    def __exit__(self, *details: Any) -> None:
        self._expander.__exit__(*details)


def _draw(picture: Picture, *, key: str, table: bool) -> None:
    """Draw a picture with its text alternative; where asked, its table is one click away."""
    if picture.kind == "plotly":
        st.plotly_chart(picture.built, key=key, alt=picture.alt, config=export.CONFIG)
    else:
        st.vega_lite_chart(picture.spec, key=key, alt=picture.alt)
    if table:
        _table(picture, key)


def _table(picture: Picture, key: str) -> None:
    with drawer("The numbers in this picture", key) as is_open:
        if is_open:
            st.caption(escape(picture.alt))
            st.table({name: table_cells([row[i] for row in picture.rows]) for i, name in enumerate(picture.columns)})


def _below(shown: Shown, view: View) -> None:
    """Show what of a view lies below the first screen: its numbers, its other pictures, its table."""
    if shown.numbers:
        for column, (name, value) in zip(st.columns(len(shown.numbers)), shown.numbers, strict=True):
            column.metric(name, value)
    if shown.caption:
        st.markdown(unbroken(shown.caption))
    _table(shown.picture, f"table_{view.name}")
    for number, picture in enumerate(shown.further):
        _draw(picture, key=f"further_{view.name}_{number}", table=True)


def _ask_bet(view: View, bet: Bet | None) -> None:
    """Ask for a bet; after the answer say what was moved and how it came out, as long as the change stands."""
    slot = f"_bet_{controls.lesson()}"
    given = st.session_state.get(slot)
    if given and (given.view != view.name or not controls.agree(given.bet.change)):
        st.session_state.pop(slot)
        st.session_state.pop("_answer", None)
        given = None
    if given:
        right, outcome = given.bet.judge()
        was_right = given.answer == right
        st.markdown(
            f"**{'You were right' if was_right else 'It came out otherwise'}.** {unbroken(outcome)}\n\n"
            f"You said “{given.answer}”. Moved for you: {given.bet.moved}."
        )
        st.button("Undo", on_click=_undo, args=(slot,), key="_undo")
    elif bet:
        st.radio(
            f"**Your bet.** {bet.question}",
            bet.answers,
            index=None,
            key="_answer",
            on_change=_answered,
            args=(slot, view.name, bet),
            horizontal=True,
        )


@dataclass(frozen=True)
class _Given:
    view: str
    bet: Bet
    answer: str
    before: Mapping[str, Any]


def _answered(slot: str, view: str, bet: Bet) -> None:
    answer = st.session_state.pop("_answer", None)
    if answer is not None:
        st.session_state[slot] = _Given(view, bet, answer, controls.move(bet.change))


def _undo(slot: str) -> None:
    given = st.session_state.pop(slot, None)
    if given:
        controls.restore(given.before)


def _try_next(tries: Sequence[Try]) -> None:
    if tries:
        st.header("Try next", anchor=False)
    for number, one in enumerate(tries):
        with st.container(gap="xxsmall"):
            _link(one, key=f"_try_{number}")
            st.markdown(f":small[{unbroken(one.line)}]")


def _link(one: Try, *, key: str) -> None:
    if one.lesson:
        to_page(find(one.lesson), one.label, dict(one.change))
    else:
        st.button(one.label, on_click=_move, args=(one.change,), key=key)


def _move(change: Mapping[str, Any]) -> None:
    controls.move(change)


def _line(line: Line) -> None:
    """Show why, the equation and what its tensors are; the code that computes it, read from the running program, on demand."""
    st.markdown(line.why)
    st.latex(line.equation)
    st.caption(line.shapes)
    with drawer("Show the code", f"code_{line.function.__qualname__}") as is_open:
        if is_open:
            st.code(inspect.getsource(line.function), language="python", wrap_lines=True)


def _questions(questions: Sequence[Question]) -> None:
    for number, question in enumerate(questions):
        given = st.radio(question.text, question.answers, index=None, key=f"_check_{number}")
        if given == question.answers[question.right]:
            st.markdown(f":green[Correct.] {question.why}")
        elif given is not None:
            st.markdown(f":orange[Not quite:] it is “{question.answers[question.right]}”. {question.why}")


def to_page(entry: Entry, label: str, query: Mapping[str, Any] | None = None, *, icon: str | None = None) -> None:
    """Show a link to another page of the course, in a state if `query` says one."""
    try:
        st.page_link(entry.file, label=label, query_params=query or None, icon=icon)
    except StreamlitPageNotFoundError:  # this page runs by itself, without the course around it
        address = f"/{entry.name}?{urlencode(query)}" if query else f"/{entry.name}"
        st.link_button(label, address, type="tertiary")


def _in_place(draw: Callable[[], Any]) -> None:
    """Draw what needs results; where one can't be had, say so there."""
    try:
        draw()
    except NotHere as reason:
        st.caption(reason.line)
