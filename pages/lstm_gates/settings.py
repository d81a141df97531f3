"""The controls of the lesson on LSTM gates: each picture's own stand beside it, the others wait behind a button."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.experiments import lstm_gates as lesson
from core.experiments.characters import Fitted, fit
from core.experiments.lstm_gates import Hold, Layer
from core.experiments.lstm_gates.tables import BATCHES
from core.figures.lstm_gates import NAMES
from pages.kit import controls

HOLD, GATES, CELL, RECALL, SPEED = VIEWS = ("Hold a gate", "Gates", "One cell", "Recall", "Speed")
MODELS = {"lstm": "LSTM", "textgenrnn": "textgenrnn", "gru": "GRU"}
WHICH: dict[str, lesson.Which] = {"all": "all", "longest memory": "longest", "one": "one"}
TRAINED = {"40 steps alone": "alone", "2 to 200 steps": "together"}
MOST_CELLS = 320


@dataclass(frozen=True)
class Settings:
    """What the controls say; places in the text are counted from 0."""

    text: Fitted
    layer: Layer
    hold: Hold
    network: tuple[str, int]
    distance: int
    seed: int
    length: int
    temperature: float
    quantity: str
    rank: int
    at: int
    batch: int

    @property
    def task(self) -> tuple[tuple[str, int], int, int]:
        """Return what the recall task depends on."""
        return self.network, self.distance, self.seed

    def is_default(self, view: str) -> bool:
        """Return whether what `view` shows, and the page's question, ship with the app."""
        shared = (self.text.text, self.layer, self.hold) == (
            lesson.DEFAULT_TEXT,
            lesson.DEFAULT_LAYER,
            lesson.DEFAULT_HOLD,
        ) and self.task == (lesson.NETWORKS["lstm"]["alone"], lesson.DISTANCE, lesson.SEED)
        if view == CELL:
            return shared and self.rank == 1
        if view == HOLD:
            return shared and (self.length, self.temperature) == (lesson.LENGTH, lesson.TEMPERATURE)
        return shared


def choose(view: str) -> Settings:
    """Show all controls, those of `view` in sight, and return what they say."""
    main, more = st.container(), st.popover("More controls", width="stretch")

    def place(*views: str) -> DeltaGenerator:
        return main if view in views else more

    with place(HOLD, GATES):
        typed = controls.text_area("Your text", lesson.DEFAULT_TEXT, key="text", height=80, max_chars=20_000)
    fitted = fit(typed, ())
    last = max(2, len(fitted.text))
    _follow(last)
    with more:
        named = controls.choice("Network", tuple(MODELS.values()), MODELS["lstm"], key="model")
        model = next(name for name, shown in MODELS.items() if shown == named)
        number = 0
        if model == "textgenrnn":
            number = int(controls.choice("Which of its two layers", ("1", "2"), "1", key="layer")) - 1
    layer = Layer(model, number)
    hold = _hold(layer, place(HOLD), more, last)
    with place(GATES):
        names = {NAMES[name]: name for name in lesson.QUANTITIES[layer.kind]}
        key = "shown" if layer.kind == "lstm" else "shown_gru"
        quantity = names[controls.choice("Show", tuple(names), next(iter(names)), key=key)]
    with place(CELL):
        rank = controls.slider("Cell, by length of memory (1: the longest)", 1, MOST_CELLS, 1, 1, key="cell")
        at = controls.position("Character", last, 20, key="place") - 1
    with place(RECALL):
        distance = controls.slider("Recall: steps to the question", 2, 200, lesson.DISTANCE, 1, key="distance")
    with more:
        kinds = {name: how for name, how in TRAINED.items() if how in lesson.NETWORKS[layer.kind]}
        trained = controls.choice(
            "Recall: network trained at", tuple(kinds), next(iter(kinds)), key=f"trained_{layer.kind}"
        )
        seed = controls.slider("Seed of texts and sequences", 0, 999, lesson.SEED, 1, key="seed")
        length = controls.slider("Characters to write", 1, 400, lesson.LENGTH, 1, key="length")
        temperature = controls.slider("Temperature", 0.0, 2.0, lesson.TEMPERATURE, 0.05, key="temperature")
    with place(SPEED):
        batch = int(controls.choice("Speed: texts at a time", tuple(map(str, BATCHES)), str(BATCHES[0]), key="batch"))
    network = lesson.NETWORKS[layer.kind][kinds[trained]]
    at = min(at, max(len(fitted.text) - 1, 0))
    return Settings(fitted, layer, hold, network, distance, seed, length, temperature, quantity, rank, at, batch)


def _follow(last: int) -> None:
    """Let a hold that goes to the end of the text go to the end of the next one too, and no place stand behind it."""
    before = st.session_state.get("_last", last)
    st.session_state["_last"] = last
    if before == last:
        return
    for key in ("from", "to", "place"):
        value = st.session_state.get(key)
        if value is not None:
            st.session_state[key] = last if (key, value) == ("to", before) else min(value, last)


def _hold(layer: Layer, near: DeltaGenerator, more: DeltaGenerator, last: int) -> Hold:
    """Show the controls of the held gate."""
    with near:
        names = {NAMES[name]: name for name in lesson.GATES[layer.kind]}
        key = "gate" if layer.kind == "lstm" else "gate_gru"
        shown = {name: name.split()[0].lower() for name in names}
        by_word = {word: names[name] for name, word in shown.items()}
        gate = by_word[controls.choice("Hold this gate", tuple(by_word), next(iter(by_word)), key=key)]
    with more:
        if gate == "candidate":
            value = controls.slider("Held: at this value", -1.0, 1.0, 0.0, 0.05, key="candidate")
        else:
            value = controls.slider("Held: at this value (0: shut, 1: open)", 0.0, 1.0, 0.0, 0.05, key="value")
        which = WHICH[controls.choice("Held: which cells", tuple(WHICH), "all", key="which")]
        share = controls.slider("Held: so many per cent, if by memory", 1, 100, 25, 1, key="share")
        rank = controls.slider("Held: which one, if one (1: the longest memory)", 1, MOST_CELLS, 1, 1, key="rank")
        first = controls.slider("Held: from character", 1, last, 1, 1, key="from")
        stop = controls.slider("Held: to character", 1, last, last, 1, key="to")
    stop = max(first, stop)
    return Hold(gate, float(value), which, share, rank, first - 1, None if stop == last else stop).essential()
