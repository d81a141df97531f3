"""Hold a gate: a symbol to remember, a gate held for some steps, and the question at every step."""

import math
from dataclasses import replace
from functools import partial

import streamlit as st

from core.experiments import lstm_gates
from core.experiments.lstm_gates import results
from core.experiments.lstm_gates.results import Along, Hold, Layer, Network, Read
from core.figures import lstm_gates as figures
from core.figures.lstm_gates.hold import how, span
from pages.kit import controls
from pages.kit.ask import ask, draw
from pages.kit.lesson import Bet, Nothing, Shown, Stage, View
from pages.kit.words import percent
from pages.lstm_gates import given

LAST = results.STEPS + 1  # the step of the last question, as it is counted on the screen
DIP = 0.05  # a share that must be missing in between for a memory to be called hidden
ALL, SOME, NONE = "all of it", "part of it", "nothing"
ANSWERS = {"kept": ALL, "less": SOME, "gone": NONE, "never": NONE}


def show(stage: Stage) -> Shown | Nothing:
    """Hold a gate and show what is recalled when, and how surprising a text becomes."""
    with stage.decide:
        place = st.container(width="content")
    with stage.more:
        layer = given.choose_layer()
        network, fitted = _network(layer), given.choose_text()
    with place:
        names = results.GATES[layer.kind]
        gate = controls.choice("Gate to hold", names, names[0], key=_gate_key(layer))
    hold = _hold(stage, gate)
    free, held = ask(lstm_gates.recalled, network, None), ask(lstm_gates.recalled, network, hold)
    numbers = [
        ("recalled at the end, nothing held", percent(free.end.share)),
        ("recalled at the end, with the hold", percent(held.end.share)),
    ]
    if fitted.text:
        read, bits = ask(lstm_gates.read, layer, fitted.text), ask(lstm_gates.held, layer, fitted.text, hold)
        given.say_what_is_read(stage, fitted, read)
        if math.isfinite(results.mean_bits(bits)):
            numbers.append(("surprise of your text, bits per character", _surprise(read, results.mean_bits(bits))))
    return Shown(
        verdict=judge(free, held, hold),
        picture=draw(figures.recall, free, held, hold),
        mechanism=draw(figures.mechanism, held.step, gate, how(hold)),
        bet=bet(layer, network, hold),
        numbers=numbers,
        caption=_caption(layer, network, held),
        **given.script(layer, fitted.text, hold, network),
    )


def _gate_key(layer: Layer) -> str:
    return "gate" if layer.kind == "lstm" else "gate_gru"


def _network(layer: Layer) -> Network:
    """Return the recall network whose gates are held: of the kind that reads."""
    networks = results.NETWORKS[layer.kind]
    if len(networks) == 1:
        return next(iter(networks.values()))
    return networks["together" if given.choose_training("LSTM for the symbols, trained on") else "alone"]


def _hold(stage: Stage, gate: str) -> Hold:
    with stage.more:
        value = controls.slider("Held at (0: shut, 1: open)", 0.0, 1.0, results.DEFAULT_HOLD.value, 0.05, key="value")
        first = controls.slider("From step", 1, LAST, results.DEFAULT_HOLD.start + 1, 1, key="from")
        last = controls.slider("To step", 1, LAST, results.DEFAULT_HOLD.stop or LAST, 1, key="to")
    if first > last:
        stage.note(f"The hold is from step {first} to {last}, which is backwards: read as {last} to {first}.")
        first, last = last, first
    return Hold(gate, float(value), first - 1, None if last == LAST else last)


def _surprise(read: Read, after: float) -> str:
    return f"{results.mean_bits(read.bits):.2f} → {after:.2f}"


def judge(free: Along, held: Along, hold: Hold) -> str:
    """Say what became of the memory, from the numbers shown."""
    start, share, before = f"With the {held_words(hold)}", percent(held.end.share), percent(free.end.share)
    found = results.effect(free.end, held.end)
    if found == "never":
        return f"With nothing held, too, this network only guesses at step {LAST}: {before}."
    if found == "gone":
        return f"{start}, {share} of the symbols are recalled at the end; guessing gives 12.5 %. The memory is gone."
    again = ""
    if hold.gate in results.KEEPER.values() and not hold.value and (hold.start, hold.stop) != (0, 1):
        again = " What the gate let go, the hidden state wrote anew."
    if found == "less":
        return f"{start}, {share} are recalled at the end in place of {before}: part of the memory is gone.{again}"
    if held.lowest.share < free.when(max(held.at, 1)).share - DIP:
        return (
            f"{start}, recall fell to {percent(held.lowest.share)}, but at the end it is {share}: the memory was hidden, not "
            f"lost.{again}"
        )
    nothing = hold.gate == "input" and not hold.value
    reason = ": nothing had to be added then" if nothing else "" if again else ", as with nothing held"
    return f"{start}, {share} of the symbols are still recalled at the end{reason}.{again}"


def held_words(hold: Hold) -> str:
    """Return a hold in words: "forget gate shut from step 40 to 60"."""
    first, last = span(hold, LAST)
    when = f"at step {first}" if first == last else f"from step {first} to {last}"
    return f"{hold.gate} gate {how(hold)} {when}"


def bet(layer: Layer, network: Network, hold: Hold) -> Bet:
    """Ask what another gate does, held in the same way for the same steps."""
    gates = results.GATES[layer.kind]
    other = replace(hold, gate=gates[0] if hold.gate == gates[-1] else gates[-1])
    return Bet(
        question=f"Hold the *{other.gate}* gate instead, for the same steps. What is left of the memory at the end?",
        answers=(ALL, SOME, NONE),
        change={_gate_key(layer): other.gate},
        moved=held_words(other),
        judge=partial(_outcome, network, other),
    )


def _outcome(network: Network, hold: Hold) -> tuple[str, str]:
    free, held = ask(lstm_gates.recalled, network, None), ask(lstm_gates.recalled, network, hold)
    found = results.effect(free.end, held.end)
    hidden = f"; at the lowest it was {percent(held.lowest.share)}" if held.lowest.share < held.end.share - DIP else ""
    return ANSWERS[found], f"{percent(held.end.share)} at the end{hidden}."


def _caption(layer: Layer, network: Network, held: Along) -> str:
    alone = network in [kinds.get("alone") for kinds in results.NETWORKS.values()]
    trained = (
        "It was trained with the question after 40 steps, always, and answers much earlier ones less well. "
        if alone
        else "It was trained with the question after 2 to 200 steps. "
    )
    return (
        f"A small {layer.kind.upper()} reads one of eight symbols, then other signs as noise, then the question which symbol it "
        f"was: {held.asked} sequences, and a band that holds the true share with 95 % certainty. {trained}The sketch shows the "
        f"cell that holds most (number {held.unit}) at step {held.at + 1} of the first sequence. For the surprise the same steps "
        "are characters of your text: it is how little the network expected each."
    )


VIEW = View("Hold a gate", show)
