"""Recall: how far each kind of network remembers, by how it was trained."""

import math

from core.experiments import lstm_gates
from core.experiments.lstm_gates.results import DEFAULT_TEXT, NETWORKS
from core.experiments.lstm_gates.tables import NAMES, Recall
from core.figures import lstm_gates as figures
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import percent
from pages.lstm_gates import given

RNN = ("rnn_tanh", 0)
SHOWN = ("rnn_tanh", "gru", "lstm, forget bias 3")
FURTHER, SAME = "past 200 steps", "no further than now"


def show(stage: Stage) -> Shown | Nothing:
    """Show recall against distance for networks trained in one of two ways."""
    with stage.decide:
        together = given.choose_training("Each network is trained on")
    table = ask(lstm_gates.recall_table)
    step = ask(lstm_gates.recalled, NETWORKS["lstm"]["together" if together else "alone"], None).step
    return Shown(
        verdict=judge(table, together),
        picture=draw(figures.recall_curve, table, together),
        mechanism=draw(figures.mechanism, step, "forget"),
        bet=None if together else bet(),
        numbers=numbers(table, together),
        caption=f"{why(table)}\n\nA point is the mean of three networks of about "
        f"{round(sum(table.parameters) / len(table.parameters), -3):,.0f} parameters. On one distance alone they were trained "
        "for at most 1,200 steps; a kind that failed at two distances in a row was not tried further. A forget bias says how "
        "open an LSTM's forget gates are before training.",
        **given.script(text=DEFAULT_TEXT),
    )


def judge(table: Recall, together: bool) -> str:
    """Say where each kind of network fails, and that the way of training decides it."""
    if together:
        worst = float(table.together.min())
        end = "none forgets, not even the RNN" if worst > 0.9 else "the worst falls to that"
        most = f"at least {percent(worst)}" if worst < 1 else percent(worst)
        return f"Trained on 2 to 200 steps at once, each recalls {most} up to {table.asked[-1]:,} steps: {end}."
    ends = sorted((table.fails_at(variant), variant) for variant in table.variants)
    rnn, (far, best) = table.fails_at("rnn_tanh"), ends[-1]
    reach = f"past {table.distances[-1]} steps" if math.isinf(far) else f"to {far:.0f} steps"
    return (
        f"Trained on one distance alone, the RNN falls under a half at {rnn:.0f} steps; an LSTM whose forget gates start open "
        f"({NAMES[best].split(', ')[-1]}) gets {reach}."
    )


def numbers(table: Recall, together: bool) -> list[tuple[str, str]]:
    """Return how far each kind gets."""
    if together:
        return [
            (f"{NAMES[kind]}, after {table.asked[-1]:,} steps", percent(float(each[:, -1].mean())))
            for kind, each in zip(table.kinds, table.together, strict=True)
        ]
    ends = [(variant, table.fails_at(variant)) for variant in SHOWN]
    return [
        (f"{NAMES[v]}: under a half at", f"past {table.distances[-1]}" if math.isinf(end) else f"{end:.0f} steps")
        for v, end in ends
    ]


def why(table: Recall) -> str:
    """Say why the RNN gets so far here though it forgets a text."""
    latch = ask(lstm_gates.latched, RNN)
    alone = float(table.of("rnn_tanh")[:, list(table.distances).index(40)].mean())
    return (
        "**Why can an RNN hold out for 3,200 steps, when it forgets a text?** It has one of eight symbols to hold: "
        f"trained on short distances too, it settles in one of eight states that noise does not push it out of. After "
        f"{latch.steps:,} steps its states lie {latch.same:.2f} apart for the same symbol, {latch.other:.1f} for others. "
        f"With 40 steps alone to learn from it never finds them ({percent(alone)}), and in a text every character writes over "
        "what was there."
    )


def bet() -> Bet:
    """Ask how far the RNN gets if trained on all distances."""
    return Bet(
        question="Train the same networks on short and long distances at once. How far will the RNN get?",
        answers=(FURTHER, SAME),
        change={"trained": "all distances"},
        moved="networks trained on 2 to 200 steps at once are shown",
        judge=_outcome,
    )


def _outcome() -> tuple[str, str]:
    table = ask(lstm_gates.recall_table)
    shares = table.together[table.kinds.index("rnn_tanh")].mean(0)
    right = FURTHER if shares[table.asked > 200].min() >= 0.5 else SAME
    return right, f"It recalls {percent(float(shares[-1]))} after {table.asked[-1]:,} steps."


VIEW = View("Recall", show)
