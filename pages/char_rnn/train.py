"""Train your own: a model learns from nothing while the reader looks on, on a text that ships or one of theirs."""

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.data.texts_to_learn import LEAST, decode, trouble
from core.experiments import char_rnn as lesson
from core.experiments.char_rnn.results import (
    COUNTED,
    KINDS,
    MINUTE,
    RATES,
    SIZES,
    WINDOWS,
    Counts,
    Moment,
    Run,
    Setting,
    moments_up_to,
    rounded,
)
from core.figures import char_rnn as figures
from core.figures.picture import Picture
from pages.char_rnn.shared import SHORT, choose_text, script_values, text_file, written
from pages.kit import controls
from pages.kit.ask import ask, ask_alone, draw, known
from pages.kit.compute import NotHere
from pages.kit.export import Download
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.shelf import MISSING
from pages.kit.words import percent

if TYPE_CHECKING:
    from core.experiments.char_rnn.learning import Learning

PASTED = 200_000  # characters of a text that is pasted
SLOT = "_training"  # of this visit; gone when the lesson is left


@dataclass
class Training:
    """What a visit keeps of its training: what is trained on what, how far it is to go, how far it came."""

    of: tuple[str, Setting]
    number: int
    goal: int
    attempt: int = 0
    paused: bool = False
    learning: "Learning | None" = None
    run: Run | None = None


def show(stage: Stage) -> Shown | Nothing:
    """Show a training's bits a character beside counting, and what the model wrote: now, at its best, at its worst."""
    with stage.decide:
        kind = controls.choice("Model", tuple(KINDS), "lstm", key="kind", names=lambda key: KINDS[key])
    with stage.more:
        name = choose_text()
        size = int(controls.choice("Width: numbers in its state", SIZES, "128", key="size"))
        window = int(controls.choice("Window: characters that a gradient goes back", WINDOWS, "64", key="window"))
        rate = float(controls.choice("Learning rate, times the usual", RATES, "1", key="rate"))
        text = _own(stage)
    setting = Setting(kind, size, window, rate)
    if text and (line := trouble(text)):
        return Nothing(line)
    name = "" if text else name
    counts: Counts = ask_alone(lesson.count_own, text) if text else ask(lesson.counts, name)
    of = (name or hashlib.sha256(text.encode()).hexdigest(), setting)
    held, called = _held(of), SHORT.get(name, "your text")
    row = stage.ground.container(horizontal=True)
    run = _follow(held, text, name, counts, called) if held else _recorded(name, setting)
    with row:
        _buttons(held, of)
    if run:
        _samples(stage, run)
    return Shown(
        verdict=judge(run, counts, called),
        picture=_drawn(name, figures.bits, run, counts, called),
        mechanism=_drawn(name, figures.reading, run, len(run.moments) - 1)
        if run
        else draw(figures.untrained, setting.kind, setting.size),
        bet=bet(name, run, counts) if name and setting == Setting(kind) else None,
        numbers=_numbers(run, counts),
        caption=_caption(counts, called),
        values=script_values(setting, "char_rnn.safetensors" if held and held.run else "", name or "your_text"),
        downloads=_downloads(held, name, text),
    )


def _own(stage: Stage) -> str:
    """Return the reader's own text, empty where there is none that can be read."""
    pasted = controls.text_area(
        f"Your own text ({LEAST:,} characters or more)", "", key="own", height=80, max_chars=PASTED
    )
    given = st.file_uploader("Or a text file, up to 1 MB", type=["txt", "md", "csv"], key="_file")
    st.caption("A file stays in this visit: in no link, on no disk, and gone when you leave the page.")
    if given is None:
        return pasted if pasted.strip() else ""
    try:
        return decode(given.getvalue())
    except ValueError as error:
        stage.note(f"Your file can’t be used. {error}")
        return ""


def _held(of: tuple[str, Setting]) -> Training | None:
    """Return this visit's training, where it is the one of these settings."""
    held: Training | None = st.session_state.get(SLOT)
    return held if held and held.of == of else None


def _recorded(name: str, setting: Setting) -> Run | None:
    """Return the short training that ships for these settings, None where there is none: it takes too long to do unasked."""
    found = known(lesson.minute, (name, setting)) if name else MISSING
    return None if found is MISSING else ask(lesson.minute, name, setting)


def _follow(held: Training, text: str, name: str, counts: Counts, called: str) -> Run | None:
    """Train as far as the reader wants, drawing on the way; return how far it came, None before the first moment."""
    if held.paused or (held.run and held.run.last.read >= held.goal):
        return held.run
    note, bar, place = st.empty(), st.container(), st.empty()
    note.caption(
        "Training shares one thread with everybody who uses a small model on this server: meanwhile all are slower."
    )
    try:
        with bar:
            held.learning = held.learning or ask_alone(lesson.begin, text, name, held.of[1], held.number)
        for until in moments_up_to(held.goal, (held.run.last.read if held.run else -1,)):
            with bar:
                held.run = ask_alone(lesson.further, held.learning, until, held.goal, held.attempt)
            with place.container():
                st.markdown(f"{held.run.speed:,.0f} characters a second. It writes: “{written(held.run.last.text)}…”")
                st.plotly_chart(figures.bits(held.run, counts, called).built, key=f"_live_{until}")
    except NotHere as stopped:
        if stopped.failed:
            del st.session_state[SLOT]
            raise
        held.paused = True
    note.empty()
    place.empty()
    return held.run


