"""The three limits of a recurrent network, each in a line with its number, and where they lead."""

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from core.experiments import rnn as lesson
from core.experiments.rnn import recorded
from pages.kit.course import LESSONS
from pages.kit.words import count, percent
from pages.rnn import work


def show_limits(read: lesson.Read, *, live: bool) -> None:
    """Show the three limits of the chosen model as measured, with links to where they are looked into."""
    st.markdown("**Three limits, measured on this model**")
    bottleneck, order, memory = st.columns(3)
    habits = recorded.habits(read.model)
    with bottleneck:
        st.markdown(f"**A bottleneck.** {say_bottleneck(read, habits)}")
        _link("lstm_gates", "What keeps it longer")
    with order:
        here = live and st.session_state.get("_speed_of") == read.model
        speed = work.speed(read.model) if here else recorded.speed(read.model)
        st.markdown(f"**One after another.** {say_order(speed)}")
        if live and not here:
            st.button("Measure it here", on_click=_measure, args=(read.model,))
        _link("lstm_gates", "What training costs")
    with memory:
        st.markdown(f"**No long memory.** {say_memory(habits)}")
        _link("vanishing_gradients", "Why it is not learned")


def say_bottleneck(read: lesson.Read, habits: lesson.Habits) -> str:
    """Say how much of what was read can still be told from the state."""
    told = dict(zip(habits.distances, habits.recalled, strict=True))
    return (
        f"All that was read has to fit into {read.states.shape[1]:,} numbers. From the {read.hidden} of the hidden state a "
        f"linear reader names the last character in {percent(told[0])} of all places, the fifth before it in "
        f"{percent(told[5])}, the twentieth in {percent(told[20])}; saying “␣” each time is right in "
        f"{percent(habits.guessed)}."
    )


def say_order(speed: lesson.Speed) -> str:
    """Say what it costs that each step waits for the one before."""
    return (
        f"{speed.lengths[0]:,} characters take {1000 * speed.seconds[0]:.0f} ms, {speed.lengths[-1]:,} of them "
        f"{1000 * speed.seconds[-1]:.0f} ms, but as {speed.lanes} texts side by side {1000 * speed.side_by_side:.0f} ms. "
        f"One text can't have that: each step waits for the one before. Measured {speed.where}."
    )


def say_memory(habits: lesson.Habits) -> str:
    """Say how long the state lasts on average."""
    erased, swapped = (lesson.falls_under(curve) for curve in (habits.erased, habits.swapped))
    last = len(habits.erased)
    words = [count(n, "character") if n else f"more than {last} characters" for n in (erased, swapped)]
    return (
        f"Over {habits.places} places of held-out text, an erased state no longer shows (mean under {lesson.HEALED:g} nats) "
        f"after {words[0]}, a swapped one after {words[1]}. Two texts that differ before that lead to the same predictions."
    )


def _link(name: str, label: str) -> None:
    if not any(entry.name == name for entry in LESSONS):
        return
    try:
        st.page_link(f"{name}/page.py", label=label, icon=":material/arrow_forward:")
    except StreamlitPageNotFoundError:  # this page runs by itself, without the course around it
        st.caption(label)


def _measure(model: str) -> None:
    st.session_state["_speed_of"] = model
