"""Speed: how fast characters go through a layer in training, and what waiting for the step before costs."""

from functools import partial

import streamlit as st

from core.experiments import lstm_gates
from core.experiments.lstm_gates.recorded import REPEATS
from core.experiments.lstm_gates.results import DEFAULT_TEXT
from core.experiments.lstm_gates.tables import BATCHES, Speed
from core.figures import lstm_gates as figures
from pages.kit import controls
from pages.kit.ask import ask, ask_again, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import count
from pages.lstm_gates import given

HERE = 3  # repeats of a measurement that a reader waits for
FASTER, SLOWER = "faster than the LSTM", "slower than the LSTM"


def show(stage: Stage) -> Shown | Nothing:
    """Show characters a second by length; a button measures them on this machine."""
    with stage.decide:
        batch = int(controls.choice("Texts at a time", tuple(map(str, BATCHES)), str(BATCHES[0]), key="batch"))
    number = controls.staying("lstm_gates_races").get("number", 0)
    with stage.under:
        st.button("Measure it on this machine", on_click=_again, key="_race")
    table = measured(number)
    longest = int(table.lengths[-1])
    return Shown(
        verdict=judge(table, batch),
        picture=draw(figures.speed, table, batch),
        mechanism=draw(figures.chain, table, batch),
        bet=bet(number, batch),
        numbers=[
            (f"{name}, {longest} characters", f"{table.of(key, batch)[-1]:,.0f} a second")
            for name, key in (("LSTM", "lstm"), ("RNN", "rnn_tanh"), ("transformer block", "transformer"))
        ],
        caption=f"One layer each, of about {round(sum(table.parameters) / len(table.parameters), -4):,.0f} parameters, forward "
        f"and backward as in training, as it stands in this project. Measured {'just now ' if number else ''}on {table.where}. "
        "“Too slow to train” is this: the steps of a text can't be computed side by side, however many processors there are.",
        **given.script(text=DEFAULT_TEXT),
    )


def measured(number: int) -> Speed:
    """Return what was recorded (0), or the `number`-th measurement of this visit."""
    table: Speed = ask_again(number, lstm_gates.race, HERE) if number else ask(lstm_gates.race, REPEATS)
    return table


def _again() -> None:
    races = controls.staying("lstm_gates_races")
    races["number"] = races.get("number", 0) + 1


def judge(table: Speed, batch: int) -> str:
    """Say who is faster at which length, and what the loop costs."""
    ahead, longest = table.ahead(batch), int(table.lengths[-1])
    ratio = table.of("transformer", batch) / table.of("lstm", batch)
    step = 1000 * float(table.seconds[table.batches.index(batch), table.names.index("lstm"), -1]) / longest
    texts = count(batch, "text")
    waits = f"the LSTM's {longest} steps wait for one another, {step:.2f} ms each"
    if len(ahead) == len(table.lengths):
        return (
            f"With {texts} at a time a transformer block is {ratio.min():.1f} to {ratio.max():.1f} times as fast as the LSTM: "
            f"{waits}."
        )
    if ahead:
        return (
            f"With {texts} at a time a transformer block beats the LSTM at {', '.join(map(str, ahead))} characters only: "
            "it compares each character with all before it, so long texts cost it more."
        )
    return f"Not here: with {texts} at a time the transformer block is never faster than the LSTM, though {waits}."


def bet(number: int, batch: int) -> Bet:
    """Ask what the other number of texts does at the longest."""
    other = next(each for each in BATCHES if each != batch)
    return Bet(
        question=f"Give every layer {count(other, 'text')} at a time instead. At the longest text, the transformer block is …",
        answers=(FASTER, SLOWER),
        change={"batch": str(other)},
        moved=f"{count(other, 'text')} at a time",
        judge=partial(_outcome, number, other),
    )


def _outcome(number: int, batch: int) -> tuple[str, str]:
    table = measured(number)
    block, lstm = (float(table.of(name, batch)[-1]) for name in ("transformer", "lstm"))
    return FASTER if block > lstm else SLOWER, f"{block:,.0f} characters a second against {lstm:,.0f}."


VIEW = View("Speed", show)