def _buttons(held: Training | None, of: tuple[str, Setting]) -> None:
    """Offer to train, to go on, and to begin anew."""
    if held:
        more = "Go on" if held.paused else f"Train on, {rounded(MINUTE)} characters more"
        st.button(more, on_click=_go_on, key="_go_on")
    words = "Again from nothing" if held else f"Train it here, from nothing, on {rounded(MINUTE)} characters"
    st.button(words, on_click=_begin, args=(of,), key="_train")


def _begin(of: tuple[str, Setting]) -> None:
    before: Training | None = st.session_state.get(SLOT)
    st.session_state[SLOT] = Training(of, before.number + 1 if before else 1, MINUTE)


def _go_on() -> None:
    held: Training | None = st.session_state.get(SLOT)
    if held is None:
        return
    if not held.paused:
        held.goal += MINUTE
    held.paused, held.attempt = False, held.attempt + 1


def _drawn(name: str, function: Any, *arguments: Any) -> Picture:
    """Return a picture; of a reader's own text it is kept nowhere."""
    return draw(function, *arguments) if name else function(*arguments)


def judge(run: Run | None, counts: Counts, called: str) -> str:
    """Say what the model needs on held-out text, and up to which n-gram that is better."""
    if run is None:
        return (
            f"Counting {COUNTED[-1]} of characters needs {counts.grams[-1]:.2f} bits a character on {called}. Train the model "
            "to compare."
        )
    level, model = counts.level(run.last.bits), KINDS[run.setting.kind]
    places = [f"{where} counting {COUNTED[at]} ({counts.grams[at]:.2f})"
              for where, at in (("better than", level - 1), ("worse than", level)) if 0 <= at < len(COUNTED)]  # fmt: skip
    seconds = f"After {run.last.seconds:.0f} s of training the {model} needs {run.last.bits:.2f} bits a character"
    return f"{seconds}: {', '.join(places)}."


def _numbers(run: Run | None, counts: Counts) -> list[tuple[str, str]]:
    if run is None:
        return [("characters to learn from", f"{counts.train:,}"), ("different characters", f"{counts.vocabulary:,}")]
    return [
        ("characters a second, in training", f"{run.speed:,.0f}"),
        ("words that it writes and the text has", percent(run.last.shares.words)),
        ("parameters", f"{run.parameters:,}"),
    ]


def _samples(stage: Stage, run: Run) -> None:
    """Show what it wrote: at the last moment, at the best and at the worst, by the share of words that the text has."""
    with stage.under:
        for column, words, moment in zip(
            st.columns(3), ("Now", "Best so far", "Worst so far"), (run.last, run.best, run.worst), strict=True
        ):
            column.markdown(f"**{words}**, {_said(moment)}")
            column.code(moment.text[:300], language=None, wrap_lines=True)


def _said(moment: Moment) -> str:
    return f"{percent(moment.shares.words)} words, after {rounded(moment.read)} characters"


def _caption(counts: Counts, called: str) -> str:
    return (
        f"Learned from: {counts.train:,} characters of {called}; measured on the {counts.held_out:,} at its end, which nobody "
        "trained on. Counting fives: which character followed the last four, and where that was never seen, the last three, and "
        f"so on (Witten and Bell 1991). Its {counts.grams[-1]:.2f} bits mean: as unsure as between "
        f"{2 ** counts.grams[-1]:.1f} equal choices. Best and worst go by the share of written words that the text has."
    )


def _downloads(held: Training | None, name: str, text: str) -> list[Download]:
    """Return the text that was learned from and, of a training of this visit, its weights."""
    found = [text_file(name)] if name else [Download("Your text (your_text.txt)", "your_text.txt", lambda: text)]
    if held and held.learning and held.run:
        made = partial(lesson.weights, held.learning)
        found.append(
            Download("Weights (char_rnn.safetensors)", "char_rnn.safetensors", made, "application/octet-stream")
        )
    return found


BETTER, WORSE = "lower: it predicts better", "higher: it predicts worse"


def bet(name: str, run: Run | None, counts: Counts) -> Bet | None:
    """Ask whether another kind of model comes lower with as many characters."""
    if run is None or run.last.read < MINUTE:
        return None
    other = "rnn_tanh" if run.setting.kind == "lstm" else "lstm"
    return Bet(
        question=f"Give an {KINDS[other]} of the same width the same million characters. Where do its bits end, beside the "
        f"{KINDS[run.setting.kind]}’s {run.last.bits:.2f}?",
        answers=(BETTER, WORSE),
        change={"kind": other},
        moved=f"an {KINDS[other]} instead",
        judge=partial(_outcome, name, run.setting.kind, other),
    )


def _outcome(name: str, kind: str, other: str) -> tuple[str, str]:
    one, two = (ask(lesson.minute, name, Setting(each)).last.bits for each in (kind, other))
    return BETTER if two < one else WORSE, f"{two:.2f} bits against {one:.2f}."


IDEA = (
    "A **character model** learns from nothing while you look on. **Bits** measure its surprise at each next "
    "character of text that it has not read: 0 would be a perfect guess. What it has to beat is counting: an "
    "**n-gram**."
)
VIEW = View("Train", show, IDEA)
